// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D with windows of three by three, the commonest ones.

#ifndef NN_KERNELS_M7_DEPTHWISE_3X3_H
#define NN_KERNELS_M7_DEPTHWISE_3X3_H

#include "nn/op.h"

// Rows first … end-1 of the output of an operator for which
// nn_depthwise_is_3x3() holds.
void m7_depthwise_3x3(const nn_call *call, uint32_t first, uint32_t end);

#endif
