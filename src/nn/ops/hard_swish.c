// SPDX-License-Identifier: MIT
// HARD_SWISH.

#include "nn/kernels/hard_swish.h"
#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"

static int need_factor16(const nn_loader *loader, float real,
        nn_factor16 *factor) {
    nn_multiplier m;
    int error = nn_need_factor(loader, real, &m);
    if (error) {
        return error;
    }
    factor->shift = m.shift;
    factor->value = m.value >= INT32_MAX - (1 << 15)
            ? INT16_MAX
            : (int16_t)((m.value + (1 << 15)) >> 16);
    return 0;
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
    float output_factor = step / out->scale;
    float gate_factor = step / gate_step;
    int error = need_factor16(loader, output_factor, &p->output);
    if (error) {
        return error;
    }
    if (p->output.shift > 0) {
        return nn_op_invalid(loader,
                "the output's scale is too small for the input's");
    }
    return need_factor16(loader, gate_factor, &p->gate);
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
