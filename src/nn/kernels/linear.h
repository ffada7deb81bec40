// SPDX-License-Identifier: MIT
// Functions of two straight pieces: RELU, LEAKY_RELU, ABS, NEG, a new scale.

#ifndef NN_KERNELS_LINEAR_H
#define NN_KERNELS_LINEAR_H

#include "nn/fixed.h"
#include "nn/op.h"

// The piece factor * x. The signs are apart from the factor, for TFLite
// negates before the rounding in ABS and behind it in LEAKY_RELU.
typedef struct nn_slope {
    nn_multiplier factor;
    int32_t sign_in, sign_out; // 1 or -1
} nn_slope;

// out_zero + piece(q - in_zero), clamped to low … high.
typedef struct nn_linear {
    nn_slope above; // for q >= in_zero
    nn_slope below;
    int32_t in_zero, out_zero;
    int32_t low, high;
} nn_linear;

int32_t nn_linear_at(const void *linear, int32_t q);

void nn_linear_begin(const nn_call *call);

#endif
