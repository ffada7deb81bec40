// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D: four channels at a time, whose image rows are paired, so
// that one instruction does two taps of a column.

#include "nn/kernels/conv.h"
#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/taps.h"
#include "nn/ops/weights.h"

enum { LANES = NN_DEPTHWISE_LANES };

typedef struct conv {
    const nn_window *window;
    const int8_t *image;
    uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    const int8_t *filter;
    const int32_t *bias;
    uint32_t *weights; // of one channel: for each pair of kernel rows a word
                       // a tap
    uint32_t *block;   // for each pair of kernel rows and each channel a word
                       // a column; of an odd last row two channels share one
    uint32_t columns;  // of the block
    uint32_t width;    // of the image
    uint32_t channels;
    uint32_t out_channels;
    uint32_t lanes; // channels at a time
    int32_t zero_point;
    nn_target target;
    const nn_tensor *in, *weight, *out;
} conv;

// A row of four channels, or numbers that stand for zero.
typedef struct source {
    const int8_t *from;
    uint32_t step;
    int8_t zero[LANES];
} source;

static void open_row(const conv *c, int32_t i, uint32_t channel, uint32_t x,
        source *s) {
    if (i >= c->down.first && i < c->down.end) {
        s->step = c->channels;
        s->from = c->image + c->rows[i] + (size_t)x * c->channels + channel;
    } else {
        memset(s->zero, c->zero_point, sizeof(s->zero));
        s->step = 0;
        s->from = s->zero;
    }
}

// Columns of two kernel rows, four channels.
static __attribute__((noinline)) void pack_pair(uint32_t minus,
        const source *first, const source *second, uint32_t pitch, uint32_t n,
        uint32_t *to) {
    const int8_t *a = first->from;
    const int8_t *b = second->from;
    const uint32_t step_a = first->step;
    const uint32_t step_b = second->step;
    uint32_t *two = to + 2 * (size_t)pitch;
    for (const uint32_t *end = to + n; to < end; to++, two++) {
        uint32_t upper = m7_load(a);
        uint32_t lower = m7_load(b);
        a += step_a;
        b += step_b;
        uint32_t x = m7_sxtab16(minus, upper);
        uint32_t y = m7_sxtab16(minus, lower);
        *to = m7_lower(x, y);
        *two = m7_upper(x, y);
        x = m7_sxtab16_odd(minus, upper);
        y = m7_sxtab16_odd(minus, lower);
        to[pitch] = m7_lower(x, y);
        two[pitch] = m7_upper(x, y);
    }
}

// The same for fewer channels.
static void pack_few(const conv *c, const source *first, const source *second,
        uint32_t n, uint32_t *to) {
    const int8_t *a = first->from;
    const int8_t *b = second->from;
    for (uint32_t x = 0; x < n; x++) {
        for (uint32_t k = 0; k < c->lanes; k++) {
            to[k * c->columns + x] = m7_lower((uint32_t)(a[k] - c->zero_point),
                    (uint32_t)(b[k] - c->zero_point));
        }
        a += first->step;
        b += second->step;
    }
}

// An odd last row: the first words are written last, for a lonely channel has
// no second ones.
static void pack_single(const conv *c, const source *first, uint32_t n,
        uint32_t *to) {
    const int8_t *a = first->from;
    uint32_t minus = m7_both(-c->zero_point);
    uint32_t *to_1 = to + (c->lanes > 1 ? c->columns : 0);
    for (uint32_t x = 0; x < n; x++) {
        uint32_t word =
                c->lanes == LANES ? m7_load(a) : m7_load_some(a, c->lanes);
        to_1[x] = m7_sxtab16_odd(minus, word);
        to[x] = m7_sxtab16(minus, word);
        a += first->step;
    }
}

