// SPDX-License-Identifier: MIT
// FULLY_CONNECTED in float32.

#include "host/float/float.h"

typedef struct connected_params {
    float_range range;
} connected_params;

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    connected_params *params = NN_PARAMS(op, connected_params);
    const nn_tensor *in = nn_op_given(loader->graph, op, 0);
    const nn_tensor *filter = nn_op_given(loader->graph, op, 1);
    const nn_tensor *out = nn_op_output(loader->graph, op, 0);
    if (filter->rank != 2) {
        return nn_op_fail(loader, NN_ERR_INVALID,
                "the filter must have 2 dimensions");
    }
    if (nn_option_byte(loader, 1, 0) != 0) {
        return nn_op_fail(loader, NN_ERR_UNSUPPORTED,
                "shuffled weights are not supported");
    }
    uint32_t outputs = (uint32_t)filter->dim[0];
    uint32_t inputs = (uint32_t)filter->dim[1];
    uint32_t count = nn_tensor_elements(in);
    uint64_t made = (uint64_t)(count / inputs) * outputs;
    if (count % inputs || (uint32_t)nn_tensor_dim(out, -1) != outputs ||
            nn_tensor_elements(out) != made) {
        return nn_op_fail(loader, NN_ERR_INVALID,
                "a filter of %u x %u does not fit input and output", outputs,
                inputs);
    }
    int error = float_need_bias(loader, 2, outputs);
    op->macs = made * inputs;
    return error ? error : float_fused_range(loader, 0, &params->range);
}

static void run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const connected_params *params = NN_PARAMS(call->op, connected_params);
    const nn_tensor *filter = nn_op_given(call->graph, call->op, 1);
    const float *in = float_input(call, 0);
    const float *weights = float_input(call, 1);
    const float *bias = float_input(call, 2);
    float *out = float_output(call);
    uint32_t outputs = (uint32_t)filter->dim[0];
    uint32_t inputs = (uint32_t)filter->dim[1];
    uint32_t batches = nn_tensor_elements(nn_call_output(call, 0)) / outputs;
    for (uint32_t n = 0; n < batches; n++) {
        for (uint32_t c = 0; c < outputs; c++) {
            const float *w = weights + (size_t)c * inputs;
            float sum = bias ? bias[c] : 0;
            for (uint32_t k = 0; k < inputs; k++) {
                sum += in[k] * w[k];
            }
            *out++ = float_clamp(sum, params->range);
        }
        in += inputs;
    }
}

const nn_op_def float_fully_connected = {
        .code = 9,
        .min_inputs = 2,
        .max_inputs = 3,
        .takes = {FLOAT_TYPE, FLOAT_TYPE},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run,
};
