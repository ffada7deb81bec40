// SPDX-License-Identifier: MIT
// CONV_2D: windows become rows of halves, a block of pixels at a time, then
// every two channels go over the block.

#include "nn/kernels/conv.h"
#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/tile.h"
#include "nn/kernels/m7/widen.h"

typedef struct conv {
    const nn_call *call;
    const nn_window *window;
    const int8_t *image;
    uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    uint32_t y; // of the output, which rows and down are for
    nn_conv_layout layout;
    uint32_t *record;
    int8_t *strips;  // of a group's windows
    uint32_t strip;  // bytes of one
    uint32_t *block; // pixels, see m7_tile.x
    int8_t *lonely;
    uint32_t width;    // of the image
    uint32_t channels; // of the image
    uint32_t group_in;
    uint32_t first_in; // of the group
    uint32_t out_width;
    bool by_rows; // whether strips have room for a row of three windows
    uint32_t plain_first, plain_end; // pixels, see find_plain()
    uint32_t out_channels;
    int32_t zero_point;
    nn_target target;
} conv;

// Groups of size pixels (2 or 3), see m7_widen_3().
static void widen(const int8_t *from, uint32_t apart, uint32_t size,
        uint32_t bytes, uint32_t *to, uint32_t groups, uint32_t gap) {
    if (size == 3) {
        m7_widen_3(from, apart, bytes, to, groups, gap);
    } else {
        m7_widen_2(from, apart, bytes, to, groups, gap);
    }
}

// Rows of the window of a pixel in row y of the output.
static void look_at(conv *c, uint32_t y) {
    if (y != c->y) {
        c->down = nn_image_taps(c->call, 0, c->window, y, c->rows);
        c->y = y;
    }
}

static bool is_inside(const conv *c, int32_t i) {
    return i >= c->down.first && i < c->down.end;
}

// Columns of the image for kernel row i, the first of them `left`.
static void copy_columns(const conv *c, int32_t i, int32_t left,
        int32_t columns, int8_t *to) {
    int32_t width = (int32_t)c->width;
    int32_t first = left < 0 ? -left : 0;
    int32_t end = width - left < columns ? width - left : columns;
    size_t all = (uint32_t)columns * c->channels;
    if (!is_inside(c, i) || first >= end) {
        memset(to, c->zero_point, all);
        return;
    }
    size_t before = (uint32_t)first * c->channels;
    size_t some = (uint32_t)end * c->channels;
    memset(to, c->zero_point, before);
    memcpy(to + before,
            c->image + c->rows[i] + (uint32_t)(left + first) * c->channels,
            some - before);
    memset(to + some, c->zero_point, all - some);
}

// Kernel row i of the window that begins in column left, as bytes.
static void copy_row(const conv *c, int32_t i, int32_t left, int8_t *to) {
    const nn_window *w = c->window;
    if (w->dilation_w == 1 && c->group_in == c->channels) {
        copy_columns(c, i, left, w->kernel_w, to);
        return;
    }
    for (int32_t j = 0; j < w->kernel_w; j++, to += c->group_in) {
        int32_t x = left + j * w->dilation_w;
        if (is_inside(c, i) && x >= 0 && x < (int32_t)c->width) {
            memcpy(to,
                    c->image + c->rows[i] + c->first_in +
                            (size_t)(uint32_t)x * c->channels,
                    c->group_in);
        } else {
            memset(to, c->zero_point, c->group_in);
        }
    }
}

// The window of the pixel in column x of the output, as bytes.
static void copy_window(const conv *c, uint32_t x, int8_t *to) {
    const nn_window *w = c->window;
    int32_t left = (int32_t)x * w->stride_w - w->pad_left;
    uint32_t pitch = c->layout.pieces == 1 ? (uint32_t)w->kernel_w * c->group_in
                                           : (c->layout.piece + 3) / 4 * 4;
    for (int32_t i = 0; i < w->kernel_h; i++, to += pitch) {
        copy_row(c, i, left, to);
    }
}

