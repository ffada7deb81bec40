// SPDX-License-Identifier: MIT
// Four signed bytes at once.

#ifndef NN_KERNELS_M7_LANES_H
#define NN_KERNELS_M7_LANES_H

#include <stdbool.h>

#include "nn/kernels/m7/simd.h"

#ifdef __ARM_FEATURE_DSP

// The subtraction notes which bytes of a are not below those of b, SEL takes
// them: the two must stay together.
static inline uint32_t m7_max(uint32_t a, uint32_t b) {
    uint32_t r;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2"
            : "=&r"(r)
            : "r"(a), "r"(b)
            : "cc");
    return r;
}

#else

static inline uint32_t m7_max(uint32_t a, uint32_t b) {
    uint32_t r = 0;
    for (uint32_t i = 0; i < 32; i += 8) {
        bool above = (int8_t)(a >> i) >= (int8_t)(b >> i);
        r |= (above ? a : b) & 0xFFU << i;
    }
    return r;
}

#endif

#endif
