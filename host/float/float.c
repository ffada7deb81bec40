// SPDX-License-Identifier: MIT
// The table of float32 operators and what they share.

#include "host/float/float.h"

#include <math.h>

#include "nn/ops/activation.h"
#include "nn/ops/ops.h"

const nn_op_def *const nn_ops_float[] = {
        &float_abs,
        &float_add,
        &float_arg_max,
        &float_average_pool_2d,
        &float_conv_2d,
        &float_depthwise_conv_2d,
        &float_exp,
        &float_fully_connected,
        &float_hard_swish,
        &float_leaky_relu,
        &float_logistic,
        &float_max_pool_2d,
        &float_maximum,
        &float_mean,
        &float_minimum,
        &float_mul,
        &float_neg,
        &float_prelu,
        &float_reduce_max,
        &float_relu,
        &float_relu6,
        &float_relu_0_to_1,
        &float_relu_n1_to_1,
        &float_resize_bilinear,
        &float_rsqrt,
        &float_softmax,
        &float_sqrt,
        &float_sub,
        &float_sum,
        &float_tanh,
        &float_transpose_conv,
        // what moves elements moves those of float32 as well
        &nn_op_batch_to_space_nd,
        &nn_op_cast,
        &nn_op_concatenation,
        &nn_op_depth_to_space,
        &nn_op_dequantize,
        &nn_op_expand_dims,
        &nn_op_gather,
        &nn_op_mirror_pad,
        &nn_op_pack,
        &nn_op_pad,
        &nn_op_padv2,
        &nn_op_quantize,
        &nn_op_reshape,
        &nn_op_resize_nearest_neighbor,
        &nn_op_shape,
        &nn_op_slice,
        &nn_op_space_to_batch_nd,
        &nn_op_space_to_depth,
        &nn_op_split,
        &nn_op_split_v,
        &nn_op_squeeze,
        &nn_op_strided_slice,
        &nn_op_transpose,
        &nn_op_unpack,
        NULL,
};

int float_need_bias(const nn_loader *loader, uint32_t k, uint32_t count) {
    int error = nn_need_input(loader, k, FLOAT_CONSTANT | NN_OPTIONAL);
    const nn_op *op = loader->op;
    if (error || k >= op->input_count || op->inputs[k] == NN_NONE) {
        return error;
    }
    const nn_tensor *bias = nn_op_given(loader->graph, op, k);
    if (nn_tensor_elements(bias) != count) {
        return nn_op_invalid(loader, "input %u must hold %u numbers", k, count);
    }
    return 0;
}

int float_fused_range(const nn_loader *loader, uint32_t field,
        float_range *range) {
    int32_t activation = nn_option_byte(loader, field, NN_ACTIVATION_NONE);
    *range = (float_range){-INFINITY, INFINITY};
    switch (activation) {
    case NN_ACTIVATION_NONE:
        return 0;
    case NN_ACTIVATION_RELU:
        range->low = 0;
        return 0;
    case NN_ACTIVATION_RELU_N1_TO_1:
        *range = (float_range){-1, 1};
        return 0;
    case NN_ACTIVATION_RELU6:
        *range = (float_range){0, 6};
        return 0;
    default:
        return nn_op_fail(loader, NN_ERR_UNSUPPORTED,
                "fused activation %d is not supported", activation);
    }
}

const float *float_input(const nn_call *call, uint32_t k) {
    if (k >= call->op->input_count || call->op->inputs[k] == NN_NONE) {
        return NULL;
    }
    const nn_tensor *tensor = nn_op_given(call->graph, call->op, k);
    return tensor->data ? tensor->data : (const void *)call->in[k].data;
}

float *float_output(const nn_call *call) {
    return (float *)(void *)call->out[0].data;
}
