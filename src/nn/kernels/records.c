// SPDX-License-Identifier: MIT
// Weights in the order in which kernels for Cortex-M7 read them.

#include "nn/kernels/records.h"

#include <string.h>

#include "nn/kernels/conv.h"
#include "nn/kernels/m7/simd.h"
#include "nn/ops/weights.h"

// What the channels of an operator have in common.
typedef struct weights {
    const nn_tensor *in, *filter, *out;
    const int32_t *bias;
    const nn_conv_params *params;
    uint32_t taps; // of a channel
} weights;

static weights weights_of(const nn_graph *graph, const nn_op *op) {
    return (weights){
            .in = nn_op_given(graph, op, 0),
            .filter = nn_op_given(graph, op, 1),
            .out = nn_op_output(graph, op, 0),
            .bias = nn_bias_data(graph, op, 2),
            .params = NN_PARAMS(op, const nn_conv_params),
    };
}

// nn_channel_factor() as a multiplier; division aside it stays in registers.
static nn_multiplier multiplier_of(const weights *w, uint32_t o) {
    double real = nn_channel_factor(w->in, w->filter, w->out, o);
    uint64_t bits;
    memcpy(&bits, &real, sizeof(bits));
    uint32_t high = (uint32_t)(bits >> 32);
    uint32_t low = (uint32_t)bits;
    // the fraction's 31 upper bits, rounded
    uint32_t value = ((high & 0xFFFFF) | 0x100000) << 10 | low >> 22;
    value += low >> 21 & 1;
    nn_multiplier m = {(int32_t)value, (int32_t)(high >> 20) - 1022};
    if (value >> 31 != 0 || m.shift >= 0 || m.shift < -NN_SCALE_MAX_SHIFT) {
        (void)nn_multiplier_make(real, &m);
    }
    return m;
}

// A sum of weights times one is sum; the bias less what the zero point gives.
static int32_t folded_bias(const weights *w, uint32_t o, int32_t sum) {
    uint32_t bias = w->bias != NULL ? (uint32_t)w->bias[o] : 0;
    return (int32_t)(bias - (uint32_t)w->in->zero_point * (uint32_t)sum);
}

static bool fits(const weights *w, int32_t bias, nn_multiplier m) {
    return w->taps <= NN_SCALE_MAX_TAPS && bias < NN_SCALE_MAX_BIAS &&
            bias > -NN_SCALE_MAX_BIAS && m.shift < 0 &&
            m.shift >= -NN_SCALE_MAX_SHIFT;
}

static nn_scale scale_of(const weights *w, nn_multiplier m, bool fast) {
    if (!fast) {
        return (nn_scale){m.value, m.shift, 0};
    }
    int32_t shift = -m.shift;
    return (nn_scale){m.value,
            (1 << (shift - 1)) + w->out->zero_point * (1 << shift), shift};
}

// Weights doubled: 9 bits, so a half holds them.
static void double_words(uint32_t *word, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        word[i] = m7_lower(word[i] << 1,
                (uint32_t)((int32_t)(word[i] & 0xFFFF0000) >> 15));
    }
}

// A piece of one filter to every other word.
static const int8_t *widen(const int8_t *from, uint32_t bytes, uint32_t *to,
        int32_t *sum) {
    const uint32_t ones = m7_both(1);
    for (; bytes > 0; to += 4) {
        uint32_t some = bytes < 4 ? bytes : 4;
        uint32_t word = some < 4 ? m7_load_some(from, some) : m7_load(from);
        to[0] = m7_sxtb16(word);
        to[2] = m7_sxtb16_odd(word);
        *sum = m7_smlad(to[0], ones, *sum);
        *sum = m7_smlad(to[2], ones, *sum);
        from += some;
        bytes -= some;
    }
    return from;
}

void nn_conv_2d_record(const nn_graph *graph, const nn_op *op, uint32_t pair,
        uint32_t *record) {
    weights w = weights_of(graph, op);
    nn_conv_layout layout = nn_conv_2d_layout(&w.params->window, w.filter);
    w.taps = layout.pieces * layout.piece;
    uint32_t groups = (uint32_t)(w.in->dim[3] / w.filter->dim[3]);
    uint32_t filters = (uint32_t)w.out->dim[3] / groups;
    uint32_t pairs = (filters + 1) / 2;
    uint32_t first = pair % pairs * 2;
    uint32_t lanes[2] = {first, first + 1};
    if (first + 1 == filters) {
        lanes[0] = filters > 1 ? first - 1 : first;
        lanes[1] = first;
    }
    nn_conv_record head;
    nn_multiplier multiplier[2];
    uint32_t *words = record + sizeof(head) / sizeof(uint32_t);
    bool fast = true;
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t o = pair / pairs * filters + lanes[k];
        const int8_t *from = (const int8_t *)w.filter->data + o * w.taps;
        int32_t sum = 0;
        uint32_t *to = words + k;
        for (uint32_t i = 0; i < layout.pieces; i++) {
            from = widen(from, layout.piece, to, &sum);
            to += (layout.piece + 3) / 4 * 4;
        }
        head.bias[k] = folded_bias(&w, o, sum);
        multiplier[k] = multiplier_of(&w, o);
        fast = fast && fits(&w, head.bias[k], multiplier[k]);
    }
    for (uint32_t k = 0; k < 2; k++) {
        head.scale[k] = scale_of(&w, multiplier[k], fast);
        head.bias[k] *= fast ? 2 : 1;
    }
    if (fast) {
        double_words(words, 2 * layout.steps);
    }
    memcpy(record, &head, sizeof(head));
}

void nn_depthwise_record_make(const nn_graph *graph, const nn_op *op,
        uint32_t o, uint32_t *record) {
    weights w = weights_of(graph, op);
    uint32_t rows = (uint32_t)w.params->window.kernel_h;
    uint32_t columns = (uint32_t)w.params->window.kernel_w;
    uint32_t out_channels = (uint32_t)w.out->dim[3];
    uint32_t channels = (uint32_t)w.in->dim[3];
    uint32_t c = o / (out_channels / channels);
    bool upper = c - nn_depthwise_first(c, channels) > 1;
    w.taps = rows * columns;
    nn_depthwise_record head;
    uint32_t *words = record + sizeof(head) / sizeof(uint32_t);
    uint32_t *to = words;
    const int8_t *from = (const int8_t *)w.filter->data + o;
    const size_t row = (size_t)columns * out_channels;
    int32_t sum = 0;
    for (uint32_t i = 0; i < rows; i += 2, from += row) {
        for (uint32_t j = 0; j < columns; j++, from += out_channels) {
            int32_t first = from[0];
            int32_t second = i + 1 < rows ? from[row] : 0;
            sum += first + second;
            *to++ = i + 1 == rows && upper
                    ? m7_lower(0, (uint32_t)first)
                    : m7_lower((uint32_t)first, (uint32_t)second);
        }
    }
    nn_multiplier m = multiplier_of(&w, o);
    head.bias = folded_bias(&w, o, sum);
    bool fast = fits(&w, head.bias, m);
    head.scale = scale_of(&w, m, fast);
    head.bias *= fast ? 2 : 1;
    if (fast) {
        double_words(words, (uint32_t)(to - words));
    }
    memcpy(record, &head, sizeof(head));
}
