// SPDX-License-Identifier: MIT
// Sums of products for channels, two at a time, and pixels, three or two at a
// time.

#ifndef NN_KERNELS_M7_TILE_H
#define NN_KERNELS_M7_TILE_H

#include "nn/kernels/m7/scale.h"

// Words hold two neighbouring factors each. x: for every step a word of each
// pixel of the group, group after group; two words behind the last are read as
// well. Assembly knows the places of the fields, and those of a record.
typedef struct m7_tile {
    const uint32_t *x;
    const uint32_t *record; // of the first two channels, see nn_conv_record
    uint32_t steps;         // even
    uint32_t threes, twos;  // groups of three pixels, then groups of two
    int8_t *out;            // pixel 0, first of the first two channels
    uint32_t stride;        // bytes between pixels of the output; 0 for one
                            // group of two pixels that are the same
    uint32_t pairs;         // of channels, one record behind the other
    uint32_t low;           // whether the output's zero point is -128
} m7_tile;

// Returns how many pairs are done: all, or those in front of the first whose
// shift is NN_SCALE_SLOW.
uint32_t m7_tile_run(const m7_tile *t);

#endif
