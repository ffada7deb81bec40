// SPDX-License-Identifier: MIT
// CAST and SHAPE.

#include "nn/kernels/cast.h"

#include "nn/ops/ops.h"

static int check_shape(nn_loader *loader) {
    int32_t rank = loader->in[0]->rank;
    return nn_need_output_shape(loader, 1, &rank);
}

const nn_op_def nn_op_cast = {
        .code = 53,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_MOVED},
        .makes = NN_MOVED | NN_ONE_TO_ONE,
        .run = nn_cast_run,
};

const nn_op_def nn_op_shape = {
        .code = 77,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_MOVED | NN_TYPE_BIT(NN_FLOAT16)},
        .makes = NN_INTS,
        .check = check_shape,
        .run = nn_shape_run,
};
