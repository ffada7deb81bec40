// SPDX-License-Identifier: MIT
// Weights in the order in which kernels for Cortex-M7 read them.

#include "nn/kernels/records.h"

#include <string.h>

#include "nn/kernels/conv.h"
#include "nn/kernels/m7/simd.h"
#include "nn/ops/weights.h"

// Words over all filters that joining rows must save for each kernel row, for
// it takes a copy of the window; filters, and words of a window, up to which
// windows may be those of several pixels.
enum { JOIN = 64, FEW = 6, SHORT = 1 << 16 };

static uint32_t common_divisor(uint32_t a, uint32_t b) {
    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// Half instructions for three windows, about.
static uint32_t cost_of(const nn_conv_layout *l) {
    uint32_t pairs = (l->lanes + 1) / 2;
    bool copied = l->lanes == 1 || (l->pixels > 1 && l->lines > 1);
    return pairs * (15 * l->steps + 88) + 11 * l->steps + 30 * l->pieces +
            (copied ? 24 * l->lanes + 48 * l->pixels : 0);
}

// From windows of one pixel to those of two or four, where that costs less.
static void try_pixels(nn_conv_layout *best, uint32_t channels) {
    const nn_conv_layout one = *best;
    for (uint32_t pixels = 2; pixels <= 4; pixels += 2) {
        nn_conv_layout l = one;
        l.pixels = pixels;
        l.lanes *= pixels;
        l.columns += (pixels - 1) * l.stride;
        l.piece = l.columns * channels;
        l.steps = (l.piece + 3) / 4 * 2 * l.pieces;
        if (cost_of(&l) * best->pixels < cost_of(best) * pixels) {
            *best = l;
        }
    }
}

nn_conv_layout nn_conv_2d_layout(const nn_window *window, const nn_tensor *in,
        const nn_tensor *filter) {
    uint32_t count = (uint32_t)window->kernel_h;
    uint32_t columns = (uint32_t)window->kernel_w;
    uint32_t channels = (uint32_t)filter->dim[3];
    uint32_t groups = (uint32_t)in->dim[3] / channels;
    uint32_t dilation = columns > 1 ? (uint32_t)window->dilation_w : 1;
    uint32_t stride = (uint32_t)window->stride_w;
    uint32_t common = common_divisor(stride, dilation);
    uint32_t run = columns * channels;
    nn_conv_layout l = {.pieces = count,
            .piece = run,
            .steps = (run + 3) / 4 * 2 * count,
            .columns = columns,
            .dilation = dilation,
            .lines = dilation / common,
            .stride = stride / common,
            .pixels = 1,
            .lanes = (uint32_t)filter->dim[0] / groups};
    if (groups == 1 && l.lanes <= FEW && l.stride <= columns &&
            l.steps <= SHORT) {
        try_pixels(&l, channels);
    }
    uint32_t joined = (run * count + 3) / 4 * 2;
    uint64_t saved = (uint64_t)(l.steps - joined) * (uint32_t)filter->dim[0];
    if (l.pixels == 1 && saved >= JOIN * (uint64_t)count) {
        l.pieces = 1;
        l.piece = run * count;
        l.steps = joined;
    }
    return l;
}

// What the channels of an operator have in common.
typedef struct weights {
    const nn_tensor *in, *filter, *out;
    const int32_t *bias;
    const nn_window *window;
    uint32_t taps; // of a channel
    size_t step;   // from one of them to the next
} weights;

static void find_weights(weights *w, const nn_graph *graph, const nn_op *op) {
    w->in = nn_op_given(graph, op, 0);
    w->filter = nn_op_given(graph, op, 1);
    w->out = nn_op_output(graph, op, 0);
    w->bias = nn_bias_data(graph, op, 2);
    const nn_conv_params *p = NN_PARAMS(op, const nn_conv_params);
    w->window = &p->window;
}

// A channel, and how it is stored.
typedef struct channel {
    uint32_t number;
    const int8_t *from; // its first weight
    int32_t sum;        // of its weights
    nn_scale scale;
    int32_t bias;
    uint32_t up; // bits by which weights are shifted up, 0: the slow way
} channel;

// The sum of weights times one is known; the bias less what the zero point
// gives.
static int32_t folded_bias(const weights *w, const channel *c) {
    uint32_t bias = w->bias != NULL ? (uint32_t)w->bias[c->number] : 0;
    return (int32_t)(bias - (uint32_t)w->in->zero_point * (uint32_t)c->sum);
}

// Bits by which sums are shifted up, 0 where the fast scale is not exact.
// Without a right shift one rounding goes: what the fast way takes from
// negative sums must then be lost in the lowest number, which they all become.
static uint32_t bits_up(const weights *w, int32_t bias,
        const nn_multiplier *m) {
    int32_t up = m->shift > 0 ? m->shift : 0;
    int32_t most = NN_SCALE_MAX_BIAS >> up;
    bool in_range = m->shift < 0 ? m->shift >= -NN_SCALE_MAX_SHIFT
                                 : w->out->zero_point == INT8_MIN &&
                    up <= NN_SCALE_MAX_UP && m->value != 0;
    return in_range && w->taps <= (uint32_t)NN_SCALE_MAX_TAPS >> up &&
                    bias < most && bias > -most
            ? (uint32_t)up + 1
            : 0;
}

// Whether any image makes the channel the same number: channels that training
// has left without weights have factors out of all proportion.
static bool is_constant(const weights *w, const channel *c,
        const nn_multiplier *m, int32_t *number) {
    int64_t low = c->bias;
    int64_t high = low;
    for (uint32_t i = 0; i < w->taps; i++) {
        int32_t weight = c->from[i * w->step];
        low += weight * (weight < 0 ? INT8_MAX : INT8_MIN);
        high += weight * (weight < 0 ? INT8_MIN : INT8_MAX);
    }
    if (low < INT32_MIN || high > INT32_MAX || m->shift > 0) {
        return false;
    }
    nn_target all = {w->out->zero_point, INT8_MIN, INT8_MAX};
    *number = nn_target_number(&all, (int32_t)low, m);
    return *number == nn_target_number(&all, (int32_t)high, m);
}

// Sets scale, bias and up.
static void find_form(const weights *w, channel *c, bool may_be_fast) {
    nn_multiplier m;
    (void)nn_multiplier_make(nn_channel_factor(w->in, w->filter, w->out,
                                     c->number),
            &m);
    c->bias = folded_bias(w, c);
    c->up = may_be_fast ? bits_up(w, c->bias, &m) : 0;
    int32_t number;
    if (c->up != 0) {
        int32_t shift = m.shift < 0 ? -m.shift : 0;
        int32_t half = shift > 0 ? 1 << (shift - 1) : 0;
        c->scale.value = m.value;
        c->scale.offset = half + w->out->zero_point * (1 << shift);
        c->scale.shift = shift;
        c->bias *= 1 << c->up;
    } else if (may_be_fast && is_constant(w, c, &m, &number)) {
        c->scale.value = 0;
        c->scale.offset = number;
        c->scale.shift = 0;
        c->bias = 0;
        c->up = 16; // nothing is left of the weights
    } else {
        c->scale.value = m.value;
        c->scale.offset = m.shift;
        c->scale.shift = NN_SCALE_SLOW;
    }
}

// Weights are written doubled, which most of them are. The halves of every
// second word, or of all, become those shifted up by so many bits.
static void shift_up(uint32_t *word, uint32_t count, uint32_t step,
        uint32_t bits) {
    for (uint32_t i = 0; bits != 1 && i < count; i += step) {
        uint32_t lower = (uint32_t)(int32_t)(int16_t)word[i];
        uint32_t upper = (uint32_t)(int32_t)(int16_t)(word[i] >> 16);
        word[i] = m7_lower(lower << bits >> 1, upper << bits >> 1);
    }
}

// Two filters, which lie apart from each other, and what their weights sum up
// to so far.
typedef struct filters {
    const int8_t *from;
    size_t apart;
    int32_t sum[2];
} filters;

// Four weights of each filter, doubled.
static inline void widen_four(uint32_t first, uint32_t second, uint32_t *to,
        filters *f) {
    const uint32_t ones = m7_both(1);
    uint32_t even = m7_sxtb16(first);
    uint32_t odd = m7_sxtb16_odd(first);
    f->sum[0] = m7_smlad(odd, ones, m7_smlad(even, ones, f->sum[0]));
    to[0] = m7_sxtab16(even, first);
    to[2] = m7_sxtab16_odd(odd, first);
    even = m7_sxtb16(second);
    odd = m7_sxtb16_odd(second);
    f->sum[1] = m7_smlad(odd, ones, m7_smlad(even, ones, f->sum[1]));
    to[1] = m7_sxtab16(even, second);
    to[3] = m7_sxtab16_odd(odd, second);
}

// A piece of both filters, whose words take turns. Returns the place behind.
// Not inline, for registers.
static __attribute__((noinline)) uint32_t *widen(filters *of, uint32_t bytes,
        uint32_t *to) {
    filters f = *of; // in registers
    const int8_t *end = f.from + bytes / 4 * 4;
    if (f.from != end) {
        do {
            widen_four(m7_load(f.from), m7_load(f.from + f.apart), to, &f);
            to += 4;
            f.from += 4;
        } while (f.from != end);
    }
    uint32_t rest = bytes % 4;
    if (rest > 0) {
        widen_four(m7_load_some(f.from, rest),
                m7_load_some(f.from + f.apart, rest), to, &f);
        f.from += rest;
        to += 4;
    }
    *of = f;
    return to;
}

// The same of one filter, for one lane of a window of several pixels: its rows
// begin `before` bytes behind the window's left edge. The words are 0 before.
static void widen_lane(channel *c, uint32_t bytes, uint32_t before,
        const nn_conv_layout *l, uint32_t *to) {
    const int8_t *from = c->from;
    for (uint32_t i = 0; i < l->pieces; i++) {
        for (uint32_t k = before; k < before + bytes; k++) {
            uint32_t half = 2 * (uint32_t)*from & 0xFFFF;
            to[k / 4 * 4 + k % 2 * 2] |= half << k % 4 / 2 * 16;
            c->sum += *from++;
        }
        to += (l->piece + 3) / 4 * 4;
    }
}

void nn_conv_2d_record(const nn_graph *graph, const nn_op *op,
        const nn_conv_layout *layout, uint32_t pair, uint32_t *record) {
    weights w;
    find_weights(&w, graph, op);
    uint32_t channels = (uint32_t)w.filter->dim[3];
    uint32_t row = (uint32_t)w.filter->dim[2] * channels;
    w.taps = (uint32_t)w.filter->dim[1] * row;
    w.step = 1;
    uint32_t count = layout->lanes / layout->pixels; // filters of a group
    uint32_t pairs = (layout->lanes + 1) / 2;
    uint32_t lane = pair % pairs * 2;
    if (lane + 1 == layout->lanes && lane > 0) {
        lane--;
    }
    nn_conv_record head;
    uint32_t *words = record + sizeof(head) / sizeof(uint32_t);
    channel c[2];
    if (layout->pixels > 1) {
        memset(words, 0, 2 * layout->steps * sizeof(*words));
    }
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t at = layout->lanes > 1 ? lane + k : lane;
        c[k].number = pair / pairs * count + at % count;
        c[k].from =
                (const int8_t *)w.filter->data + (size_t)c[k].number * w.taps;
        c[k].sum = 0;
        if (layout->pixels > 1) {
            widen_lane(&c[k], row, at / count * layout->stride * channels,
                    layout, words + k);
        }
    }
    if (layout->pixels == 1) {
        filters both = {.from = c[0].from,
                .apart = (size_t)(c[1].from - c[0].from)};
        uint32_t *to = words;
        for (uint32_t i = 0; i < layout->pieces; i++) {
            to = widen(&both, layout->piece, to);
        }
        c[0].sum = both.sum[0];
        c[1].sum = both.sum[1];
    }
    find_form(&w, &c[0], true);
    find_form(&w, &c[1], true);
    bool fast = c[0].up != 0 && c[1].up != 0;
    for (uint32_t k = 0; k < 2; k++) {
        if (!fast) { // both are slow then
            find_form(&w, &c[k], false);
        }
        head.scale[k] = c[k].scale;
        head.bias[k] = c[k].bias;
        shift_up(words + k, 2 * layout->steps, 2, c[k].up);
    }
    memcpy(record, &head, sizeof(head));
}

