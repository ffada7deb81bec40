// SPDX-License-Identifier: MIT
// Checks on types, shapes and rows that several operators share.

#ifndef NN_OPS_SHAPE_H
#define NN_OPS_SHAPE_H

#include "nn/op.h"

// dim[from] * … * dim[end - 1]; at most the number of elements.
uint32_t nn_span(const nn_tensor *tensor, uint32_t from, uint32_t end);

// Whether the rows are those of NHWC (one row for other ranks) and not what
// a reshape kept of an earlier tensor.
bool nn_rows_natural(const nn_tensor *tensor);
// Gives out, which has as many elements as in, the rows of in.
void nn_rows_follow(const nn_tensor *in, nn_tensor *out);

// Copies dim[from] … dim[end - 1]; returns where the next size goes.
int32_t *nn_append_sizes(int32_t *to, const nn_tensor *tensor, uint32_t from,
        uint32_t end);

// axis, counted from the end if negative, as 0 … rank - 1, or a negative error.
int32_t nn_need_axis(const nn_loader *loader, int32_t axis, int32_t rank);
// Input k, one of the first and a constant of integers, has the shape
// {count, 2}: sizes before and after, which are 0 … NN_MOST_PADDING, so that
// both and a dimension together fit 32 bits.
enum { NN_MOST_PADDING = 1 << 30 };
int nn_constant_pairs(const nn_loader *loader, uint32_t k, uint32_t count,
        int32_t *before, int32_t *after);

#endif
