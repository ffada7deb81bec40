// SPDX-License-Identifier: MIT
// Fixed-point arithmetic with the rounding of TFLite's reference kernels.

#ifndef NN_FIXED_H
#define NN_FIXED_H

#include <stdint.h>

// A real factor as value * 2^(shift - 31), value in [2^30, 2^31) or 0.
typedef struct nn_multiplier {
    int32_t value;
    int32_t shift;
} nn_multiplier;

// The multiplier nearest to real, which must be finite and not negative.
// Below 2^-32 the result is zero. Returns 0, or -1 when real is beyond 2^30.
int nn_multiplier_make(double real, nn_multiplier *multiplier);

static inline int32_t nn_min_i32(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static inline int32_t nn_max_i32(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static inline int32_t nn_clamp_i32(int32_t x, int32_t low, int32_t high) {
    return x < low ? low : x > high ? high : x;
}

// x << bits that wraps instead of being undefined.
static inline int32_t nn_shift_left(int32_t x, uint32_t bits) {
    return (int32_t)((uint32_t)x << bits);
}

// The upper half of twice a product, rounded to nearest, ties upwards.
static inline int32_t nn_upper_half(int64_t product) {
    return (int32_t)((product + (1 << 30)) >> 31);
}

// The upper half of 2 * a * b; saturates for a == b == INT32_MIN. (gemmlowp:
// saturating rounding doubling high multiply.)
static inline int32_t nn_multiply_high(int32_t a, int32_t b) {
    if (a == INT32_MIN && b == INT32_MIN) {
        return INT32_MAX;
    }
    return nn_upper_half((int64_t)a * b);
}

// x / 2^bits rounded to nearest, ties away from zero. bits 0 … 31.
static inline int32_t nn_round_shift(int32_t x, uint32_t bits) {
    int32_t mask = (int32_t)(((uint32_t)1 << bits) - 1);
    int32_t rest = x & mask;
    int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> bits) + (rest > threshold ? 1 : 0);
}

// x times the factor, rounded twice: once at the high multiply, once at the
// right shift. The left shift of a factor above 1 wraps. Nothing saturates,
// for the factor's value is not negative.
static inline int32_t nn_multiply(int32_t x, nn_multiplier m) {
    if (m.shift > 0) {
        x = nn_shift_left(x, (uint32_t)m.shift);
        return nn_upper_half((int64_t)x * m.value);
    }
    return nn_round_shift(nn_upper_half((int64_t)x * m.value),
            (uint32_t)-m.shift);
}

// The same as a call, for what is not done often.
int32_t nn_times(int32_t x, const nn_multiplier *m);

#endif
