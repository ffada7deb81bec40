// SPDX-License-Identifier: MIT
// Blocks of pixels to channels or images and back.

#ifndef NN_KERNELS_BLOCKS_H
#define NN_KERNELS_BLOCKS_H

#include "nn/op.h"

typedef struct nn_depth_blocks {
    uint32_t size; // of a block, in rows and in columns
} nn_depth_blocks;

void nn_space_to_depth_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_depth_to_space_run(const nn_call *call, uint32_t first, uint32_t end);

// Image b of the small side holds the pixels of image b % count whose row
// modulo height and column modulo width are those of b / count, where count is
// the number of images of the large side.
typedef struct nn_batch_blocks {
    int32_t height, width; // of a block
    int32_t top, left;     // padding or crop of the large side
    uint8_t value[8];      // one element of padding
} nn_batch_blocks;

void nn_space_to_batch_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_batch_to_space_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
