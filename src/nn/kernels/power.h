// SPDX-License-Identifier: MIT
// EXP, SQRT and RSQRT.

#ifndef NN_KERNELS_POWER_H
#define NN_KERNELS_POWER_H

#include "nn/fixed.h"
#include "nn/op.h"

// EXP and SQRT
typedef struct nn_power {
    float in_scale, out_scale;
    int32_t in_zero, out_zero;
} nn_power;

typedef struct nn_rsqrt {
    nn_multiplier factor;
    int32_t in_zero, out_zero;
} nn_rsqrt;

void nn_exp_begin(const nn_call *call);
void nn_sqrt_begin(const nn_call *call);
void nn_rsqrt_begin(const nn_call *call);

#endif