// Columns outside the image, a few: all channels of one, then the next.
static void clear(const conv *c, uint32_t *to, uint32_t words, uint32_t from,
        uint32_t end) {
    for (; from < end; from++) {
        uint32_t *column = to + from;
        for (uint32_t k = 0; k < words; k++, column += c->columns) {
            *column = 0;
        }
    }
}

// The columns from `left` of the image on, for four channels.
static void pack(const conv *c, uint32_t channel, int32_t left) {
    int32_t columns = (int32_t)c->columns;
    int32_t begin = nn_clamp_i32(-left, 0, columns);
    int32_t end = nn_clamp_i32((int32_t)c->width - left, begin, columns);
    uint32_t n = (uint32_t)(end - begin);
    uint32_t first = n > 0 ? (uint32_t)(left + begin) : 0;
    uint32_t *to = c->block;
    for (int32_t i = 0; i < c->window->kernel_h; i += 2) {
        bool pair = i + 1 < c->window->kernel_h;
        uint32_t words = pair || c->lanes < 2 ? c->lanes : 2;
        clear(c, to, words, 0, (uint32_t)begin);
        clear(c, to, words, (uint32_t)end, c->columns);
        source a;
        source b;
        open_row(c, i, channel, first, &a);
        open_row(c, i + 1, channel, first, &b);
        if (pair && c->lanes == LANES) {
            pack_pair(m7_both(-c->zero_point), &a, &b, c->columns, n,
                    to + begin);
        } else if (pair) {
            pack_few(c, &a, &b, n, to + begin);
        } else {
            pack_single(c, &a, n, to + begin);
        }
        to += (size_t)words * c->columns;
    }
}

// Weights of output channel o, whose image channel is `lane` of the four.
static void pack_weights(const conv *c, uint32_t o, uint32_t lane) {
    uint32_t *to = c->weights;
    uint32_t row = (uint32_t)c->window->kernel_w * c->out_channels;
    const int8_t *w = c->filter + o;
    int32_t i = 0;
    for (; i + 1 < c->window->kernel_h; i += 2, w += 2 * (size_t)row) {
        for (uint32_t j = 0; j < row; j += c->out_channels) {
            *to++ = m7_lower((uint32_t)w[j], (uint32_t)w[j + row]);
        }
    }
    for (uint32_t j = 0; i < c->window->kernel_h && j < row;
            j += c->out_channels) {
        *to++ = (uint32_t)(uint16_t)w[j] << (lane < 2 ? 0 : 16);
    }
}

// The columns of a channel for a pair of kernel rows.
static const uint32_t *columns_of(const conv *c, uint32_t pair, uint32_t lane) {
    bool single = 2 * pair + 1 == (uint32_t)c->window->kernel_h;
    return c->block +
            (pair * c->lanes + (single ? lane % 2 : lane)) * (size_t)c->columns;
}

static int32_t sum_window(const conv *c, uint32_t lane, uint32_t x,
        int32_t bias) {
    const nn_window *w = c->window;
    const uint32_t *weight = c->weights;
    int32_t sum = bias;
    for (uint32_t pair = 0; 2 * pair < (uint32_t)w->kernel_h; pair++) {
        const uint32_t *from = columns_of(c, pair, lane) + x;
        for (int32_t j = 0; j < w->kernel_w; j++) {
            sum = m7_smlad(*from, *weight++, sum);
            from += w->dilation_w;
        }
    }
    return sum;
}

// The pixels of a three by three window that make groups; returns how many.
static uint32_t run_groups(const conv *c, uint32_t lane, uint32_t n,
        m7_taps *t) {
    const nn_window *w = c->window;
    if (w->kernel_h != 3 || w->kernel_w != 3 || w->dilation_w != 1 ||
            w->stride_w > 2) {
        return 0;
    }
    uint32_t group = w->stride_w == 1 ? 4 : 2;
    if (n < group) {
        return 0;
    }
    memcpy(t->pair, c->weights, sizeof(t->pair));
    memcpy(t->single, c->weights + 3, sizeof(t->single));
    t->pairs = columns_of(c, 0, lane);
    t->singles = columns_of(c, 1, lane);
    t->groups = n / group;
    if (group == 4) {
        m7_taps_4(t);
    } else {
        m7_taps_2(t);
    }
    return n / group * group;
}

