// SPDX-License-Identifier: MIT
// EXP, SQRT and RSQRT.

#include "nn/kernels/power.h"
#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"
#include "nn/real.h"

static int check_power(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    const nn_tensor *out = loader->out;
    nn_power *p = NN_PARAMS(loader->op, nn_power);
    loader->op->keep_bytes = NN_LOOKUP_BYTES;
    p->in_scale = in->scale;
    p->out_scale = out->scale;
    p->in_zero = in->zero_point;
    p->out_zero = out->zero_point;
    return 0;
}

static int check_rsqrt(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    const nn_tensor *out = loader->out;
    nn_rsqrt *p = NN_PARAMS(loader->op, nn_rsqrt);
    loader->op->keep_bytes = NN_LOOKUP_BYTES;
    p->in_zero = in->zero_point;
    p->out_zero = out->zero_point;
    float divisor = nn_sqrt(in->scale) * out->scale;
    return nn_need_factor(loader, 1 / (double)divisor, &p->factor);
}

const nn_op_def nn_op_exp = {
        .code = 47,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_power,
        .begin = nn_exp_begin,
        .run = nn_lookup_run,
};

const nn_op_def nn_op_sqrt = {
        .code = 75,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_power,
        .begin = nn_sqrt_begin,
        .run = nn_lookup_run,
};

const nn_op_def nn_op_rsqrt = {
        .code = 76,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_rsqrt,
        .begin = nn_rsqrt_begin,
        .run = nn_lookup_run,
};
