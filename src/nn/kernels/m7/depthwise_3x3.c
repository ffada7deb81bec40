// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D with windows of three by three: four channels at a time,
// with little to decide for each four.

#include "nn/kernels/m7/depthwise_3x3.h"

#include "nn/kernels/conv.h"
#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/columns.h"
#include "nn/kernels/m7/taps.h"

enum {
    LANES = NN_DEPTHWISE_LANES,
    PITCH = M7_COLUMNS_PITCH,
    SINGLES = LANES * PITCH, // words in front of the third row's
    RECORD = sizeof(nn_depthwise_record) / sizeof(uint32_t) + 6,
    SHIFT = 2, // place of the shift in a record
};

typedef struct conv {
    const nn_call *call;
    uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    uint32_t *made;  // records of four channels, where none are packed
    uint32_t *block; // columns, see m7_columns_3x3()
    uint32_t stride; // columns between two pixels of the output
    int32_t pad;
    uint32_t width; // of the image
    uint32_t channels;
    int32_t zero_point;
    uint32_t zero;  // zero points of four channels
    uint32_t group; // pixels that m7_taps takes at a time
    uint32_t begin; // the first of them inside the image
    nn_target target;
    void (*run)(const m7_taps *);
    m7_columns_rows inside; // of the first four channels
    uint32_t odd;           // 1: the first column is left for put_column()
    m7_taps taps;           // of four channels
    m7_taps end;            // likewise, the last group of pixels
    uint32_t again;         // where that begins, 0: there is none
} conv;

// Columns outside the image are the same for all channels.
static void clear(const conv *c, uint32_t from, uint32_t end) {
    for (uint32_t *word = c->block; word < c->block + 6 * PITCH;
            word += PITCH) {
        for (uint32_t i = from; i < end; i++) {
            word[i] = m7_both(c->zero_point);
        }
    }
}

// Finds the columns of n pixels from x on, and the rows of the first channels.
static void look_at(conv *c, uint32_t x, uint32_t n) {
    int32_t left = (int32_t)(x * c->stride) - c->pad;
    int32_t columns = (int32_t)((n - 1) * c->stride + 3);
    int32_t begin = nn_clamp_i32(-left, 0, columns);
    int32_t end = nn_clamp_i32((int32_t)c->width - left, begin, columns);
    uint32_t inside = (uint32_t)(end - begin);
    clear(c, 0, (uint32_t)begin);
    clear(c, (uint32_t)end, (uint32_t)columns);
    c->odd = inside % 2;
    c->begin = (uint32_t)begin;
    c->inside.to = c->block + c->begin + c->odd;
    c->inside.end = c->block + end;
    const nn_view *image = &c->call->in[0];
    for (int32_t i = 0; i < 3; i++) {
        bool there = i >= c->down.first && i < c->down.end && inside > 0;
        c->inside.row[i] = there ? (const int8_t *)image->data + c->rows[i] +
                        (size_t)(uint32_t)(left + begin) * c->channels
                                 : (const int8_t *)&c->zero;
        c->inside.step[i] = there ? c->channels : 0;
    }
}

// The first column inside; what follows is even in number.
static __attribute__((noinline)) void put_column(const conv *c,
        const int8_t *const row[3]) {
    uint32_t *to = c->block + c->begin;
    for (uint32_t k = 0; k < LANES; k++) {
        to[k * PITCH] = m7_lower((uint32_t)row[0][k], (uint32_t)row[1][k]);
    }
    for (uint32_t k = 0; k < 2; k++) {
        to[SINGLES + k * PITCH] =
                m7_lower((uint32_t)row[2][k], (uint32_t)row[2][k + 2]);
    }
}

// The image's four channels from `channel` on.
static void pack(const conv *c, uint32_t channel) {
    m7_columns_rows in = c->inside;
    for (uint32_t i = 0; i < 3; i++) {
        in.row[i] += in.step[i] != 0 ? channel : 0;
    }
    if (c->odd) {
        put_column(c, in.row);
        for (uint32_t i = 0; i < 3; i++) {
            in.row[i] += in.step[i];
        }
    }
    if (in.to != in.end) {
        m7_columns_3x3(&in);
    }
}

// A channel whose record has no fast scale.
static __attribute__((noinline)) void run_slow(const conv *c,
        const uint32_t *record, uint32_t lane, uint32_t n, int8_t *out) {
    nn_depthwise_record head;
    memcpy(&head, record, sizeof(head));
    const uint32_t *weight = record + sizeof(head) / sizeof(*weight);
    for (uint32_t i = 0; i < n; i++) {
        int32_t sum = head.bias;
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t *word = c->block + i * c->stride + k;
            sum = m7_smlad(word[lane * PITCH], weight[k], sum);
            sum = m7_smlad(word[SINGLES + lane % 2 * PITCH], weight[3 + k],
                    sum);
        }
        out[(size_t)i * c->channels] =
                m7_number(sum, head.scale, c->target.zero_point);
    }
}

