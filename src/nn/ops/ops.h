// SPDX-License-Identifier: MIT
// Every operator kind of the engine, one definition each.

#ifndef NN_OPS_H
#define NN_OPS_H

#include "nn/op.h"

// The int8 operators, ended by NULL: what the camera runs.
extern const nn_op_def *const nn_ops_int8[];

extern const nn_op_def nn_op_abs;
extern const nn_op_def nn_op_add;
extern const nn_op_def nn_op_arg_max;
extern const nn_op_def nn_op_average_pool_2d;
extern const nn_op_def nn_op_batch_to_space_nd;
extern const nn_op_def nn_op_cast;
extern const nn_op_def nn_op_concatenation;
extern const nn_op_def nn_op_conv_2d;
extern const nn_op_def nn_op_depth_to_space;
extern const nn_op_def nn_op_depthwise_conv_2d;
extern const nn_op_def nn_op_dequantize;
extern const nn_op_def nn_op_exp;
extern const nn_op_def nn_op_expand_dims;
extern const nn_op_def nn_op_fully_connected;
extern const nn_op_def nn_op_gather;
extern const nn_op_def nn_op_hard_swish;
extern const nn_op_def nn_op_leaky_relu;
extern const nn_op_def nn_op_logistic;
extern const nn_op_def nn_op_max_pool_2d;
extern const nn_op_def nn_op_maximum;
extern const nn_op_def nn_op_mean;
extern const nn_op_def nn_op_minimum;
extern const nn_op_def nn_op_mirror_pad;
extern const nn_op_def nn_op_mul;
extern const nn_op_def nn_op_neg;
extern const nn_op_def nn_op_pack;
extern const nn_op_def nn_op_pad;
extern const nn_op_def nn_op_padv2;
extern const nn_op_def nn_op_prelu;
extern const nn_op_def nn_op_quantize;
extern const nn_op_def nn_op_reduce_max;
extern const nn_op_def nn_op_relu;
extern const nn_op_def nn_op_relu6;
extern const nn_op_def nn_op_relu_0_to_1;
extern const nn_op_def nn_op_reshape;
extern const nn_op_def nn_op_resize_bilinear;
extern const nn_op_def nn_op_resize_nearest_neighbor;
extern const nn_op_def nn_op_rsqrt;
extern const nn_op_def nn_op_shape;
extern const nn_op_def nn_op_slice;
extern const nn_op_def nn_op_softmax;
extern const nn_op_def nn_op_space_to_batch_nd;
extern const nn_op_def nn_op_space_to_depth;
extern const nn_op_def nn_op_split;
extern const nn_op_def nn_op_split_v;
extern const nn_op_def nn_op_sqrt;
extern const nn_op_def nn_op_squeeze;
extern const nn_op_def nn_op_strided_slice;
extern const nn_op_def nn_op_sub;
extern const nn_op_def nn_op_sum;
extern const nn_op_def nn_op_tanh;
extern const nn_op_def nn_op_transpose;
extern const nn_op_def nn_op_transpose_conv;
extern const nn_op_def nn_op_unpack;

#endif
