// SPDX-License-Identifier: MIT
// Sums of products for two channels and groups of two or three pixels.

#ifndef NN_KERNELS_M7_TILE_H
#define NN_KERNELS_M7_TILE_H

#include "nn/kernels/m7/scale.h"

// Words hold two neighbouring factors each. x: for every step a word of each
// pixel of the group, group after group. Assembly knows the places of the
// fields, and those of a record.
typedef struct m7_tile {
    const uint32_t *x;
    const uint32_t *record; // of the two channels, see nn_conv_record
    uint32_t steps;         // at least 2
    uint32_t groups;        // at least 1
    int8_t *out;            // pixel 0, first of the two neighbouring channels
    uint32_t stride;        // bytes between pixels of the output; 0 for one
                            // group of pixels that are all the same
} m7_tile;

// For records with a shift.
void m7_tile_2(const m7_tile *t);
void m7_tile_3(const m7_tile *t);

#endif