// The weights of a channel: to is behind the record's head. Of an odd last row
// `upper` ones go into the upper halves.
static __attribute__((noinline)) void widen_taps(const weights *w, channel *c,
        bool upper, uint32_t *to) {
    const uint32_t rows = (uint32_t)w->window->kernel_h;
    const uint32_t columns = (uint32_t)w->window->kernel_w;
    const uint32_t step = nn_depthwise_step(w->window);
    const size_t row = (size_t)columns * w->step;
    const int8_t *from = c->from;
    int32_t sum = 0;
    for (uint32_t i = 0; i < rows; i += 2, from += 2 * row) {
        uint32_t column = 0;
        for (uint32_t k = 0; k < columns; k++) {
            const int8_t *tap = from + (size_t)column * w->step;
            int32_t first = *tap;
            uint32_t word = 2 * (uint32_t)first;
            if (i + 1 < rows) {
                int32_t second = tap[row];
                sum += second;
                word = m7_lower(word, 2 * (uint32_t)second);
            } else {
                word = upper ? word << 16 : word & 0xFFFF;
            }
            sum += first;
            *to++ = word;
            column = nn_depthwise_next(column, step, columns);
        }
    }
    c->sum = sum;
}

void nn_depthwise_records(const nn_graph *graph, const nn_op *op,
        uint32_t first, uint32_t count, uint32_t *record) {
    weights w;
    find_weights(&w, graph, op);
    uint32_t out_channels = (uint32_t)w.out->dim[3];
    uint32_t channels = (uint32_t)w.in->dim[3];
    uint32_t words = nn_depthwise_weights(w.window);
    w.taps = (uint32_t)(w.window->kernel_h * w.window->kernel_w);
    w.step = out_channels;
    for (uint32_t o = first; o < first + count; o++) {
        uint32_t image = o / (out_channels / channels);
        channel c; // the rest is set by those that it is given to
        c.number = o;
        c.from = (const int8_t *)w.filter->data + o;
        nn_depthwise_record head;
        uint32_t *to = record + sizeof(head) / sizeof(*record);
        widen_taps(&w, &c, image - nn_depthwise_first(image, channels) > 1, to);
        find_form(&w, &c, true);
        head.scale = c.scale;
        head.bias = c.bias;
        shift_up(to, words, 1, c.up);
        memcpy(record, &head, sizeof(head));
        record = to + words;
    }
}
