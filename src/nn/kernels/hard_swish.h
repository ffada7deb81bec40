// SPDX-License-Identifier: MIT
// HARD_SWISH: x * RELU6(x + 3) / 6.

#ifndef NN_KERNELS_HARD_SWISH_H
#define NN_KERNELS_HARD_SWISH_H

#include "nn/op.h"

// A factor as value * 2^(shift - 15).
typedef struct nn_factor16 {
    int16_t value;
    int32_t shift;
} nn_factor16;

typedef struct nn_hard_swish {
    nn_factor16 output; // from 1/128 step of the input to the output's steps
    nn_factor16 gate;   // likewise to 3 / 32768, the step of the gate
    int32_t in_zero, out_zero;
} nn_hard_swish;

void nn_hard_swish_begin(const nn_call *call);

#endif
