// SPDX-License-Identifier: MIT
// CAST and SHAPE.

#include "nn/kernels/cast.h"

#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

static int check_cast(nn_loader *loader) {
    int error = nn_need_input(loader, 0);
    if (error) {
        return error;
    }
    error = nn_need_input_type(loader, 0, NN_TYPES_MOVED);
    if (error) {
        return error;
    }
    error = nn_need_output_type(loader, 0, NN_TYPES_MOVED);
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

static int check_shape(nn_loader *loader) {
    int error = nn_need_input(loader, 0);
    if (error) {
        return error;
    }
    error = nn_need_output_type(loader, 0,
            NN_TYPE_BIT(NN_INT32) | NN_TYPE_BIT(NN_INT64));
    if (error) {
        return error;
    }
    int32_t rank = nn_op_given(loader->graph, loader->op, 0)->rank;
    return nn_need_output_shape(loader, 0, 1, &rank);
}

const nn_op_def nn_op_cast = {
        .code = 53,
        .min_inputs = 1,
        .max_inputs = 1,
        .min_outputs = 1,
        .max_outputs = 1,
        .check = check_cast,
        .run = nn_cast_run,
};

const nn_op_def nn_op_shape = {
        .code = 77,
        .min_inputs = 1,
        .max_inputs = 1,
        .min_outputs = 1,
        .max_outputs = 1,
        .check = check_shape,
        .run = nn_shape_run,
};
