// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D: four channels at a time, whose image rows are paired, so
// that one instruction does two taps of a column.

#include "nn/kernels/conv.h"
#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/columns.h"
#include "nn/kernels/m7/depthwise_columns.h"
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
    m7_block block;
    uint32_t *made; // records, where none are packed
    uint32_t room;  // how many
    uint32_t record_words;
    uint32_t out_channels;
    nn_target target;
    uint32_t classes; // of pixels, whose columns lie in a phase each
    // Windows of three by three: the group's pixels, 0 where they are others.
    uint32_t group;
    void (*run)(const m7_taps *);
    m7_taps taps;
    m7_taps end;    // likewise, the last group of pixels
    uint32_t again; // where that begins, 0: there is none
    bool ready;     // these are for all lanes and pixels of the block
    // Windows of any size, of the first two lanes and of the others.
    m7_segment *segments;
    m7_segment *others;
} conv;

// n neighbouring words as segments, which have an odd number of them each.
static m7_segment *add_run(m7_segment *to, uint32_t place, uint32_t n) {
    while (n > 0) {
        uint32_t words = n < M7_SEGMENT_WORDS ? (n - 1) | 1 : M7_SEGMENT_WORDS;
        *to++ = (m7_segment){words / 2 + 1,
                (int32_t)(place * sizeof(uint32_t))};
        place += words;
        n -= words;
    }
    return to;
}

// The words of a kernel row or of two, from `place` on, in the order of
// nn_depthwise_next(): those lie together that are a step apart, unless both
// stride and dilation tear them apart.
static m7_segment *add_row(const conv *c, uint32_t place, m7_segment *to) {
    const nn_window *w = c->window;
    uint32_t columns = (uint32_t)w->kernel_w;
    uint32_t step = nn_depthwise_step(w);
    if (w->stride_w > 1 && w->dilation_w > 1) {
        step = columns;
    }
    for (uint32_t k = 0; k < step && k < columns; k++) {
        uint32_t first = m7_block_place(&c->block, k * (uint32_t)w->dilation_w);
        to = add_run(to, place + first, (columns - k + step - 1) / step);
    }
    return to;
}

// Where the words of a window lie, from the columns of its channel on.
static void find_segments(conv *c) {
    const m7_block *b = &c->block;
    uint32_t kernel_h = (uint32_t)c->window->kernel_h;
    m7_segment *to = c->segments;
    for (uint32_t lane = 0; lane < b->lanes; lane += 2) {
        for (uint32_t i = 0; i < kernel_h / 2; i++) {
            to = add_row(c, i * b->lanes * b->columns, to);
        }
        if (kernel_h % 2 != 0) {
            to = add_row(c,
                    (uint32_t)(b->singles - b->words) - lane * b->columns, to);
        }
        *to++ = (m7_segment){0, 0};
        c->others = lane == 0 ? to : c->others;
    }
}

// n pixels of a channel whose record has no fast scale.
static __attribute__((noinline)) void run_slow(const conv *c,
        const uint32_t *record, uint32_t lane, uint32_t n, int8_t *out) {
    const nn_window *w = c->window;
    const m7_block *b = &c->block;
    const uint32_t step = nn_depthwise_step(w);
    nn_depthwise_record head;
    memcpy(&head, record, sizeof(head));
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t *weight = record + sizeof(head) / sizeof(*weight);
        int32_t sum = head.bias;
        for (int32_t row = 0; row < w->kernel_h; row += 2) {
            const uint32_t *from = row + 1 < w->kernel_h
                    ? b->words +
                            ((size_t)(uint32_t)row / 2 * b->lanes + lane) *
                                    b->columns
                    : b->singles + lane % 2 * b->columns;
            uint32_t j = 0;
            for (int32_t k = 0; k < w->kernel_w; k++) {
                uint32_t column =
                        i * (uint32_t)w->stride_w + j * (uint32_t)w->dilation_w;
                sum = m7_smlad(from[m7_block_place(b, column)], *weight++, sum);
                j = nn_depthwise_next(j, step, (uint32_t)w->kernel_w);
            }
        }
        out[(size_t)i * c->out_channels] =
                m7_number(sum, head.scale, c->target.zero_point);
    }
}

// Every step-th of the pixels, n in all. The last group does some pixels again.
static void run_groups(m7_windows t, uint32_t step, uint32_t n, int8_t *out) {
    int8_t few[4];
    t.out = n < 4 ? few : out;
    t.stride = n < 4 ? 1 : step;
    t.groups = n < 4 ? 1 : n / 4;
    m7_windows_4(&t);
    for (uint32_t i = 0; n < 4 && i < n; i++) {
        out[(size_t)i * step] = few[i];
    }
    if (n > 4 && n % 4 != 0) {
        t.columns += n - 4;
        t.out += (size_t)(n - 4) * step;
        t.groups = 1;
        m7_windows_4(&t);
    }
}

