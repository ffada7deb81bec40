// SPDX-License-Identifier: MIT
// LOGISTIC and TANH.

#ifndef NN_KERNELS_SIGMOID_H
#define NN_KERNELS_SIGMOID_H

#include "nn/fixed.h"
#include "nn/op.h"

typedef struct nn_sigmoid {
    nn_multiplier factor; // from steps of the input to F4 (fixed_exp.h)
    int32_t radius;       // steps from zero at which the result saturates
    int32_t in_zero;
} nn_sigmoid;

void nn_logistic_begin(const nn_call *call);
void nn_tanh_begin(const nn_call *call);

#endif
