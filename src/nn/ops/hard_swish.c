// SPDX-License-Identifier: MIT
// HARD_SWISH.

#include "nn/kernels/hard_swish.h"
#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"

static nn_factor16 narrow(nn_multiplier m) {
    int32_t value = (m.value >> 15) + 1;
    return (nn_factor16){(int16_t)nn_min_i32(value >> 1, INT16_MAX), m.shift};
}

static int check(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    const nn_tensor *out = loader->out;
    nn_hard_swish *p = NN_PARAMS(loader->op, nn_hard_swish);
    loader->op->keep_bytes = NN_LOOKUP_BYTES;
    p->in_zero = in->zero_point;
    p->out_zero = out->zero_point;
    float step = 1.0f / 128 * in->scale;
    float gate_step = 3.0f / 32768;
    nn_multiplier output;
    nn_multiplier gate;
    int err = nn_need_fraction(loader, step / out->scale, &output);
    if (err == 0) {
        err = nn_need_factor(loader, step / gate_step, &gate);
    }
    if (err == 0) {
        p->output = narrow(output);
        p->gate = narrow(gate);
    }
    return err;
}

const nn_op_def nn_op_hard_swish = {
        .code = 117,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check,
        .begin = nn_hard_swish_begin,
        .run = nn_lookup_run,
};
