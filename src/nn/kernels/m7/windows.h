// SPDX-License-Identifier: MIT
// Windows of any size over one channel, four neighbouring pixels at a time.

#ifndef NN_KERNELS_M7_WINDOWS_H
#define NN_KERNELS_M7_WINDOWS_H

#include "nn/kernels/m7/scale.h"

// Word k of a window is places[k] bytes behind pairs, or singles for an odd
// last kernel row; the next three words are the next pixels'. Assembly
// knows the places of the fields, and those of a record.
typedef struct m7_windows {
    const uint32_t *record; // with a shift, see nn_depthwise_record
    const uint32_t *places;
    const uint32_t *pairs;
    const uint32_t *singles;
    int8_t *out;
    uint32_t stride; // bytes between pixels of the output
    uint32_t groups; // of four pixels, at least 1
    uint32_t pair_count;
    uint32_t single_count; // words; behind those of the pairs
} m7_windows;

void m7_windows_4(const m7_windows *t);

#endif
