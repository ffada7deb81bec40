// SPDX-License-Identifier: MIT
// FULLY_CONNECTED: parameters and plain kernel.

#ifndef NN_KERNELS_FULLY_CONNECTED_H
#define NN_KERNELS_FULLY_CONNECTED_H

#include "nn/fixed.h"
#include "nn/op.h"

typedef struct nn_fully_connected_params {
    nn_multiplier multiplier; // for weights with one scale
    int32_t low, high;        // of the fused activation
} nn_fully_connected_params;

// The call's scratch holds a multiplier for each output where the weights have
// a scale each.
void nn_fully_connected_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
