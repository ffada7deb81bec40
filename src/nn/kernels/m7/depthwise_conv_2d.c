// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D: four channels at a time, whose image rows are paired, so
// that one instruction does two taps of a column.

#include "nn/kernels/conv.h"
#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/columns.h"
#include "nn/kernels/m7/depthwise_3x3.h"
#include "nn/kernels/m7/taps.h"
#include "nn/kernels/m7/windows.h"

enum {
    LANES = NN_DEPTHWISE_LANES,
    SHIFT = 2, // place of the shift in a record
};
static const uint32_t SLOW = (uint32_t)NN_SCALE_SLOW;

typedef struct conv {
    const nn_call *call;
    const nn_window *window;
    const int8_t *image;
    uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    uint32_t *record; // of one channel
    uint32_t record_words;
    uint32_t group;   // see group_of()
    uint32_t *block;  // for each pair of kernel rows and each channel a word
                      // a column; of an odd last row two channels share one
    uint32_t columns; // of the block
    uint32_t phases;  // that the columns lie in, one after the other
    uint32_t phase;   // columns of one
    uint32_t *places; // of a window's words in the block, see m7_windows
    uint32_t width;   // of the image
    uint32_t channels;
    uint32_t out_channels;
    uint32_t lanes; // channels at a time
    uint32_t zero;  // zero points of four channels
    int32_t zero_point;
    nn_target target;
} conv;

// A row of a few channels, or numbers that stand for zero.
typedef struct source {
    const int8_t *from;
    uint32_t step;
} source;

static source row_of(const conv *c, int32_t i, uint32_t channel, uint32_t x) {
    if (i >= c->down.first && i < c->down.end) {
        return (source){c->image + c->rows[i] + (size_t)x * c->channels +
                        channel,
                c->phases * c->channels};
    }
    return (source){(const int8_t *)&c->zero, 0};
}

// Columns of two kernel rows.
static void pack_pair(const conv *c, source a, source b, uint32_t n,
        uint32_t *to) {
    if (c->lanes == LANES && n > 1) {
        uint32_t *end = to + n / 2 * 2;
        const size_t pitch = c->columns;
        m7_columns_pairs(&(m7_columns){a.from, b.from, a.step, b.step,
                {to, to + pitch, to + 2 * pitch, to + 3 * pitch}, end});
        a.from += (size_t)(n / 2 * 2) * a.step;
        b.from += (size_t)(n / 2 * 2) * b.step;
        to = end;
        n %= 2;
    }
    for (uint32_t k = 0; k < c->lanes && n > 0; k++) {
        const int8_t *x = a.from + k;
        const int8_t *y = b.from + k;
        uint32_t *next = to + k * c->columns;
        for (const uint32_t *end = next + n; next < end;) {
            *next++ = m7_lower((uint32_t)*x, (uint32_t)*y);
            x += a.step;
            y += b.step;
        }
    }
}

// An odd last row: the first words are written last, for a lonely channel has
// no second ones.
static void pack_single(const conv *c, source a, uint32_t n, uint32_t *to) {
    uint32_t *other = to + (c->lanes > 1 ? c->columns : 0);
    if (c->lanes == LANES && n > 1) {
        uint32_t *end = to + n / 2 * 2;
        m7_columns_singles(
                &(m7_columns){a.from, NULL, a.step, 0, {to, other}, end});
        a.from += (size_t)(n / 2 * 2) * a.step;
        other += n / 2 * 2;
        to = end;
        n %= 2;
    }
    const int8_t *x = a.from;
    for (; n > 0; n--, x += a.step) {
        uint32_t third = c->lanes > 2 ? (uint32_t)x[2] : 0;
        uint32_t fourth = c->lanes > 3 ? (uint32_t)x[3] : 0;
        *other++ = m7_lower((uint32_t)x[c->lanes > 1], fourth);
        *to++ = m7_lower((uint32_t)x[0], third);
    }
}

