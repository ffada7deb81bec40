// SPDX-License-Identifier: MIT
// Exponential and quotients in 32-bit fixed point, with gemmlowp's rounding.

#include "nn/kernels/fixed_exp.h"

#include "nn/fixed.h"

int32_t nn_fixed_scale_up(int32_t x, uint32_t bits) {
    int32_t limit = (int32_t)(((uint32_t)1 << (31 - bits)) - 1);
    if (x > limit) {
        return INT32_MAX;
    }
    if (x < -limit) {
        return INT32_MIN;
    }
    return nn_shift_left(x, bits);
}

// e^a for a in F0, -1/4 <= a < 0: the Taylor series about -1/8.
static int32_t exp_quarter(int32_t a) {
    const int32_t exp_of_middle = 1895147668; // e^(-1/8)
    const int32_t third = 715827883;
    int32_t x = a + (1 << 28);
    int32_t x2 = nn_multiply_high(x, x);
    int32_t x3 = nn_multiply_high(x2, x);
    int32_t x4 = nn_multiply_high(x2, x2);
    int32_t high = nn_multiply_high(nn_round_shift(x4, 2) + x3, third) + x2;
    int32_t series = x + nn_round_shift(high, 1);
    return exp_of_middle + nn_multiply_high(exp_of_middle, series);
}

int32_t nn_fixed_exp(int32_t a, uint32_t integer_bits) {
    // e^(-2^(i - 2)) as F0
    static const int32_t power[] = {1672461947, 1302514674, 790015084,
            290630308, 39332535, 720401, 242};
    if (a == 0) {
        return INT32_MAX;
    }
    uint32_t quarter_bit = 31 - integer_bits - 2;
    int32_t quarter = 1 << quarter_bit;
    int32_t part = (a & (quarter - 1)) - quarter;
    int32_t result = exp_quarter(nn_fixed_scale_up(part, integer_bits));
    uint32_t quarters = (uint32_t)(part - a) >> quarter_bit;
    for (uint32_t i = 0; i < integer_bits + 2; i++) {
        if (quarters >> i & 1) {
            result = nn_multiply_high(result, power[i]);
        }
    }
    return result;
}

// 2 / (1 + a) as F2, by Newton's method.
static int32_t twice_reciprocal(int32_t a) {
    const int32_t start = 1515870810;  // 48/17
    const int32_t slope = -1010580540; // -32/17
    int32_t half = (int32_t)(((int64_t)a + ((int64_t)1 << 31)) / 2);
    int32_t x = start + nn_multiply_high(half, slope);
    for (uint32_t i = 0; i < 3; i++) {
        int32_t rest = (1 << 29) - nn_multiply_high(half, x);
        x += nn_fixed_scale_up(nn_multiply_high(x, rest), 2);
    }
    return x;
}

int32_t nn_fixed_reciprocal(int32_t a) {
    return nn_fixed_scale_up(twice_reciprocal(a), 1);
}

int32_t nn_fixed_ratio(int32_t a) {
    return nn_fixed_scale_up(twice_reciprocal(a) - (1 << 29), 2);
}
