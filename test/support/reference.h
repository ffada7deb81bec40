// SPDX-License-Identifier: MIT
// int8 arithmetic as TFLite's reference kernels define it, written for clarity
// and apart from the engine's: what unit tests compare with.

#ifndef REFERENCE_H
#define REFERENCE_H

#include <math.h>
#include <stdint.h>

static inline int64_t reference_floor_shift(int64_t x, int bits) {
    int64_t unit = (int64_t)1 << bits;
    return x >= 0 ? x / unit : -((-x + unit - 1) / unit);
}

// sum * factor in 32-bit fixed point: the factor is rounded to 31 bits, the
// product to its upper half (ties upwards), the shift that remains ties away
// from zero.
static inline int64_t reference_scale(int64_t sum, double factor) {
    int exponent;
    int64_t bits = llround(frexp(factor, &exponent) * 2147483648.0);
    if (bits == 2147483648) {
        bits /= 2;
        exponent++;
    }
    if (bits == 0 || exponent < -31) {
        return 0;
    }
    int64_t left = exponent > 0 ? sum * ((int64_t)1 << exponent) : sum;
    int64_t high =
            reference_floor_shift((int64_t)(int32_t)left * bits + 1073741824,
                    31);
    if (exponent >= 0) {
        return high;
    }
    int64_t size = high < 0 ? -high : high;
    size = reference_floor_shift(size + ((int64_t)1 << (-exponent - 1)),
            -exponent);
    return high < 0 ? -size : size;
}

static inline int64_t reference_clamp(int64_t x, int64_t low, int64_t high) {
    return x < low ? low : x > high ? high : x;
}

// A real bound of a fused activation as a stored number.
static inline int64_t reference_bound(double real, float scale, int64_t zero) {
    return reference_clamp(zero + (int64_t)roundf((float)real / scale), -128,
            127);
}

// value (in the output's steps, without its zero point) through the fused
// activation with this code (0 none, 1 RELU, 2 RELU_N1_TO_1, 3 RELU6).
static inline int8_t reference_store(int64_t value, float scale, int64_t zero,
        int activation) {
    int64_t low = -128;
    int64_t high = 127;
    if (activation == 1 || activation == 3) {
        low = reference_bound(0, scale, zero);
    }
    if (activation == 2) {
        low = reference_bound(-1, scale, zero);
        high = reference_bound(1, scale, zero);
    }
    if (activation == 3) {
        high = reference_bound(6, scale, zero);
    }
    return (int8_t)reference_clamp(value + zero, low, high);
}

#endif
