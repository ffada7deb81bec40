// SPDX-License-Identifier: MIT
// GATHER.

#ifndef NN_KERNELS_GATHER_H
#define NN_KERNELS_GATHER_H

#include "nn/op.h"

// The input is batches x outer x size x piece; for each of the batches there
// are `places` indices into size.
typedef struct nn_gather {
    uint32_t batches, outer, size, places;
    uint32_t piece; // bytes
} nn_gather;

void nn_gather_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
