// SPDX-License-Identifier: MIT
// From 32-bit sums to int8 numbers in five instructions where that is exact.

#ifndef NN_KERNELS_M7_SCALE_H
#define NN_KERNELS_M7_SCALE_H

#include "nn/kernels/channels.h"
#include "nn/kernels/m7/simd.h"

enum {
    M7_MAX_SHIFT = 22, // a zero point shifted up still fits with the rest
    M7_MAX_TAPS = 1 << 13,
    M7_MAX_BIAS = 1 << 29, // with those taps doubled sums stay in 32 bits
};

// A channel's factor value * 2^-(31 + shift): assembly knows this order. offset
// is half a step of the right shift plus the zero point shifted up: added to
// the high multiply, it rounds and moves at once.
typedef struct m7_scale {
    int32_t value;
    int32_t offset;
    int32_t shift;
} m7_scale;

// Whether m7_apply() gives what nn_multiply() gives for sums within 2^30.
static inline bool m7_scale_fits(nn_multiplier m) {
    return m.shift < 0 && m.shift >= -M7_MAX_SHIFT;
}

static inline m7_scale m7_scale_of(nn_multiplier m, int32_t zero_point) {
    int32_t shift = -m.shift;
    return (m7_scale){m.value, (1 << (shift - 1)) + zero_point * (1 << shift),
            shift};
}

// The high multiply rounds half up like SMMLAR of the doubled sum; the shift
// rounds half away from zero: half a step up, one less below zero. A negative
// sum whose high half is 0 gives 0 either way.
static inline int8_t m7_apply(int32_t sum, m7_scale s) {
    int32_t twice = sum * 2;
    int32_t high = m7_smmlar(twice, s.value, s.offset) + (twice >> 31);
    return (int8_t)m7_ssat8(high >> s.shift);
}

// nn_channel_factor() as a multiplier; division aside it stays in registers.
static inline nn_multiplier m7_multiplier(double scale, double in, double out) {
    double real = in * scale / out;
    uint64_t bits;
    memcpy(&bits, &real, sizeof(bits));
    uint32_t high = (uint32_t)(bits >> 32);
    uint32_t low = (uint32_t)bits;
    // the fraction's 31 upper bits, rounded
    uint32_t value = ((high & 0xFFFFF) | 0x100000) << 10 | low >> 22;
    value += low >> 21 & 1;
    nn_multiplier m = {(int32_t)value, (int32_t)(high >> 20) - 1022};
    if (value >> 31 != 0 || !m7_scale_fits(m)) {
        (void)nn_multiplier_make(real, &m);
    }
    return m;
}

// A fused activation of finished numbers.
static inline void m7_clamp(int8_t *x, uint32_t n, nn_target target) {
    if (target.low == INT8_MIN && target.high == INT8_MAX) {
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        x[i] = (int8_t)nn_clamp_i32(x[i], target.low, target.high);
    }
}

#endif
