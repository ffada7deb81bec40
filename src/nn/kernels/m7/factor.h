// SPDX-License-Identifier: MIT
// A factor for numbers that are small, of any size itself.

#ifndef NN_KERNELS_M7_FACTOR_H
#define NN_KERNELS_M7_FACTOR_H

#include "nn/kernels/m7/scale.h"

// An nn_scale is of a factor below one half. For a larger one the number is
// shifted up, and nothing is rounded a second time.
typedef struct m7_factor {
    int32_t value, offset;
    uint32_t up, down;
    int32_t nudge; // -1 where there is a second rounding
} m7_factor;

enum { M7_SMALL_BITS = 17 }; // numbers within 2^17 are small

// Whether m7_times() gives for small numbers what nn_target_int8() gives.
static inline bool m7_factor_fits(nn_multiplier m) {
    return m.shift >= -NN_SCALE_MAX_SHIFT && m.shift <= 30 - M7_SMALL_BITS;
}

static inline m7_factor m7_factor_of(nn_multiplier m, int32_t zero_point) {
    if (m.shift >= 0) {
        return (m7_factor){m.value, zero_point, (uint32_t)m.shift + 1, 0, 0};
    }
    int32_t down = -m.shift;
    return (m7_factor){m.value, (1 << (down - 1)) + zero_point * (1 << down), 1,
            (uint32_t)down, -1};
}

// See m7_apply() for the rounding.
static inline int8_t m7_times(int32_t x, const m7_factor *f) {
    int32_t up = (int32_t)((uint32_t)x << f->up);
    int32_t high = m7_smmlar(up, f->value, f->offset);
    return (int8_t)m7_ssat8((high + (up >> 31 & f->nudge)) >> f->down);
}

#endif
