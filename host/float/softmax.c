// SPDX-License-Identifier: MIT
// SOFTMAX and ARG_MAX in float32.

#include "host/float/float.h"

#include <math.h>

#include "nn/ops/shape.h"

typedef struct softmax_params {
    float beta;
} softmax_params;

static int check_softmax(nn_loader *loader) {
    softmax_params *params = NN_PARAMS(loader->op, softmax_params);
    params->beta = nn_option_float(loader, 0, 0);
    loader->op->row_local = 0;
    return 0;
}

static void softmax(const float *in, float *out, uint32_t count, float beta) {
    float largest = in[0];
    for (uint32_t c = 1; c < count; c++) {
        largest = in[c] > largest ? in[c] : largest;
    }
    float sum = 0;
    for (uint32_t c = 0; c < count; c++) {
        out[c] = expf((in[c] - largest) * beta);
        sum += out[c];
    }
    for (uint32_t c = 0; c < count; c++) {
        out[c] /= sum;
    }
}

static void run_softmax(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const nn_tensor *tensor = nn_call_output(call, 0);
    const softmax_params *params = NN_PARAMS(call->op, softmax_params);
    const float *in = float_input(call, 0);
    float *out = float_output(call);
    uint32_t channels = (uint32_t)nn_tensor_dim(tensor, -1);
    uint32_t groups = nn_tensor_elements(tensor) / channels;
    for (uint32_t k = 0; k < groups; k++) {
        softmax(in, out, channels, params->beta);
        in += channels;
        out += channels;
    }
}

const nn_op_def float_softmax = {
        .code = 25,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {FLOAT_TYPE},
        .makes = FLOAT_TYPE | NN_ELEMENTWISE,
        .check = check_softmax,
        .run = run_softmax,
};

typedef struct arg_max_params {
    uint32_t axis;
} arg_max_params;

static int check_arg_max(nn_loader *loader) {
    nn_op *op = loader->op;
    arg_max_params *params = NN_PARAMS(op, arg_max_params);
    int32_t axis;
    int error = nn_constant_list(loader, 1, 1, &axis);
    if (error) {
        return error;
    }
    const nn_tensor *in = nn_op_given(loader->graph, op, 0);
    axis = nn_need_axis(loader, axis, in->rank);
    if (axis < 0) {
        return axis;
    }
    params->axis = (uint32_t)axis;
    int32_t shape[NN_MAX_RANK];
    uint32_t rank = 0;
    for (uint32_t k = 0; k < in->rank; k++) {
        if (k != params->axis) {
            shape[rank++] = in->dim[k];
        }
    }
    return nn_need_output_shape(loader, rank, shape);
}

static void run_arg_max(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const arg_max_params *params = NN_PARAMS(call->op, arg_max_params);
    uint32_t axis = params->axis;
    const float *from = float_input(call, 0);
    int32_t *to = (int32_t *)(void *)call->out[0].data;
    uint32_t size = (uint32_t)in->dim[axis];
    uint32_t inner = nn_span(in, axis + 1, in->rank);
    uint32_t outer = nn_span(in, 0, axis);
    for (uint32_t o = 0; o < outer; o++) {
        for (uint32_t i = 0; i < inner; i++) {
            const float *at = from + (size_t)o * size * inner + i;
            uint32_t best = 0;
            for (uint32_t k = 1; k < size; k++) {
                best = at[(size_t)k * inner] > at[(size_t)best * inner] ? k
                                                                        : best;
            }
            *to++ = (int32_t)best;
        }
    }
}

const nn_op_def float_arg_max = {
        .code = 56,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {FLOAT_TYPE, NN_INTS | NN_CONSTANT},
        .makes = NN_TYPE_BIT(NN_INT32),
        .check = check_arg_max,
        .run = run_arg_max,
};
