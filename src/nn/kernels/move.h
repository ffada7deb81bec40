// SPDX-License-Identifier: MIT
// Copies boxes of up to six dimensions between arrays of any strides.

#ifndef NN_KERNELS_MOVE_H
#define NN_KERNELS_MOVE_H

#include <stdint.h>

#include "nn/graph.h"

typedef struct nn_moved_dim {
    int32_t count, to, from; // steps in bytes, may be negative
} nn_moved_dim;

// Made by nn_move_start() and one nn_move_dim() a dimension, innermost first.
// Dimensions that continue the one inside them are merged, so that a plain
// copy ends as one memcpy().
typedef struct nn_move {
    uint32_t rank;
    nn_moved_dim dim[NN_MAX_RANK + 1]; // 0: bytes that are contiguous on both
                                       // sides
} nn_move;

void nn_move_start(nn_move *move, uint32_t element_bytes);
// With a count of 1 steps are not taken, however wild they are.
void nn_move_dim(nn_move *move, int32_t count, int32_t to, int32_t from);
// to and from: where the first element lies. The arrays must not overlap.
void nn_move_run(const nn_move *move, uint8_t *to, const uint8_t *from);

// Fills bytes with one element, again and again.
void nn_move_fill(uint8_t *to, uint32_t bytes, const uint8_t *element,
        uint32_t element_bytes);

#endif
