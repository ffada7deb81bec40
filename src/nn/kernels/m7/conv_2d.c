// SPDX-License-Identifier: MIT
// CONV_2D: windows become rows of halves (patches.c), a block of pixels at a
// time, then every two channels go over the block (tile.c).

#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/patches.h"
#include "nn/kernels/m7/tile.h"

typedef struct conv {
    const nn_call *call;
    m7_patches patches;
    uint32_t pixels; // windows that the block has room for
    uint32_t *block; // see m7_tile.x
    uint32_t *record;
    int8_t *lonely;
    uint32_t out_channels;
    nn_target target;
} conv;

// The numbers of a pair of channels whose record is slow, one at a time.
static __attribute__((noinline)) void run_any(const conv *c, const m7_tile *t) {
    nn_conv_record head;
    memcpy(&head, t->record, sizeof(head));
    const uint32_t *w = t->record + sizeof(head) / sizeof(*w);
    const uint32_t *x = t->x;
    int8_t *out = t->out;
    for (uint32_t g = 0; g < t->threes + t->twos; g++) {
        uint32_t size = g < t->threes ? 3 : 2;
        for (uint32_t i = 0; i < 2 * size; i++) {
            int32_t sum = head.bias[i % 2];
            for (uint32_t j = 0; j < t->steps; j++) {
                sum = m7_smlad(x[j * size + i / 2], w[2 * j + i % 2], sum);
            }
            out[i / 2 * t->stride + i % 2] =
                    m7_number(sum, head.scale[i % 2], c->target.zero_point);
        }
        x += (size_t)size * t->steps;
        out += (size_t)size * t->stride;
    }
}

// Pairs of channels, their records one behind the other.
static void run_records(const conv *c, m7_tile *t) {
    uint32_t words = nn_conv_2d_record_words(t->steps);
    while (t->pairs > 0) {
        uint32_t done = m7_tile_run(t);
        t->record += (size_t)done * words;
        t->out += 2 * (size_t)done;
        t->pairs -= done;
        if (t->pairs > 0) {
            run_any(c, t);
            t->record += words;
            t->out += 2;
            t->pairs--;
        }
    }
}

// Pairs of channels from pair `first` of the operator on.
static void run_pairs(const conv *c, const m7_tile *t, uint32_t first,
        uint32_t pairs, int8_t *out) {
    const nn_op *op = c->call->op;
    m7_tile some = *t;
    some.out = out;
    if (op->records != NULL) {
        some.record =
                op->records + (size_t)first * nn_conv_2d_record_words(t->steps);
        some.pairs = pairs;
        run_records(c, &some);
        return;
    }
    for (uint32_t i = 0; i < pairs; i++) {
        nn_conv_2d_record(c->call->graph, op, &c->patches.layout, first + i,
                c->record);
        some.record = c->record;
        some.out = out + 2 * (size_t)i;
        some.pairs = 1;
        run_records(c, &some);
    }
}

// Pixels of the output that are `apart` columns from each other, and the
// windows they have in the block.
typedef struct pixels {
    uint32_t count, apart;
    uint32_t windows;
    m7_groups groups;
} pixels;

// The numbers of all lanes, as they lie in memory where that is how they lie in
// the output: `apart` bytes from window to window.
static void run_lanes(const conv *c, uint32_t group, const pixels *x,
        uint32_t apart, int8_t *out) {
    const nn_conv_layout *l = &c->patches.layout;
    uint32_t pairs = (l->lanes + 1) / 2;
    uint32_t first = group * pairs;
    m7_tile t = {.x = c->block,
            .steps = l->steps,
            .threes = x->groups.threes,
            .twos = x->groups.twos,
            .stride = x->windows == 1 ? 0 : apart,
            .low = c->target.zero_point == INT8_MIN};
    if (l->lanes > 1) {
        run_pairs(c, &t, first, l->lanes / 2, out);
    }
    if (l->lanes % 2 != 0) {
        run_pairs(c, &t, first + pairs - 1, 1,
                l->lanes > 1 ? out + l->lanes - 2 : out);
    }
}

// All channels of the image's group `group`.
static void run_channels(const conv *c, uint32_t group, const pixels *x,
        int8_t *out) {
    const nn_conv_layout *l = &c->patches.layout;
    uint32_t filters = l->lanes / l->pixels;
    uint32_t stride = x->apart * c->out_channels;
    out += (size_t)group * filters;
    if (l->lanes > 1 &&
            (l->pixels == 1 ||
                    (x->apart == 1 && x->count == x->windows * l->pixels))) {
        run_lanes(c, group, x, l->pixels * stride, out);
        return;
    }
    uint32_t lonely = l->lanes == 1 ? 2 : filters; // from pixel to pixel
    run_lanes(c, group, x, lonely * l->pixels, c->lonely);
    const int8_t *from = c->lonely;
    for (uint32_t i = 0; i < x->count; i++, from += lonely, out += stride) {
        for (uint32_t k = 0; k < filters; k++) {
            out[k] = from[k];
        }
    }
}