static uint32_t place_of(const conv *c, uint32_t column) {
    return column % c->phases * c->phase + column / c->phases;
}

// Columns outside the image, a few: the same for all channels.
static void clear(const conv *c, uint32_t from, uint32_t end) {
    uint32_t rows = (uint32_t)c->window->kernel_h;
    uint32_t single = c->lanes < 2 ? 1 : 2;
    uint32_t words = rows / 2 * c->lanes + rows % 2 * single;
    for (; from < end; from++) {
        uint32_t *column = c->block + place_of(c, from);
        for (uint32_t k = 0; k < words; k++, column += c->columns) {
            *column = m7_both(c->zero_point);
        }
    }
}

// The columns of the block that lie inside the image, begin … begin + n - 1.
typedef struct inside {
    uint32_t begin, n;
    uint32_t x; // column of the image
} inside;

static inside find_inside(const conv *c, int32_t left) {
    int32_t columns = (int32_t)c->columns;
    int32_t begin = nn_clamp_i32(-left, 0, columns);
    int32_t end = nn_clamp_i32((int32_t)c->width - left, begin, columns);
    uint32_t n = (uint32_t)(end - begin);
    return (inside){(uint32_t)begin, n, n > 0 ? (uint32_t)(left + begin) : 0};
}

// Packs those of one phase, for the channels from `channel` on.
static void pack_phase(const conv *c, uint32_t channel, uint32_t x, uint32_t n,
        uint32_t *to) {
    for (int32_t i = 0; i < c->window->kernel_h; i += 2) {
        source row = row_of(c, i, channel, x);
        if (i + 1 < c->window->kernel_h) {
            pack_pair(c, row, row_of(c, i + 1, channel, x), n, to);
            to += (size_t)c->lanes * c->columns;
        } else {
            pack_single(c, row, n, to);
        }
    }
}

static void pack(const conv *c, uint32_t channel, inside in) {
    for (uint32_t k = 0; k < c->phases && k < in.n; k++) {
        pack_phase(c, channel, in.x + k, (in.n - k + c->phases - 1) / c->phases,
                c->block + place_of(c, in.begin + k));
    }
}

// Where the words of a window lie, from the columns of its channel on.
static void find_places(const conv *c) {
    const nn_window *w = c->window;
    uint32_t *place = c->places;
    for (uint32_t i = 0; i < (uint32_t)w->kernel_h; i += 2) {
        // those of an odd last row count from the first of its own
        bool pair = i + 1 < (uint32_t)w->kernel_h;
        uint32_t row = pair ? i / 2 * c->lanes * c->columns : 0;
        for (uint32_t j = 0; j < (uint32_t)w->kernel_w; j++) {
            *place++ = (row + place_of(c, j * (uint32_t)w->dilation_w)) *
                    (uint32_t)sizeof(uint32_t);
        }
    }
}

static m7_windows windows_of(const conv *c, const uint32_t *record,
        uint32_t lane) {
    uint32_t rows = (uint32_t)c->window->kernel_h;
    uint32_t columns = (uint32_t)c->window->kernel_w;
    const uint32_t *singles = c->block + rows / 2 * c->lanes * c->columns;
    return (m7_windows){
            .record = record,
            .places = c->places,
            .pairs = c->block + lane * c->columns,
            .singles = singles + lane % 2 * c->columns,
            .pair_count = rows / 2 * columns,
            .single_count = rows % 2 * columns,
    };
}

// n pixels of a channel whose record has no fast scale.
static __attribute__((noinline)) void run_slow(const conv *c,
        const uint32_t *record, uint32_t lane, uint32_t n, int8_t *out) {
    nn_depthwise_record head;
    memcpy(&head, record, sizeof(head));
    const m7_windows t = windows_of(c, record, lane);
    const uint32_t *weight = record + sizeof(head) / sizeof(*weight);
    for (uint32_t i = 0; i < n; i++) {
        int32_t sum = head.bias;
        for (uint32_t k = 0; k < t.pair_count + t.single_count; k++) {
            const uint32_t *from = k < t.pair_count ? t.pairs : t.singles;
            uint32_t at = place_of(c, i * (uint32_t)c->window->stride_w);
            sum = m7_smlad(from[t.places[k] / sizeof(*from) + at], weight[k],
                    sum);
        }
        out[(size_t)i * c->out_channels] =
                m7_number(sum, head.scale, c->target.zero_point);
    }
}

