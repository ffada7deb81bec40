// SPDX-License-Identifier: MIT
// Three by three taps of one channel for groups of neighbouring pixels.

#ifndef NN_KERNELS_M7_TAPS_H
#define NN_KERNELS_M7_TAPS_H

#include "nn/kernels/m7/scale.h"

// Words hold two neighbouring factors each; both sets of columns are one word
// a column of the image. Assembly knows the places of the fields, and those of
// a record. Channels are neighbours in the output, their records follow each
// other, and their columns too; singles take turns.
typedef struct m7_taps {
    const uint32_t *record;  // with a shift, see nn_depthwise_record
    const uint32_t *pairs;   // of the first pixel's window, two kernel rows
    const uint32_t *singles; // the third one
    int8_t *out;
    uint32_t stride;        // bytes between pixels of the output
    uint32_t groups;        // at least 1
    uint32_t columns;       // bytes between the pairs of two channels
    const uint32_t *others; // singles of the second channel
    uint32_t channels;      // at least 1
} m7_taps;

// Groups of four pixels, one column apart; of two pixels, two columns apart.
void m7_taps_4(const m7_taps *t);
void m7_taps_2(const m7_taps *t);
// Of an output whose zero point is -128: see m7_apply_low().
void m7_taps_4_low(const m7_taps *t);

#endif
