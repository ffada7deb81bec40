// SPDX-License-Identifier: MIT
// CAST and SHAPE.

#ifndef NN_KERNELS_CAST_H
#define NN_KERNELS_CAST_H

#include "nn/op.h"

void nn_cast_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_shape_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