// Sets taps and end for n pixels of so many channels from `lane` on: the last
// group does some pixels again.
static void start_taps(conv *c, uint32_t lane, uint32_t channels, uint32_t n) {
    bool few = n < c->group;
    c->taps = (m7_taps){
            .pairs = c->block + lane * PITCH,
            .singles = c->block + SINGLES + lane % 2 * PITCH,
            .stride = few ? LANES : c->channels,
            .groups = few ? 1 : n / c->group,
            .columns = PITCH * sizeof(uint32_t),
            .others = c->block + SINGLES + (1 - lane % 2) * PITCH,
            .channels = channels,
    };
    c->again = few || n % c->group == 0 ? 0 : n - c->group;
    if (c->again != 0) {
        uint32_t columns = c->again * c->stride;
        c->end = c->taps;
        c->end.pairs += columns;
        c->end.singles += columns;
        c->end.others += columns;
        c->end.groups = 1;
    }
}

static void run_taps(conv *c, const uint32_t *record, uint32_t n, int8_t *out) {
    int8_t few[4 * LANES];
    c->taps.record = record;
    c->taps.out = n < c->group ? few : out;
    c->run(&c->taps);
    for (uint32_t i = 0; n < c->group && i < n; i++) {
        memcpy(out + (size_t)i * c->channels, few + (size_t)i * LANES,
                c->taps.channels);
    }
    if (c->again != 0) {
        c->end.record = record;
        c->end.out = out + (size_t)c->again * c->channels;
        c->run(&c->end);
    }
}

// Channels that follow each other, as many as have a fast scale, or one.
static uint32_t run_some(conv *c, const uint32_t *record, uint32_t lane,
        uint32_t n, int8_t *out) {
    uint32_t end = lane;
    while (end < LANES &&
            record[(end - lane) * RECORD + SHIFT] != (uint32_t)NN_SCALE_SLOW) {
        end++;
    }
    if (end == lane) {
        run_slow(c, record, lane, n, out);
        return 1;
    }
    start_taps(c, lane, end - lane, n);
    run_taps(c, record, n, out);
    start_taps(c, 0, LANES, n);
    return end - lane;
}

static const uint32_t *records_of(const conv *c, uint32_t channel,
        uint32_t done) {
    const nn_op *op = c->call->op;
    if (op->records != NULL) {
        return op->records + (size_t)channel * RECORD;
    }
    for (uint32_t k = done; k < LANES; k++) {
        nn_depthwise_record_make(c->call->graph, op, channel + k,
                c->made + (size_t)k * RECORD);
    }
    return c->made;
}

// n pixels of the four channels from `channel` on, of which the first `done`
// are there already.
static void run_lanes(conv *c, uint32_t channel, uint32_t done, uint32_t n,
        int8_t *out) {
    const uint32_t *record = records_of(c, channel, done);
    const uint32_t *shift = record + SHIFT;
    uint32_t shifts =
            shift[0] | shift[RECORD] | shift[2 * RECORD] | shift[3 * RECORD];
    if (done == 0 && (int32_t)shifts >= 0) {
        run_taps(c, record, n, out);
        return;
    }
    for (uint32_t k = done; k < LANES;) {
        k += run_some(c, record + (size_t)k * RECORD, k, n, out + k);
    }
}

// n pixels of a row from column x on.
static void run_block(conv *c, uint32_t x, uint32_t n, int8_t *out) {
    look_at(c, x, n);
    start_taps(c, 0, LANES, n);
    uint32_t next = 0;
    while (next < c->channels) {
        // the last four may have been done in part
        uint32_t channel = nn_depthwise_first(next, c->channels);
        pack(c, channel);
        run_lanes(c, channel, next - channel, n, out + channel);
        next = channel + LANES;
    }
    m7_clamp(out, n * c->channels, c->target);
}

void m7_depthwise_3x3(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    nn_depthwise_block size = nn_depthwise_block_of(&p->window, in, out);
    uint32_t *words = call->scratch;
    conv c = {
            .call = call,
            .rows = words + size.words,
            .made = words,
            .block = words + size.record,
            .stride = (uint32_t)p->window.stride_w,
            .pad = p->window.pad_left,
            .width = (uint32_t)in->dim[2],
            .channels = (uint32_t)in->dim[3],
            .zero_point = in->zero_point,
            .zero = (uint8_t)in->zero_point * 0x01010101U,
            .group = p->window.stride_w == 1 ? 4 : 2,
            .target = {out->zero_point, p->low, p->high},
            .run = p->window.stride_w == 2        ? m7_taps_2
                    : out->zero_point == INT8_MIN ? m7_taps_4_low
                                                  : m7_taps_4,
    };
    uint32_t width = (uint32_t)out->dim[2];
    for (uint32_t row = first; row < end; row++) {
        c.down = nn_image_taps(call, 0, &p->window, row, c.rows);
        int8_t *to = (int8_t *)call->out[0].data +
                nn_image_row(call, &call->out[0], out, row);
        uint32_t n;
        for (uint32_t x = 0; x < width; x += n) {
            n = width - x < size.pixels ? width - x : size.pixels;
            run_block(&c, x, n, to + (size_t)x * c.channels);
        }
    }
}