// n pixels of one channel, windows of any size. The last group does some
// pixels again.
static void run_windows(const conv *c, const uint32_t *record, uint32_t lane,
        uint32_t n, int8_t *out) {
    int8_t few[4];
    m7_windows t = windows_of(c, record, lane);
    t.out = n < 4 ? few : out;
    t.stride = n < 4 ? 1 : c->out_channels;
    t.groups = n < 4 ? 1 : n / 4;
    m7_windows_4(&t);
    for (uint32_t i = 0; n < 4 && i < n; i++) {
        out[(size_t)i * c->out_channels] = few[i];
    }
    if (n > 4 && n % 4 != 0) {
        t.pairs += n - 4;
        t.singles += n - 4;
        t.out += (size_t)(n - 4) * t.stride;
        t.groups = 1;
        m7_windows_4(&t);
    }
}

static void run_taps(const conv *c, const m7_taps *t) {
    if (c->group == 4) {
        m7_taps_4(t);
    } else {
        m7_taps_2(t);
    }
}

// Every step-th of the pixels, n in all, of neighbouring channels, whose
// windows of three by three begin in column `column` of the block.
static void run_three(const conv *c, const uint32_t *record, uint32_t lane,
        uint32_t channels, uint32_t column, uint32_t step, uint32_t n,
        int8_t *out) {
    int8_t few[4 * LANES];
    uint32_t *block = c->block + column;
    uint32_t *singles = block + c->lanes * c->columns;
    const size_t apart = (size_t)step * c->out_channels;
    m7_taps t = {
            .record = record,
            .pairs = block + lane * c->columns,
            .singles = singles + lane % 2 * c->columns,
            .out = n < c->group ? few : out,
            .stride = n < c->group ? LANES : (uint32_t)apart,
            .groups = n < c->group ? 1 : n / c->group,
            .columns = c->columns * (uint32_t)sizeof(uint32_t),
            .others = singles + (1 - lane % 2) * c->columns,
            .channels = channels,
    };
    run_taps(c, &t);
    for (uint32_t i = 0; n < c->group && i < n; i++) {
        memcpy(out + i * apart, few + LANES * (size_t)i, channels);
    }
    if (n > c->group && n % c->group != 0) {
        uint32_t columns = (n - c->group) * (uint32_t)c->window->stride_w;
        t.pairs += columns;
        t.singles += columns;
        t.others += columns;
        t.out += (n - c->group) * apart;
        t.groups = 1;
        run_taps(c, &t);
    }
}

// How many of the channels from output channel o on, at most `most`, have a
// record for the fast taps; where records are made, one at a time is.
static uint32_t find_records(const conv *c, uint32_t o, uint32_t most,
        const uint32_t **record) {
    const nn_op *op = c->call->op;
    *record = c->record;
    if (op->records == NULL) {
        nn_depthwise_record_make(c->call->graph, op, o, c->record);
        return c->record[SHIFT] != SLOW;
    }
    *record = op->records + o * c->record_words;
    uint32_t count = 0;
    while (count < most && (*record)[count * c->record_words + SHIFT] != SLOW) {
        count++;
    }
    return count;
}

// n pixels of output channel o and, with a multiplier of 1, of the next ones,
// at most `most`. Returns how many channels it were.
static uint32_t run_channels(const conv *c, uint32_t o, uint32_t lane,
        uint32_t most, uint32_t n, int8_t *out) {
    const uint32_t *record;
    uint32_t channels = find_records(c, o, most, &record);
    if (channels == 0) {
        run_slow(c, record, lane, n, out);
        return 1;
    }
    if (c->group != 0) {
        for (uint32_t k = 0; k < c->phases && k < n; k++) {
            run_three(c, record, lane, channels, k * c->phase, c->phases,
                    (n - k + c->phases - 1) / c->phases,
                    out + (size_t)k * c->out_channels);
        }
        return channels;
    }
    run_windows(c, record, lane, n, out);
    return 1;
}