// Pixels whose windows lie inside the image's columns; what follows a kernel
// row in the image may be read, for its weights are 0.
static void find_plain(conv *c) {
    const nn_window *w = c->window;
    if (c->layout.pieces != (uint32_t)w->kernel_h ||
            (w->dilation_w != 1 && w->kernel_w != 1) ||
            c->group_in != c->channels) {
        return;
    }
    uint64_t reach = 2 * (uint64_t)(uint32_t)w->stride_w * c->channels +
            c->layout.piece + 3;
    c->by_rows = reach <= 3 * (uint64_t)c->strip;
    int32_t past = (int32_t)((4 - c->layout.piece % 4) % 4);
    int32_t channels = (int32_t)c->channels;
    int32_t room = (int32_t)c->width - (past + channels - 1) / channels +
            w->pad_left - w->kernel_w;
    if (room < 0) {
        return;
    }
    c->plain_first = (uint32_t)((w->pad_left + w->stride_w - 1) / w->stride_w);
    c->plain_end = (uint32_t)(room / w->stride_w) + 1;
    if (c->plain_end > c->out_width) {
        c->plain_end = c->out_width;
    }
}

// Groups of size pixels in one row, the first in column x: a kernel row of all
// of them at a time. Where it is not plain there is one group.
static void widen_rows(const conv *c, uint32_t x, uint32_t size,
        uint32_t groups, bool plain, uint32_t *to) {
    const nn_window *w = c->window;
    int32_t left = (int32_t)x * w->stride_w - w->pad_left;
    int32_t columns = (int32_t)(size - 1) * w->stride_w + w->kernel_w;
    uint32_t apart = (uint32_t)w->stride_w * c->channels;
    uint32_t words = (c->layout.piece + 3) / 4 * 2 * size;
    uint32_t pitch = c->layout.steps * size;
    for (int32_t i = 0; i < w->kernel_h; i++, to += words) {
        if (!is_inside(c, i)) {
            for (uint32_t k = 0; k < groups * pitch; k += pitch) {
                for (uint32_t j = 0; j < words; j++) {
                    to[k + j] = m7_both(c->zero_point);
                }
            }
            continue;
        }
        const int8_t *from = c->strips;
        if (plain) {
            from = c->image + c->rows[i] + (uint32_t)left * c->channels;
        } else {
            copy_columns(c, i, left, columns, c->strips);
        }
        widen(from, apart, size, c->layout.piece, to, groups,
                (pitch - words) * (uint32_t)sizeof(*to));
    }
}

// A group of size pixels, of which the last `same` are the first again.
static void copy_group(conv *c, uint32_t y, uint32_t x, uint32_t size,
        uint32_t same, uint32_t *to) {
    for (uint32_t i = 0; i < size; i++) {
        copy_window(c, x, c->strips + (size_t)i * c->strip);
        if (i + 1 < size - same && ++x == c->out_width) {
            x = 0;
            look_at(c, ++y);
        }
    }
    widen(c->strips, c->strip, size, c->layout.steps * 2, to, 1, 0);
}

// `groups` groups of size pixels, the first in column x of row y.
static uint32_t *gather(conv *c, uint32_t y, uint32_t x, uint32_t size,
        uint32_t groups, uint32_t same, uint32_t *to) {
    while (groups > 0) {
        uint32_t done = 1;
        look_at(c, y);
        bool plain = x >= c->plain_first && x + size <= c->plain_end;
        if (same == 0 && (plain || (c->by_rows && x + size <= c->out_width))) {
            if (plain) {
                done = (c->plain_end - x) / size;
                done = done < groups ? done : groups;
            }
            widen_rows(c, x, size, done, plain, to);
        } else {
            copy_group(c, y, x, size, same, to);
        }
        groups -= done;
        to += (size_t)done * size * c->layout.steps;
        for (x += done * size; x >= c->out_width; x -= c->out_width) {
            y++;
        }
    }
    return to;
}

