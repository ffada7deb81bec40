// SPDX-License-Identifier: MIT
// Three by three taps of one channel for groups of neighbouring pixels.

#ifndef NN_KERNELS_M7_TAPS_H
#define NN_KERNELS_M7_TAPS_H

#include "nn/kernels/m7/scale.h"

// Words hold two neighbouring factors each; both sets of columns are one word
// a column of the image. Assembly knows the places of the fields.
typedef struct m7_taps {
    uint32_t pair[3]; // weights for the columns of `pairs`
    int32_t bias;
    uint32_t single[3]; // for those of `singles`
    nn_scale scale;     // with a shift, so all is doubled
    uint32_t stride;    // bytes between pixels of the output
    int8_t *out;
    const uint32_t *pairs; // of the first pixel's window
    const uint32_t *singles;
    uint32_t groups; // at least 1
} m7_taps;

// Groups of four pixels, one column apart; of two pixels, two columns apart.
// Out and the columns advance behind the groups.
void m7_taps_4(m7_taps *t);
void m7_taps_2(m7_taps *t);

#endif
