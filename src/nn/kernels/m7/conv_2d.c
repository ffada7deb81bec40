// SPDX-License-Identifier: MIT
// CONV_2D: windows become rows of halves, a block of pixels at a time, then
// every two channels go over the block.

#include "nn/kernels/conv.h"
#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/tile.h"
#include "nn/ops/weights.h"

// Within a kernel row, taps are padded to a multiple of four: widening four
// bytes gives their places 0 and 2, then 1 and 3.
typedef struct conv {
    const nn_window *window;
    const int8_t *image;
    uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    const int8_t *filter;
    const int32_t *bias;
    uint32_t *weights; // of two channels
    uint32_t *block;   // pixels, see m7_tile.x
    uint32_t width;    // of the image
    uint32_t channels; // of the image
    uint32_t group_in;
    uint32_t first_in; // of the group
    uint32_t out_channels;
    uint32_t run;   // bytes of a kernel row
    uint32_t steps; // words of a window
    int32_t zero_point;
    nn_target target;
    const nn_tensor *in, *weight, *out;
} conv;

// bytes (a multiple of 4 but for the last) to every pitch-th word.
static uint32_t *widen(const int8_t *x, uint32_t bytes, uint32_t more,
        uint32_t minus, uint32_t pitch, uint32_t *to) {
    for (; bytes >= 4; bytes -= 4, x += 4, to += 2 * pitch) {
        uint32_t word = m7_load(x);
        to[0] = m7_sxtab16(minus, word);
        to[pitch] = m7_sxtab16_odd(minus, word);
    }
    if (bytes > 0) {
        uint32_t word = more ? m7_load(x) : m7_load_some(x, bytes);
        to[0] = m7_sxtab16(minus, word);
        to[pitch] = m7_sxtab16_odd(minus, word);
        to += 2 * pitch;
    }
    return to;
}

// A kernel row that is not wholly inside, or not in one piece.
static uint32_t *gather_taps(const conv *c, const int8_t *row, int32_t left,
        uint32_t pitch, uint32_t *to) {
    uint32_t zero = (uint8_t)c->zero_point;
    uint32_t minus = m7_both(-c->zero_point);
    uint32_t word = 0;
    uint32_t count = 0;
    for (int32_t j = 0; j < c->window->kernel_w; j++) {
        int32_t x = left + j * c->window->dilation_w;
        bool inside = row != NULL && x >= 0 && x < (int32_t)c->width;
        const int8_t *tap =
                inside ? row + (uint32_t)x * c->channels + c->first_in : NULL;
        if (c->group_in % 4 == 0 && inside) {
            to = widen(tap, c->group_in, 0, minus, pitch, to);
            continue;
        }
        for (uint32_t i = 0; i < c->group_in; i++) {
            word |= (inside ? (uint8_t)tap[i] : zero) << 8 * (count % 4);
            if (++count % 4 == 0) {
                to = widen((const int8_t *)&word, 4, 0, minus, pitch, to);
                word = 0;
            }
        }
    }
    return count % 4 == 0
            ? to
            : widen((const int8_t *)&word, 4, 0, minus, pitch, to);
}

