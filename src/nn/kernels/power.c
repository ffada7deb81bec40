// SPDX-License-Identifier: MIT
// EXP, SQRT and RSQRT.

#include "nn/kernels/power.h"

#include "nn/kernels/fixed_exp.h"
#include "nn/kernels/lookup.h"
#include "nn/real.h"

// TFLite makes its table in float with the C library's expf(). e^x in double
// precision, rounded once, needs no library and is the nearest float always;
// where expf() just misses that, one byte in 10^8 differs by one.
static int32_t exponential(const void *params, int32_t q) {
    const nn_power *p = params;
    float inverse = 1 / p->out_scale;
    float x = p->in_scale * (float)(q - p->in_zero);
    float y = (float)nn_exp(x) * inverse;
    return nn_round(y) + p->out_zero;
}

// A negative number has no root; TFLite stops there, here it counts as 0.
static int32_t square_root(const void *params, int32_t q) {
    const nn_power *p = params;
    float x = p->in_scale * (float)(q - p->in_zero);
    float y = nn_sqrt(x) / p->out_scale;
    // cut, not rounded
    return (int32_t)(y < 1 << 30 ? y : 1 << 30) + p->out_zero;
}

// 1 / sqrt(x) for x in 2 … 255 as value * 2^(shift - 31): Newton's method in
// 32 bits from x scaled to [1/4, 1), as in TFLite's reference.
static nn_multiplier inverse_root(int32_t x) {
    int32_t shift = -11;
    // an even shift, so that the root of the scale is a power of two
    while (x < 1 << 27) {
        x <<= 2;
        shift++;
    }
    // from here on F3 (fixed_exp.h), whose products are F6 and F9
    const int32_t three_halves = 3 << 27;
    int32_t half_x = nn_round_shift(x >> 1, 1);
    int32_t y = 1 << 28;
    for (uint32_t i = 0; i < 5; i++) {
        int32_t cube = nn_multiply_high(nn_multiply_high(y, y), y);
        cube = nn_fixed_scale_up(cube, 6);
        int32_t rest = nn_multiply_high(three_halves, y) -
                nn_multiply_high(half_x, cube);
        y = nn_fixed_scale_up(rest, 3);
    }
    const int32_t half_root_of_two = 1518500250;
    return (nn_multiplier){nn_multiply_high(y, half_root_of_two), shift};
}

static int32_t reciprocal_root(const void *params, int32_t q) {
    const nn_rsqrt *p = params;
    enum { BITS = 20 }; // behind the point of 1 / sqrt(x)
    int32_t x = q - p->in_zero;
    if (x <= 0) { // infinity; TFLite stops at negative numbers
        return INT8_MAX;
    }
    nn_multiplier m = {INT32_MAX, 0};
    if (x > 1) {
        m = inverse_root(x);
    }
    m.shift += BITS;
    nn_multiplier factor = {p->factor.value, p->factor.shift - BITS};
    if (factor.shift < -31) {
        return p->out_zero;
    }
    int32_t y = nn_times(nn_times(1, &m), &factor);
    return nn_min_i32(y, INT8_MAX - p->out_zero) + p->out_zero;
}

void nn_exp_begin(const nn_call *call) {
    nn_lookup_begin(call, exponential);
}

void nn_sqrt_begin(const nn_call *call) {
    nn_lookup_begin(call, square_root);
}

void nn_rsqrt_begin(const nn_call *call) {
    nn_lookup_begin(call, reciprocal_root);
}
