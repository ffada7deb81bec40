// SPDX-License-Identifier: MIT
// PRELU.

#ifndef NN_KERNELS_PRELU_H
#define NN_KERNELS_PRELU_H

#include "nn/fixed.h"
#include "nn/op.h"

typedef struct nn_prelu {
    nn_multiplier above, below; // below: with alpha's scale in it
    // elements of alpha per step along an axis of the input, 0: broadcast
    int32_t stride[NN_MAX_RANK];
} nn_prelu;

void nn_prelu_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
