// SPDX-License-Identifier: MIT
// From 32-bit sums to int8 numbers in four instructions where that is exact.

#ifndef NN_KERNELS_M7_SCALE_H
#define NN_KERNELS_M7_SCALE_H

#include "nn/kernels/m7/simd.h"
#include "nn/kernels/records.h"

// Of a doubled sum. The high multiply rounds half up like TFLite's; the shift
// rounds half away from zero: half a step up, one less below zero. A negative
// sum whose high half is 0 gives 0 either way.
static inline int8_t m7_apply(int32_t twice, nn_scale s) {
    int32_t high = m7_smmlar(twice, s.value, s.offset) + (twice >> 31);
    return (int8_t)m7_ssat8(high >> s.shift);
}

// The same where zero is the lowest number: what lies below it is rounded to
// zero or less either way.
static inline int8_t m7_apply_low(int32_t twice, nn_scale s) {
    return (int8_t)m7_ssat8(m7_smmlar(twice, s.value, s.offset) >> s.shift);
}

// A sum of a channel whose record has NN_SCALE_SLOW.
static inline int8_t m7_number(int32_t sum, nn_scale s, int32_t zero_point) {
    nn_target all = {zero_point, INT8_MIN, INT8_MAX};
    return nn_target_int8(all, sum, (nn_multiplier){s.value, s.offset});
}

// Whether a record of CONV_2D is of no use to m7_apply().
static inline bool m7_record_is_slow(const uint32_t *record) {
    nn_conv_record head;
    memcpy(&head, record, sizeof(head));
    return head.scale[0].shift == NN_SCALE_SLOW;
}

// A fused activation of finished numbers.
static inline void m7_clamp(int8_t *x, uint32_t n, nn_target target) {
    if (target.low <= INT8_MIN && target.high >= INT8_MAX) {
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        x[i] = (int8_t)nn_clamp_i32(x[i], target.low, target.high);
    }
}

#endif
