// SPDX-License-Identifier: MIT
// Pooling over height and width: parameters and plain kernels.

#ifndef NN_KERNELS_POOL_H
#define NN_KERNELS_POOL_H

#include "nn/op.h"
#include "nn/ops/window.h"

// Windows of more pixels than this could overflow a sum.
enum { NN_POOL_MAX_PIXELS = 1 << 22 };

// The call's scratch holds an offset for each window row.
typedef struct nn_pool_params {
    nn_window window;
    int32_t low, high; // of the fused activation
} nn_pool_params;

void nn_max_pool_2d_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_average_pool_2d_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
