// SPDX-License-Identifier: MIT
// ABS and NEG.

#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"

static int check_abs(nn_loader *loader) {
    nn_linear *p = NN_PARAMS(loader->op, nn_linear);
    int error = nn_linear_float(loader, p);
    p->below.sign_in = -1;
    return error;
}

// TFLite has no int8 NEG to be exact with: this one rounds as its ABS does.
static int check_neg(nn_loader *loader) {
    int error = check_abs(loader);
    nn_linear *p = NN_PARAMS(loader->op, nn_linear);
    p->above.sign_in = -1;
    return error;
}

const nn_op_def nn_op_abs = {
        .code = 101,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_abs,
        .begin = nn_linear_begin,
        .run = nn_lookup_run,
};

const nn_op_def nn_op_neg = {
        .code = 59,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_neg,
        .begin = nn_linear_begin,
        .run = nn_lookup_run,
};
