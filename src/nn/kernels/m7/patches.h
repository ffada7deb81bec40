// SPDX-License-Identifier: MIT
// Windows of an image become blocks of halves, groups of three or two windows
// side by side: what m7_tile.x reads.

#ifndef NN_KERNELS_M7_PATCHES_H
#define NN_KERNELS_M7_PATCHES_H

#include "nn/kernels/conv.h"

typedef struct m7_patches {
    const nn_call *call;
    const nn_window *window;
    nn_conv_layout layout;
    const int8_t *image;
    uint32_t width, channels;    // of the image
    uint32_t group_in, first_in; // channels that a window has
    uint32_t out_width;
    int32_t zero_point;
    uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    uint32_t y;      // of the output, which rows and down are for
    int8_t *strips;  // room for three windows
    uint32_t strip;  // bytes of one
    uint32_t apart;  // columns from a window to the next one of its line
    uint32_t past;   // columns behind a window that are read, for weights of 0
    uint32_t room;   // windows of a line that strips have room for
    bool whole_rows; // kernel rows are read where they are
} m7_patches;

// How windows make groups of three and then of two. A single one is there
// twice.
typedef struct m7_groups {
    uint32_t threes, twos;
} m7_groups;

// Sets what follows from the fields above `rows`, and from strip.
void m7_patches_begin(m7_patches *p);

// Whether pixels are better gathered line by line.
bool m7_patches_has_lines(const m7_patches *p);

// n pixels of neighbouring rows of the output, the first in column x of row y.
m7_groups m7_patches_block(m7_patches *p, uint32_t y, uint32_t x, uint32_t n,
        uint32_t *to);

// n windows of a line: their pixels are nn_conv_layout.lines columns apart, the
// first in column x of row y.
m7_groups m7_patches_line(m7_patches *p, uint32_t y, uint32_t x, uint32_t n,
        uint32_t *to);

#endif