// Pixels that taps of three by three take at a time; 0: they do not fit.
static uint32_t group_of(const nn_window *w) {
    if (w->kernel_h != 3 || w->kernel_w != 3) {
        return 0;
    }
    return w->stride_w == 1                          ? 4
            : w->stride_w == 2 && w->dilation_w == 1 ? 2
                                                     : 0;
}

// n pixels of a row from column x on.
static void run_block(conv *c, uint32_t x, uint32_t n, int8_t *out) {
    const nn_window *w = c->window;
    uint32_t multiplier = c->out_channels / c->channels;
    inside in = find_inside(c, (int32_t)x * w->stride_w - w->pad_left);
    uint32_t next = 0;
    clear(c, 0, in.begin);
    clear(c, in.begin + in.n, c->columns);
    while (next < c->channels) {
        // the last four may have been done in part
        uint32_t first = nn_depthwise_first(next, c->channels);
        uint32_t end = first + c->lanes;
        pack(c, first, in);
        while (next < end) {
            uint32_t o = next * multiplier;
            if (multiplier == 1) {
                next += run_channels(c, o, next - first, end - next, n,
                        out + o);
                continue;
            }
            for (uint32_t k = 0; k < multiplier; k++, o++) {
                (void)run_channels(c, o, next - first, 1, n, out + o);
            }
            next++;
        }
    }
    m7_clamp(out, n * c->out_channels, c->target);
}

static void set_columns(conv *c, uint32_t n) {
    uint32_t pixels = n < NN_DEPTHWISE_LEAST ? NN_DEPTHWISE_LEAST : n;
    uint32_t columns = (uint32_t)nn_depthwise_columns(c->window, pixels);
    uint32_t phase = (columns + c->phases - 1) / c->phases;
    if (phase != c->phase) {
        c->phase = phase;
        c->columns = phase * c->phases;
        find_places(c);
    }
}

void nn_depthwise_conv_2d_run(const nn_call *call, uint32_t first,
        uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    if (nn_depthwise_is_3x3(&p->window, in, out)) {
        m7_depthwise_3x3(call, first, end);
        return;
    }
    nn_depthwise_block size = nn_depthwise_block_of(&p->window, in, out);
    uint32_t *words = call->scratch;
    conv c = {
            .call = call,
            .window = &p->window,
            .image = (const int8_t *)call->in[0].data,
            .rows = words + size.words,
            .record = words,
            .record_words = nn_depthwise_record_words(&p->window),
            .group = group_of(&p->window),
            .phases = nn_depthwise_phases(&p->window),
            .places = words + size.record,
            .block = words + size.record + size.places,
            .width = (uint32_t)in->dim[2],
            .channels = (uint32_t)in->dim[3],
            .out_channels = (uint32_t)out->dim[3],
            .lanes = nn_depthwise_lanes((uint32_t)in->dim[3]),
            .zero = (uint8_t)in->zero_point * 0x01010101U,
            .zero_point = in->zero_point,
            .target = {out->zero_point, p->low, p->high},
    };
    uint32_t width = (uint32_t)out->dim[2];
    for (uint32_t row = first; row < end; row++) {
        c.down = nn_image_taps(call, 0, &p->window, row, c.rows);
        int8_t *to = (int8_t *)call->out[0].data +
                nn_image_row(call, &call->out[0], out, row);
        uint32_t n;
        for (uint32_t x = 0; x < width; x += n) {
            n = width - x < size.pixels ? width - x : size.pixels;
            set_columns(&c, n);
            run_block(&c, x, n, to + (size_t)x * c.out_channels);
        }
    }
}
