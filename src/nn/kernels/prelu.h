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
    bool lines_alike; // only the last stride is not 0
} nn_prelu;

typedef struct nn_prelu_zeros {
    int32_t in, alpha, out;
} nn_prelu_zeros;

// A line along the last dimension; alpha advances by step, 0 or 1. out may be
// in.
void nn_prelu_line(int8_t *out, const int8_t *in, const int8_t *alpha,
        int32_t step, int32_t count, const nn_prelu *p,
        const nn_prelu_zeros *zero);

void nn_prelu_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
