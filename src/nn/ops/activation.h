// SPDX-License-Identifier: MIT
// Activation functions that are fused into other operators.

#ifndef NN_OPS_ACTIVATION_H
#define NN_OPS_ACTIVATION_H

#include "nn/op.h"

// Schema enum ActivationFunctionType; others are refused.
enum {
    NN_ACTIVATION_NONE = 0,
    NN_ACTIVATION_RELU = 1,
    NN_ACTIVATION_RELU_N1_TO_1 = 2,
    NN_ACTIVATION_RELU6 = 3,
};

// real as a stored number of the tensor, whose scale is above 0, not yet
// clamped to its type; far beyond any type for an infinite one.
int32_t nn_stored(const nn_tensor *tensor, float real);

// The options field says that there is none.
int nn_need_no_activation(const nn_loader *loader, uint32_t field);

// Reads the activation from an options field and gives what the int8 output 0,
// whose scale was checked, is clamped to. TFLite: kernels/kernel_util.cc,
// CalculateActivationRangeQuantized.
int nn_fused_range(const nn_loader *loader, uint32_t field, int32_t *low,
        int32_t *high);

#endif
