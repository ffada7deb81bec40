// SPDX-License-Identifier: MIT
// SOFTMAX over the last dimension.

#ifndef NN_KERNELS_SOFTMAX_H
#define NN_KERNELS_SOFTMAX_H

#include "nn/fixed.h"
#include "nn/op.h"

typedef struct nn_softmax {
    nn_multiplier factor; // from steps of the input to F5 (fixed_exp.h)
    int32_t lowest;       // the smallest x - max that counts, 0 or less
    uint32_t depth;       // size of the last dimension
} nn_softmax;

// keep_bytes is 0, or room for the e^x of each difference of two numbers.
enum { NN_SOFTMAX_KEEP = 256 * sizeof(int32_t) };

void nn_softmax_begin(const nn_call *call);
void nn_softmax_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
