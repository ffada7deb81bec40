// SPDX-License-Identifier: MIT
// Sums of products for two channels and groups of two or three pixels.

#ifndef NN_KERNELS_M7_TILE_H
#define NN_KERNELS_M7_TILE_H

#include "nn/kernels/m7/scale.h"

// Words hold two neighbouring factors each. x: for every step a word of each
// pixel of the group, group after group; w: for every step a word of each of
// the two channels. Assembly knows the places of the fields.
typedef struct m7_tile {
    int32_t bias[2];
    uint32_t skip; // bytes of code, used inside
    const uint32_t *x;
    const uint32_t *w;
    uint32_t steps;
    m7_scale scale[2];
    int8_t *out;     // pixel 0, first of the two neighbouring channels
    uint32_t stride; // bytes between pixels of the output
    uint32_t groups; // at least 1
} m7_tile;

// Advance x and out behind the groups.
void m7_tile_2(m7_tile *t);
void m7_tile_3(m7_tile *t);

#endif
