// SPDX-License-Identifier: MIT
// QUANTIZE and DEQUANTIZE.

#include "nn/kernels/quantize.h"

#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// Types of the input, the output has the same shape but another type.
static int check_types(nn_loader *loader, uint32_t in_types, uint32_t types) {
    int error = nn_need_input(loader, 0);
    if (error) {
        return error;
    }
    error = nn_need_input_type(loader, 0, in_types);
    if (error) {
        return error;
    }
    error = nn_need_output_type(loader, 0, types);
    if (error) {
        return error;
    }
    error = nn_need_same_shape(loader, 0, 0);
    if (error) {
        return error;
    }
    nn_op *op = loader->op;
    nn_rows_follow(nn_op_given(loader->graph, op, 0),
            nn_op_output(loader->graph, op, 0));
    op->row_local = 1;
    return 0;
}

static int check_quantize(nn_loader *loader) {
    const uint32_t bytes = NN_TYPE_BIT(NN_INT8) | NN_TYPE_BIT(NN_UINT8);
    int error = check_types(loader,
            bytes | NN_TYPE_BIT(NN_INT16) | NN_TYPE_BIT(NN_FLOAT32), bytes);
    if (error) {
        return error;
    }
    error = nn_need_output_scale(loader, 0);
    if (error) {
        return error;
    }
    nn_op *op = loader->op;
    uint32_t type = nn_op_given(loader->graph, op, 0)->type;
    if (type == NN_FLOAT32) {
        return 0;
    }
    error = nn_need_input_scale(loader, 0);
    if (error) {
        return error;
    }
    if (type != NN_INT16) {
        op->keep_bytes = NN_LOOKUP_BYTES;
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
    } else {
        nn_lookup_run(call, first, end);
    }
}

static int check_dequantize(nn_loader *loader) {
    int error = check_types(loader,
            NN_TYPE_BIT(NN_INT8) | NN_TYPE_BIT(NN_UINT8) |
                    NN_TYPE_BIT(NN_INT16),
            NN_TYPE_BIT(NN_FLOAT32));
    return error ? error : nn_need_input_scale(loader, 0);
}

const nn_op_def nn_op_quantize = {
        .code = 114,
        .min_inputs = 1,
        .max_inputs = 1,
        .min_outputs = 1,
        .max_outputs = 1,
        .check = check_quantize,
        .begin = begin_quantize,
        .run = run_quantize,
};

const nn_op_def nn_op_dequantize = {
        .code = 6,
        .min_inputs = 1,
        .max_inputs = 1,
        .min_outputs = 1,
        .max_outputs = 1,
        .check = check_dequantize,
        .run = nn_dequantize_run,
};