// n pixels of one channel, windows of any size.
static void run_windows(const conv *c, const uint32_t *record, uint32_t lane,
        uint32_t n, int8_t *out) {
    const m7_block *b = &c->block;
    m7_windows t = {.record = record,
            .segments = lane < 2 ? c->segments : c->others};
    for (uint32_t k = 0; k < c->classes && k < n; k++) {
        t.columns = b->words + lane * b->columns + k * b->phase;
        run_groups(t, c->classes * c->out_channels,
                (n - k + c->classes - 1) / c->classes,
                out + (size_t)k * c->out_channels);
    }
}

// Sets taps and end for every step-th of the pixels, n in all, of so many
// channels from `lane` on, whose windows begin in column `column` of the block:
// the last group does some pixels again.
static void start_taps(conv *c, uint32_t lane, uint32_t channels,
        uint32_t column, uint32_t step, uint32_t n) {
    const m7_block *b = &c->block;
    const uint32_t *singles = b->singles + column;
    bool few = n < c->group;
    c->taps = (m7_taps){
            .pairs = b->words + column + lane * b->columns,
            .singles = singles + lane % 2 * b->columns,
            .stride = few ? LANES : step * c->out_channels,
            .groups = few ? 1 : n / c->group,
            .columns = b->columns * (uint32_t)sizeof(uint32_t),
            .others = singles + (1 - lane % 2) * b->columns,
            .channels = channels,
    };
    c->again = few || n % c->group == 0 ? 0 : n - c->group;
    if (c->again != 0) {
        uint32_t columns = c->again * (uint32_t)c->window->stride_w;
        c->end = c->taps;
        c->end.pairs += columns;
        c->end.singles += columns;
        c->end.others += columns;
        c->end.groups = 1;
    }
}

static void run_taps(conv *c, const uint32_t *record, uint32_t step, uint32_t n,
        int8_t *out) {
    int8_t few[4 * LANES];
    c->taps.record = record;
    c->taps.out = n < c->group ? few : out;
    c->run(&c->taps);
    for (uint32_t i = 0; n < c->group && i < n; i++) {
        memcpy(out + (size_t)i * step * c->out_channels,
                few + (size_t)i * LANES, c->taps.channels);
    }
    if (c->again != 0) {
        c->end.record = record;
        c->end.out = out + (size_t)c->again * c->end.stride;
        c->run(&c->end);
    }
}

// n pixels of neighbouring channels, windows of three by three.
static void run_three(conv *c, const uint32_t *record, uint32_t lane,
        uint32_t channels, uint32_t n, int8_t *out) {
    const m7_block *b = &c->block;
    for (uint32_t k = 0; k < c->classes && k < n; k++) {
        uint32_t count = (n - k + c->classes - 1) / c->classes;
        start_taps(c, lane, channels, k * b->phase, c->classes, count);
        run_taps(c, record, c->classes, count,
                out + (size_t)k * c->out_channels);
    }
    c->ready = false;
}

// All lanes at once, from `channel` on, if all have a fast scale.
static bool run_lanes(conv *c, uint32_t channel, uint32_t n, int8_t *out) {
    const uint32_t words = c->record_words;
    const uint32_t *record = c->call->op->records;
    if (!c->block.three || record == NULL) {
        return false;
    }
    record += (size_t)channel * words;
    const uint32_t *shift = record + SHIFT;
    if ((int32_t)(shift[0] | shift[words] | shift[2 * words] |
                shift[3 * words]) < 0) {
        return false;
    }
    if (!c->ready) {
        start_taps(c, 0, LANES, 0, 1, n);
        c->ready = true;
    }
    run_taps(c, record, 1, n, out);
    return true;
}

// How many of the channels from output channel o on, at most `most`, have a
// record with a fast scale.
static uint32_t find_records(const conv *c, uint32_t o, uint32_t most,
        const uint32_t **record) {
    const nn_op *op = c->call->op;
    if (op->records != NULL) {
        *record = op->records + (size_t)o * c->record_words;
    } else {
        *record = c->made;
        most = most < c->room ? most : c->room;
        nn_depthwise_records(c->call->graph, op, o, most, c->made);
    }
    uint32_t count = 0;
    while (count < most && (*record)[count * c->record_words + SHIFT] != SLOW) {
        count++;
    }
    return count;
}

