// SPDX-License-Identifier: MIT
// HARD_SWISH: x * RELU6(x + 3) / 6.
//
// 16-bit arithmetic in the order of TFLite's reference (hard_swish.h), which
// loses bits in places; the results have to be the same.

#include "nn/kernels/hard_swish.h"

#include "nn/fixed.h"
#include "nn/kernels/lookup.h"

static int32_t saturate(int32_t x) {
    return nn_clamp_i32(x, INT16_MIN, INT16_MAX);
}

// The high half of 2 * a * b rounded, as nn_multiply_high() for 16 bits.
static int32_t multiply_high(int32_t a, int32_t b) {
    return saturate((a * b + (1 << 14)) >> 15);
}

// RELU6(x + 3) / 6 as a number of 15 bits.
static int32_t gate(const nn_hard_swish *p, int32_t x) {
    int32_t up = nn_max_i32(p->gate.shift, 0);
    // the last doubling comes behind the product to keep a bit of it
    if (up > 0) {
        // x is 0 or 128 at least: any more bits change nothing
        x = saturate(x * (1 << nn_min_i32(up - 1, 15)));
    }
    x = multiply_high(x, p->gate.value);
    if (up > 0) {
        x = saturate(x * 2);
    }
    x = nn_round_shift(x, (uint32_t)(up - p->gate.shift));
    return (x + (1 << 15)) >> 1;
}

static int32_t hard_swish(const void *params, int32_t q) {
    const nn_hard_swish *p = params;
    int32_t x = (q - p->in_zero) * (1 << 7); // 17 bits
    int32_t scaled = multiply_high(x, p->output.value);
    int32_t product = gate(p, x) * scaled / (1 << 15);
    return nn_round_shift(product, (uint32_t)-p->output.shift) + p->out_zero;
}

void nn_hard_swish_begin(const nn_call *call) {
    nn_lookup_begin(call, hard_swish);
}
