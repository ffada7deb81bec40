// SPDX-License-Identifier: MIT
// The float32 operators: what the host runs float models with.
//
// They fill the same slots as the int8 ones (nn/op.h) and share their checks
// of geometry, so loader, planner and executor are the camera's own. They work
// on whole tensors only; speed and memory matter less here than being right.
// Operators that only move elements are the engine's.

#ifndef HOST_FLOAT_FLOAT_H
#define HOST_FLOAT_FLOAT_H

#include "nn/op.h"

// Ended by NULL, for nn_load().
extern const nn_op_def *const nn_ops_float[];

extern const nn_op_def float_abs;
extern const nn_op_def float_add;
extern const nn_op_def float_arg_max;
extern const nn_op_def float_average_pool_2d;
extern const nn_op_def float_conv_2d;
extern const nn_op_def float_depthwise_conv_2d;
extern const nn_op_def float_exp;
extern const nn_op_def float_fully_connected;
extern const nn_op_def float_hard_swish;
extern const nn_op_def float_leaky_relu;
extern const nn_op_def float_logistic;
extern const nn_op_def float_max_pool_2d;
extern const nn_op_def float_maximum;
extern const nn_op_def float_mean;
extern const nn_op_def float_minimum;
extern const nn_op_def float_mul;
extern const nn_op_def float_neg;
extern const nn_op_def float_prelu;
extern const nn_op_def float_reduce_max;
extern const nn_op_def float_relu;
extern const nn_op_def float_relu6;
extern const nn_op_def float_relu_0_to_1;
extern const nn_op_def float_relu_n1_to_1;
extern const nn_op_def float_resize_bilinear;
extern const nn_op_def float_rsqrt;
extern const nn_op_def float_softmax;
extern const nn_op_def float_sqrt;
extern const nn_op_def float_sub;
extern const nn_op_def float_sum;
extern const nn_op_def float_tanh;
extern const nn_op_def float_transpose_conv;

// What the files here share.

// What they take and make.
enum {
    FLOAT_TYPE = NN_TYPE_BIT(NN_FLOAT32),
    FLOAT_CONSTANT = FLOAT_TYPE | NN_CONSTANT,
};

// Input k, where it is there, is a constant of count float32.
int float_need_bias(const nn_loader *loader, uint32_t k, uint32_t count);

// What an activation leaves of the numbers.
typedef struct float_range {
    float low, high;
} float_range;

// Reads a fused activation from an options field.
int float_fused_range(const nn_loader *loader, uint32_t field,
        float_range *range);

static inline float float_clamp(float value, float_range range) {
    return value < range.low     ? range.low
            : value > range.high ? range.high
                                 : value;
}

// The numbers of input k, NULL where it is left out, and of output 0.
const float *float_input(const nn_call *call, uint32_t k);
float *float_output(const nn_call *call);

#endif