// How n pixels make groups of three and then of two. A lonely pixel is there
// twice.
typedef struct groups {
    uint32_t threes, twos;
} groups;

static groups groups_of(uint32_t n) {
    uint32_t twos = n == 1 ? 1 : (3 - n % 3) % 3;
    return (groups){n == 1 ? 0 : (n - 2 * twos) / 3, twos};
}

// The numbers of a pair of channels whatever its record, one at a time.
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
        nn_conv_2d_record(c->call->graph, op, first + i, c->record);
        some.record = c->record;
        some.out = out + 2 * (size_t)i;
        some.pairs = 1;
        run_records(c, &some);
    }
}

// All channels of the image's group `group`, n pixels of the block.
static void run_channels(const conv *c, uint32_t group, uint32_t n,
        int8_t *out) {
    uint32_t filters = c->out_channels / (c->channels / c->group_in);
    uint32_t pairs = (filters + 1) / 2;
    uint32_t first = group * pairs;
    groups g = groups_of(n);
    m7_tile t = {.x = c->block,
            .steps = c->layout.steps,
            .threes = g.threes,
            .twos = g.twos,
            .stride = n == 1 ? 0 : c->out_channels,
            .low = c->target.zero_point == INT8_MIN};
    out += (size_t)group * filters;
    if (filters == 1) {
        t.stride = n == 1 ? 0 : 2;
        run_pairs(c, &t, first, 1, c->lonely);
        for (uint32_t i = 0; i < n; i++) {
            out[(size_t)i * c->out_channels] = c->lonely[2 * (size_t)i];
        }
        return;
    }
    run_pairs(c, &t, first, filters / 2, out);
    if (filters % 2 != 0) {
        run_pairs(c, &t, first + pairs - 1, 1, out + filters - 2);
    }
}

// n pixels of neighbouring rows, the first in column x of row y.
static void run_block(conv *c, uint32_t y, uint32_t x, uint32_t n,
        int8_t *out) {
    groups g = groups_of(n);
    uint32_t group = 0;
    for (c->first_in = 0; c->first_in < c->channels;
            c->first_in += c->group_in) {
        uint32_t *to = gather(c, y, x, 3, g.threes, 0, c->block);
        uint32_t behind = x + 3 * g.threes;
        (void)gather(c, y + behind / c->out_width, behind % c->out_width, 2,
                g.twos, n == 1, to);
        run_channels(c, group++, n, out);
    }
    m7_clamp(out, n * c->out_channels, c->target);
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
            .window = &p->window,
            .image = (const int8_t *)call->in[0].data,
            .rows = words + size.words,
            .y = UINT32_MAX,
            .layout = size.layout,
            .record = words,
            .strips = (int8_t *)(words + size.record),
            .strip = size.strip * (uint32_t)sizeof(uint32_t),
            .block = words + size.record + 3 * (size_t)size.strip,
            .lonely = (int8_t *)(words + size.lonely),
            .width = (uint32_t)in->dim[2],
            .channels = (uint32_t)in->dim[3],
            .group_in = (uint32_t)filter->dim[3],
            .out_width = (uint32_t)out->dim[2],
            .out_channels = (uint32_t)out->dim[3],
            .zero_point = in->zero_point,
            .target = {out->zero_point, p->low, p->high},
    };
    find_plain(&c);
    uint32_t width = c.out_width;
    uint32_t ring = call->op->row_local ? call->out[0].ring : end;
    while (first < end) {
        // rows up to where the ring wraps are one piece of memory
        uint32_t rows = ring - first % ring;
        rows = rows < end - first ? rows : end - first;
        int8_t *to = (int8_t *)call->out[0].data +
                nn_image_row(call, &call->out[0], out, first);
        uint32_t n;
        for (uint32_t i = 0; i < rows * width; i += n) {
            n = rows * width - i;
            n = n < size.pixels ? n : size.pixels;
            run_block(&c, first + i / width, i % width, n,
                    to + (size_t)i * c.out_channels);
        }
        first += rows;
    }
}
