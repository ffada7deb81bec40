// SPDX-License-Identifier: MIT
// SLICE, STRIDED_SLICE and TRANSPOSE: a box of the input, its axes in any
// order.

#ifndef NN_KERNELS_BOX_H
#define NN_KERNELS_BOX_H

#include "nn/op.h"

// Output element (i0, i1, …), counted in the output's axes, is the input's at
// begin[a] + i * step[a] along its axis a = axis[0], axis[1], …
typedef struct nn_box {
    int32_t begin[NN_MAX_RANK]; // by input axis
    int32_t step[NN_MAX_RANK];  // by input axis, may be negative
    int32_t count[NN_MAX_RANK]; // by place in the output
    uint8_t axis[NN_MAX_RANK];  // by place in the output
} nn_box;

// The input row of output row y, where the box keeps N and H in their places.
uint32_t nn_box_row(const nn_tensor *in, const nn_box *box, uint32_t y);

void nn_box_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