// The window of the pixel in column x of the output.
static void gather(const conv *c, uint32_t x, uint32_t pitch, uint32_t *to) {
    const nn_window *w = c->window;
    int32_t left = (int32_t)x * w->stride_w - w->pad_left;
    bool inside = left >= 0 && left + w->kernel_w <= (int32_t)c->width &&
            (w->dilation_w == 1 || w->kernel_w == 1) &&
            c->group_in == c->channels;
    // what follows in the image may be read, for its weights are 0
    bool more = inside &&
            (uint32_t)(left + w->kernel_w) * c->channels + 3 <=
                    c->width * c->channels;
    uint32_t minus = m7_both(-c->zero_point);
    for (int32_t i = 0; i < w->kernel_h; i++) {
        const int8_t *row = i >= c->down.first && i < c->down.end
                ? c->image + c->rows[i]
                : NULL;
        if (inside && row != NULL) {
            to = widen(row + (uint32_t)left * c->channels, c->run, more, minus,
                    pitch, to);
        } else {
            to = gather_taps(c, row, left, pitch, to);
        }
    }
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

// The first word of pixel i and the words between two of its own.
static uint32_t *pixel_at(const conv *c, groups g, uint32_t i,
        uint32_t *pitch) {
    uint32_t behind = i < 3 * g.threes ? 0 : i - 3 * g.threes;
    *pitch = i < 3 * g.threes ? 3 : 2;
    uint32_t in_group = (behind == 0 && *pitch == 3 ? i : behind) % *pitch;
    return c->block + (size_t)(i - in_group) * c->steps + in_group;
}

static void widen_filters(const conv *c, const int8_t *a, const int8_t *b) {
    uint32_t *to = c->weights;
    for (int32_t i = 0; i < c->window->kernel_h; i++) {
        uint32_t n = c->run;
        for (; n > 0; a += 4, b += 4, to += 4) {
            uint32_t some = n < 4 ? n : 4;
            uint32_t first = n < 4 ? m7_load_some(a, n) : m7_load(a);
            uint32_t second = n < 4 ? m7_load_some(b, n) : m7_load(b);
            to[0] = m7_sxtb16(first);
            to[1] = m7_sxtb16(second);
            to[2] = m7_sxtb16_odd(first);
            to[3] = m7_sxtb16_odd(second);
            n -= some;
        }
        uint32_t past = (4 - c->run % 4) % 4;
        a -= past;
        b -= past;
    }
}

// One number in any case that the tile does not know.
static int8_t plain_number(const conv *c, const uint32_t *x, uint32_t pitch,
        uint32_t lane, int32_t bias, nn_multiplier multiplier) {
    int32_t sum = bias;
    for (uint32_t k = 0; k < c->steps; k++) {
        sum = m7_smlad(x[k * pitch], c->weights[2 * k + lane], sum);
    }
    nn_target all = {c->target.zero_point, INT8_MIN, INT8_MAX};
    return nn_target_int8(all, sum, multiplier);
}

static bool bias_fits(int32_t bias) {
    return bias < M7_MAX_BIAS && bias > -M7_MAX_BIAS;
}

// Channels o and other, which is o + 1 or, alone, o.
static void run_pair(const conv *c, uint32_t o, uint32_t other, uint32_t n,
        int8_t *out) {
    const uint32_t lane[2] = {o, other};
    nn_multiplier multiplier[2];
    m7_tile t;
    t.x = c->block;
    t.w = c->weights;
    t.steps = c->steps;
    bool fits = other != o && c->steps <= M7_MAX_TAPS / 2;
    for (uint32_t i = 0; i < 2; i++) {
        const float *scales = c->weight->scales;
        t.bias[i] = c->bias != NULL ? c->bias[lane[i]] : 0;
        multiplier[i] =
                m7_multiplier(scales[c->weight->scale_count > 1 ? lane[i] : 0],
                        c->in->scale, c->out->scale);
        fits = fits && bias_fits(t.bias[i]) && m7_scale_fits(multiplier[i]);
        if (fits) {
            t.scale[i] = m7_scale_of(multiplier[i], c->target.zero_point);
        }
    }
    size_t filter = (size_t)c->run * (uint32_t)c->window->kernel_h;
    widen_filters(c, c->filter + o * filter, c->filter + other * filter);
    groups g = groups_of(n);
    if (!fits) {
        for (uint32_t i = 0; i < n; i++) {
            uint32_t pitch;
            const uint32_t *x = pixel_at(c, g, i, &pitch);
            for (uint32_t k = 0; k < 2; k++) {
                out[(size_t)i * c->out_channels + lane[k]] =
                        plain_number(c, x, pitch, k, t.bias[k], multiplier[k]);
            }
        }
        return;
    }
    t.out = out + o;
    t.stride = n == 1 ? 0 : c->out_channels;
    if (g.threes > 0) {
        t.groups = g.threes;
        m7_tile_3(&t);
    }
    if (g.twos > 0) {
        t.groups = g.twos;
        t.steps = c->steps;
        m7_tile_2(&t);
    }
}

// n pixels of neighbouring rows, the first in column x of `row`.
static void run_block(conv *c, const nn_call *call, uint32_t row, uint32_t x,
        uint32_t n, int8_t *out) {
    uint32_t out_width = (uint32_t)c->out->dim[2];
    uint32_t group_out = c->out_channels / (c->channels / c->group_in);
    groups g = groups_of(n);
    for (c->first_in = 0; c->first_in < c->channels;
            c->first_in += c->group_in) {
        uint32_t y = row;
        uint32_t column = x;
        c->down = nn_image_taps(call, 0, c->window, y, c->rows);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t pitch;
            uint32_t *to = pixel_at(c, g, i, &pitch);
            gather(c, column, pitch, to);
            if (n == 1) {
                gather(c, column, pitch, to + 1);
            }
            if (++column == out_width && i + 1 < n) {
                column = 0;
                c->down = nn_image_taps(call, 0, c->window, ++y, c->rows);
            }
        }
        uint32_t o = c->first_in / c->group_in * group_out;
        uint32_t last = o + group_out - 1;
        for (; o < last; o += 2) {
            run_pair(c, o, o + 1, n, out);
        }
        if (o == last) { // an odd one goes with its left neighbour again
            run_pair(c, group_out > 1 ? o - 1 : o, o, n, out);
        }
    }
    m7_clamp(out, n * c->out_channels, c->target);
}

void nn_conv_2d_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *filter = nn_op_given(call->graph, call->op, 1);
    const nn_tensor *out = nn_call_output(call, 0);
    nn_conv_block size = nn_conv_2d_block(&p->window, filter, out);
    uint32_t *words = call->scratch;
    conv c = {
            .window = &p->window,
            .image = (const int8_t *)call->in[0].data,
            .rows = words + size.words,
            .filter = filter->data,
            .bias = nn_bias_data(call->graph, call->op, 2),
            .weights = words,
            .block = words + 2 * (size_t)size.steps,
            .width = (uint32_t)in->dim[2],
            .channels = (uint32_t)in->dim[3],
            .group_in = (uint32_t)filter->dim[3],
            .out_channels = (uint32_t)out->dim[3],
            .run = (uint32_t)(p->window.kernel_w * filter->dim[3]),
            .steps = size.steps,
            .zero_point = in->zero_point,
            .target = {out->zero_point, p->low, p->high},
            .in = in,
            .weight = filter,
            .out = out,
    };
    uint32_t width = (uint32_t)out->dim[2];
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
            run_block(&c, call, first + i / width, i % width, n,
                    to + (size_t)i * c.out_channels);
        }
        first += rows;
    }
}