// n pixels of output channel o.
static void run_channel(const conv *c, uint32_t o, uint32_t lane, uint32_t n,
        int8_t *out) {
    const float *scales = c->weight->scales;
    m7_taps t;
    t.bias = c->bias != NULL ? c->bias[o] : 0;
    t.stride = c->out_channels;
    t.out = out;
    nn_multiplier multiplier =
            m7_multiplier(scales[c->weight->scale_count > 1 ? o : 0],
                    c->in->scale, c->out->scale);
    pack_weights(c, o, lane);
    uint32_t x = 0;
    if (m7_scale_fits(multiplier) && t.bias < M7_MAX_BIAS &&
            t.bias > -M7_MAX_BIAS) {
        t.scale = m7_scale_of(multiplier, c->target.zero_point);
        x = run_groups(c, lane, n, &t);
    }
    nn_target all = {c->target.zero_point, INT8_MIN, INT8_MAX};
    for (; x < n; x++) {
        int32_t sum =
                sum_window(c, lane, x * (uint32_t)c->window->stride_w, t.bias);
        out[(size_t)x * c->out_channels] = nn_target_int8(all, sum, multiplier);
    }
}

// n pixels of a row from column x on.
static void run_block(conv *c, uint32_t x, uint32_t n, int8_t *out) {
    const nn_window *w = c->window;
    uint32_t multiplier = c->out_channels / c->channels;
    int32_t left = (int32_t)x * w->stride_w - w->pad_left;
    uint32_t next = 0;
    while (next < c->channels) {
        // the last four may have been done in part
        uint32_t first =
                next + c->lanes > c->channels ? c->channels - c->lanes : next;
        pack(c, first, left);
        for (uint32_t lane = next - first; lane < c->lanes; lane++) {
            for (uint32_t k = 0; k < multiplier; k++) {
                uint32_t o = (first + lane) * multiplier + k;
                run_channel(c, o, lane, n, out + o);
            }
        }
        next = first + c->lanes;
    }
    m7_clamp(out, n * c->out_channels, c->target);
}

void nn_depthwise_conv_2d_run(const nn_call *call, uint32_t first,
        uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *filter = nn_op_given(call->graph, call->op, 1);
    const nn_tensor *out = nn_call_output(call, 0);
    nn_depthwise_block size = nn_depthwise_block_of(&p->window, in, out);
    uint32_t *words = call->scratch;
    uint32_t channels = (uint32_t)in->dim[3];
    conv c = {
            .window = &p->window,
            .image = (const int8_t *)call->in[0].data,
            .rows = words + size.words,
            .filter = filter->data,
            .bias = nn_bias_data(call->graph, call->op, 2),
            .weights = words,
            .block = words + size.weights,
            .width = (uint32_t)in->dim[2],
            .channels = channels,
            .out_channels = (uint32_t)out->dim[3],
            .lanes = channels < LANES ? channels : LANES,
            .zero_point = in->zero_point,
            .target = {out->zero_point, p->low, p->high},
            .in = in,
            .weight = filter,
            .out = out,
    };
    uint32_t width = (uint32_t)out->dim[2];
    for (uint32_t row = first; row < end; row++) {
        c.down = nn_image_taps(call, 0, &p->window, row, c.rows);
        int8_t *to = (int8_t *)call->out[0].data +
                nn_image_row(call, &call->out[0], out, row);
        uint32_t n;
        for (uint32_t x = 0; x < width; x += n) {
            n = width - x < size.pixels ? width - x : size.pixels;
            c.columns = (uint32_t)nn_depthwise_columns(&p->window, n);
            run_block(&c, x, n, to + (size_t)x * c.out_channels);
        }
    }
}
