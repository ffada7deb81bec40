// SPDX-License-Identifier: MIT
// LOGISTIC and TANH.

#include "nn/kernels/sigmoid.h"
#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"

static int check_tanh(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    nn_sigmoid *p = NN_PARAMS(loader->op, nn_sigmoid);
    loader->op->keep_bytes = NN_LOOKUP_BYTES;
    p->in_zero = in->zero_point;
    double factor = (double)in->scale * (1 << 27);
    if (factor >= 1 << 30) { // a step is 8 and more: nothing is within ±16
        return 0;
    }
    int error = nn_need_factor(loader, factor, &p->factor);
    // at a tiny scale no int8 comes near the end of F4
    p->radius = 15 << 27 >> nn_max_i32(p->factor.shift, 0);
    return error;
}

static int check_logistic(nn_loader *loader) {
    int error = check_tanh(loader);
    if (error) {
        return error;
    }
    if (loader->out->zero_point != INT8_MIN) {
        return nn_op_invalid(loader, "the output's zero point must be -128");
    }
    return 0;
}

const nn_op_def nn_op_logistic = {
        .code = 14,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_logistic,
        .begin = nn_logistic_begin,
        .run = nn_lookup_run,
};

const nn_op_def nn_op_tanh = {
        .code = 28,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_tanh,
        .begin = nn_tanh_begin,
        .run = nn_lookup_run,
};