// n pixels of output channel o and, with a multiplier of 1, of the next ones,
// at most `most`. Returns how many channels it were.
static uint32_t run_channels(conv *c, uint32_t o, uint32_t lane, uint32_t most,
        uint32_t n, int8_t *out) {
    const uint32_t *record;
    uint32_t channels = find_records(c, o, most, &record);
    if (channels == 0) {
        run_slow(c, record, lane, n, out);
        return 1;
    }
    if (c->group != 0) {
        run_three(c, record, lane, channels, n, out);
        return channels;
    }
    run_windows(c, record, lane, n, out);
    return 1;
}

// n pixels of a row, out the first one's.
static void run_block(conv *c, uint32_t n, int8_t *out) {
    uint32_t channels = c->block.channels;
    uint32_t multiplier = c->out_channels / channels;
    uint32_t next = 0;
    c->ready = false;
    while (next < channels) {
        // the last four may have been done in part
        uint32_t first = nn_depthwise_first(next, channels);
        uint32_t end = first + c->block.lanes;
        m7_block_pack(&c->block, first);
        if (next == first && run_lanes(c, first, n, out + first)) {
            next = end;
        }
        while (next < end) {
            uint32_t o = next * multiplier;
            uint32_t lane = next - first;
            uint32_t most = multiplier == 1 && c->group != 0 ? end - next : 1;
            uint32_t done = run_channels(c, o, lane, most, n, out + o);
            for (uint32_t k = 1; k < multiplier; k++) {
                (void)run_channels(c, o + k, lane, 1, n, out + o + k);
            }
            next += done;
        }
    }
    m7_clamp(out, n * c->out_channels, c->target);
}

// Turns to n pixels of a row from column x on.
static void look_at(conv *c, uint32_t x, uint32_t n) {
    m7_block *b = &c->block;
    int32_t left = (int32_t)x * c->window->stride_w - c->window->pad_left;
    if (b->three) {
        m7_block_look(b, left, (uint32_t)nn_depthwise_columns(c->window, n));
        return;
    }
    uint32_t pixels = n < NN_DEPTHWISE_LEAST ? NN_DEPTHWISE_LEAST : n;
    uint32_t columns = (uint32_t)nn_depthwise_columns(c->window, pixels);
    if (columns > b->columns || columns + b->phases <= b->columns) {
        m7_block_resize(b, columns);
        find_segments(c);
    }
    m7_block_look(b, left, b->columns);
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

void nn_depthwise_conv_2d_run(const nn_call *call, uint32_t first,
        uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    nn_depthwise_block size = nn_depthwise_block_of(&p->window, in, out);
    uint32_t *words = call->scratch;
    uint32_t *rows = words + size.words;
    bool three = nn_depthwise_is_3x3(&p->window, in, out);
    conv c = {
            .call = call,
            .window = &p->window,
            .block =
                    {
                            .window = &p->window,
                            .image = (const int8_t *)call->in[0].data,
                            .rows = rows,
                            .words = words + size.record + size.places,
                            .phases = nn_depthwise_phases(&p->window),
                            .width = (uint32_t)in->dim[2],
                            .channels = (uint32_t)in->dim[3],
                            .lanes = nn_depthwise_lanes((uint32_t)in->dim[3]),
                            .zero = (uint8_t)in->zero_point * 0x01010101U,
                            .zero_point = in->zero_point,
                            .three = three,
                    },
            .made = words,
            .room = three ? LANES : 1,
            .record_words = nn_depthwise_record_words(&p->window),
            .out_channels = (uint32_t)out->dim[3],
            .target = {out->zero_point, p->low, p->high},
            .group = group_of(&p->window),
            .run = p->window.stride_w == 2        ? m7_taps_2
                    : out->zero_point == INT8_MIN ? m7_taps_4_low
                                                  : m7_taps_4,
            .segments = (m7_segment *)(void *)(words + size.record),
            .classes = p->window.stride_w == 1 ? nn_depthwise_phases(&p->window)
                                               : 1,
    };
    if (three) {
        m7_block_resize(&c.block, M7_COLUMNS_PITCH);
    }
    uint32_t width = (uint32_t)out->dim[2];
    // blocks are about as long, in groups of four
    uint32_t blocks = (width + size.pixels - 1) / size.pixels;
    uint32_t most = ((width + blocks - 1) / blocks + 3) & ~3U;
    most = most < size.pixels ? most : size.pixels;
    for (uint32_t row = first; row < end; row++) {
        c.block.down = nn_image_taps(call, 0, &p->window, row, rows);
        int8_t *to = (int8_t *)call->out[0].data +
                nn_image_row(call, &call->out[0], out, row);
        uint32_t n;
        for (uint32_t x = 0; x < width; x += n) {
            n = width - x < most ? width - x : most;
            look_at(&c, x, n);
            run_block(&c, n, to + (size_t)x * c.out_channels);
        }
    }
}
