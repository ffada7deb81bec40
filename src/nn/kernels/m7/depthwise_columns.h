// SPDX-License-Identifier: MIT
// What some pixels of DEPTHWISE_CONV_2D read of the image: columns of up to
// four channels in words of two neighbouring kernel rows.

#ifndef NN_KERNELS_M7_DEPTHWISE_COLUMNS_H
#define NN_KERNELS_M7_DEPTHWISE_COLUMNS_H

#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/columns.h"

// Of each two kernel rows a channel has a word a column, the next channel's lie
// `columns` words further on. Of an odd last row two channels share a word:
// the first and the third have theirs first, then the others.
typedef struct m7_block {
    const nn_window *window;
    const int8_t *image;
    const uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    uint32_t *words;
    uint32_t *singles; // of an odd last row
    uint32_t columns;
    uint32_t phases; // that the columns lie in, one after the other
    uint32_t phase;  // columns of one
    uint32_t width;  // of the image
    uint32_t channels;
    uint32_t lanes; // channels at a time
    uint32_t zero;  // zero points of four channels
    int32_t zero_point;
    bool three;            // see nn_depthwise_is_3x3(): columns are as many as
                           // m7_columns_3x3() wants, in one phase
    uint32_t begin;        // of the columns that lie inside the image
    uint32_t inside;       // how many they are
    uint32_t x;            // the first one's place in the image
    m7_columns_rows first; // of three rows: those of the first channel
} m7_block;

// Sets how many columns a channel has room for: the places of all words change.
void m7_block_resize(m7_block *block, uint32_t columns);

// Where a column's words lie.
static inline uint32_t m7_block_place(const m7_block *block, uint32_t column) {
    return column % block->phases * block->phase + column / block->phases;
}

// Turns to the block's first `count` columns, of which the first one is `left`
// columns from the image's: those outside are cleared, for all channels.
void m7_block_look(m7_block *block, int32_t left, uint32_t count);

// Fills in those inside, for the channels from `channel` on.
void m7_block_pack(const m7_block *block, uint32_t channel);

#endif
