// SPDX-License-Identifier: MIT
// QUANTIZE and DEQUANTIZE.

#include "nn/kernels/quantize.h"

#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"

// Whether numbers between uint8 and int8 only change their upper bit.
static bool flips(const nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    const nn_tensor *out = loader->out;
    int32_t down = in->type == NN_UINT8 ? 128 : -128;
    return in->type != out->type && in->scale == out->scale &&
            in->zero_point - out->zero_point == down;
}

static int check_quantize(nn_loader *loader) {
    nn_op *op = loader->op;
    uint32_t type = loader->in[0]->type;
    if (type == NN_FLOAT32) {
        return 0;
    }
    int error = nn_need_input(loader, 0, NN_TYPE_BIT(type) | NN_SCALED);
    if (error) {
        return error;
    }
    if (type != NN_INT16) {
        op->keep_bytes = flips(loader) ? 0 : NN_LOOKUP_BYTES;
        op->in_place = 1;
    }
    return nn_linear_double(loader, NN_PARAMS(op, nn_linear));
}

static void begin_quantize(const nn_call *call) {
    if (call->op->keep_bytes > 0) {
        nn_linear_begin(call);
    }
}

static void run_quantize(const nn_call *call, uint32_t first, uint32_t end) {
    uint32_t type = nn_op_given(call->graph, call->op, 0)->type;
    if (type == NN_FLOAT32) {
        nn_quantize_run(call, first, end);
    } else if (type == NN_INT16) {
        nn_requantize_16_run(call, first, end);
    } else if (call->op->keep_bytes == 0) {
        nn_flip_run(call, first, end);
    } else {
        nn_lookup_run(call, first, end);
    }
}

const nn_op_def nn_op_quantize = {
        .code = 114,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_TYPE_BIT(NN_INT8) | NN_TYPE_BIT(NN_UINT8) |
                NN_TYPE_BIT(NN_INT16) | NN_TYPE_BIT(NN_FLOAT32)},
        .makes = NN_TYPE_BIT(NN_INT8) | NN_TYPE_BIT(NN_UINT8) | NN_SCALED |
                NN_ONE_TO_ONE,
        .check = check_quantize,
        .begin = begin_quantize,
        .run = run_quantize,
};

const nn_op_def nn_op_dequantize = {
        .code = 6,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_TYPE_BIT(NN_INT8) | NN_TYPE_BIT(NN_UINT8) |
                NN_TYPE_BIT(NN_INT16) | NN_SCALED},
        .makes = NN_TYPE_BIT(NN_FLOAT32) | NN_ONE_TO_ONE,
        .run = nn_dequantize_run,
};