// n pixels of neighbouring rows, the first in column x of row y.
static void run_block(conv *c, uint32_t y, uint32_t x, uint32_t n,
        int8_t *out) {
    m7_patches *g = &c->patches;
    pixels p = {.count = n, .apart = 1, .windows = n};
    uint32_t group = 0;
    for (g->first_in = 0; g->first_in < g->channels;
            g->first_in += g->group_in) {
        p.groups = m7_patches_block(g, y, x, n, c->block);
        run_channels(c, group++, &p, out);
    }
    m7_clamp(out, n * c->out_channels, c->target);
}

// n pixels of a line, the first in column x of row y.
static void run_line(conv *c, uint32_t y, uint32_t x, uint32_t n, int8_t *out) {
    m7_patches *g = &c->patches;
    pixels p = {.count = n,
            .apart = g->layout.lines,
            .windows = (n + g->layout.pixels - 1) / g->layout.pixels};
    uint32_t group = 0;
    for (g->first_in = 0; g->first_in < g->channels;
            g->first_in += g->group_in) {
        p.groups = m7_patches_line(g, y, x, p.windows, c->block);
        run_channels(c, group++, &p, out);
    }
}

// How many of so many windows to do at once: groups have three, and a single
// one would be there twice.
static uint32_t share_of(uint32_t windows, uint32_t most) {
    if (windows <= most) {
        return windows;
    }
    uint32_t n = most / 3 * 3;
    return windows - n == 1 ? n - 1 : n;
}

// Rows y … y+rows-1 of the output, line by line; of a dilation beyond the
// width, most lines have no pixel.
static void run_lines(conv *c, uint32_t y, uint32_t rows, int8_t *out) {
    uint32_t lines = c->patches.layout.lines;
    uint32_t width = c->patches.out_width;
    uint32_t each = c->patches.layout.pixels;
    for (uint32_t end = y + rows; y < end; y++) {
        for (uint32_t line = 0; line < lines && line < width; line++) {
            uint32_t n;
            for (uint32_t x = line; x < width; x += n * lines) {
                uint32_t left = (width - x + lines - 1) / lines;
                n = each * share_of((left + each - 1) / each, c->pixels);
                n = n < left ? n : left;
                run_line(c, y, x, n, out + (size_t)x * c->out_channels);
            }
        }
        m7_clamp(out, width * c->out_channels, c->target);
        out += (size_t)width * c->out_channels;
    }
}

// The same, many rows at once.
static void run_blocks(conv *c, uint32_t y, uint32_t rows, int8_t *out) {
    uint32_t width = c->patches.out_width;
    uint32_t n;
    for (uint32_t i = 0; i < rows * width; i += n) {
        n = share_of(rows * width - i, c->pixels);
        run_block(c, y + i / width, i % width, n,
                out + (size_t)i * c->out_channels);
    }
}

void nn_conv_2d_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *filter = nn_op_given(call->graph, call->op, 1);
    const nn_tensor *out = nn_call_output(call, 0);
    nn_conv_block size = nn_conv_2d_block(&p->window, in, filter, out);
    uint32_t *words = call->scratch;
    conv c = {
            .call = call,
            .patches = {.call = call,
                    .window = &p->window,
                    .layout = size.layout,
                    .image = (const int8_t *)call->in[0].data,
                    .width = (uint32_t)in->dim[2],
                    .channels = (uint32_t)in->dim[3],
                    .group_in = (uint32_t)filter->dim[3],
                    .out_width = (uint32_t)out->dim[2],
                    .zero_point = in->zero_point,
                    .rows = words + size.words,
                    .strips = (int8_t *)(words + size.record),
                    .strip = size.strip * (uint32_t)sizeof(uint32_t)},
            .pixels = size.pixels,
            .block = words + size.record + 3 * (size_t)size.strip,
            .record = words,
            .lonely = (int8_t *)(words + size.lonely),
            .out_channels = (uint32_t)out->dim[3],
            .target = {out->zero_point, p->low, p->high},
    };
    m7_patches_begin(&c.patches);
    bool by_lines = m7_patches_has_lines(&c.patches);
    uint32_t ring = call->op->row_local ? call->out[0].ring : end;
    while (first < end) {
        // rows up to where the ring wraps are one piece of memory
        uint32_t rows = ring - first % ring;
        rows = rows < end - first ? rows : end - first;
        int8_t *to = (int8_t *)call->out[0].data +
                nn_image_row(call, &call->out[0], out, first);
        if (by_lines) {
            run_lines(&c, first, rows, to);
        } else {
            run_blocks(&c, first, rows, to);
        }
        first += rows;
    }
}
