// SPDX-License-Identifier: MIT
// What operators with int8 weights and an int32 bias have in common.

#ifndef NN_OPS_WEIGHTS_H
#define NN_OPS_WEIGHTS_H

#include "nn/op.h"

// The weights of an operator: input NN_FILTER.
enum {
    NN_FILTER = 1,
    NN_WEIGHTS = NN_TYPE_BIT(NN_INT8) | NN_CONSTANT,
};
// They have the given rank, are symmetric and have one scale or one for each
// size of dimension axis, which goes with those of input `input` and output 0.
int nn_need_weights(const nn_loader *loader, uint32_t input, uint32_t rank,
        uint32_t axis);

// Fails because the image's channels are not those of weights of rank 4.
int nn_weights_misfit(const nn_loader *loader, const nn_tensor *image);

// Input `bias`, where it is there, is a constant of count int32.
int nn_need_bias(const nn_loader *loader, uint32_t bias, uint32_t count);
// Its numbers, or NULL.
const int32_t *nn_bias_data(const nn_graph *graph, const nn_op *op,
        uint32_t bias);

// Sets op->scratch_bytes.
int nn_reserve(const nn_loader *loader, uint64_t bytes);

#endif
