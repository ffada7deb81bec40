// SPDX-License-Identifier: MIT
// SOFTMAX.

#include "nn/kernels/softmax.h"
#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

enum {
    MAX_DEPTH = 8191, // the sum of so many numbers up to 1 fits F12
    WORTH = 128,      // numbers that make a table of e^x worth its memory
};

static int check_quantisation(const nn_loader *loader) {
    const nn_tensor *out = loader->out;
    if (out->zero_point != INT8_MIN || out->scale != 1.0f / 256) {
        return nn_op_invalid(loader,
                "the output's scale must be 1/256 and its zero point -128");
    }
    return 0;
}

static int check(nn_loader *loader) {
    int error = check_quantisation(loader);
    if (error) {
        return error;
    }
    const nn_tensor *in = loader->in[0];
    nn_softmax *p = NN_PARAMS(loader->op, nn_softmax);
    p->depth = (uint32_t)nn_tensor_dim(in, -1);
    if (p->depth > MAX_DEPTH) {
        return nn_op_unsupported(loader,
                "%u classes, at most 8191 are supported", p->depth);
    }
    if (in->row_bytes % p->depth != 0) {
        // a reshape left rows that cut through the last dimension
        nn_tensor *out = loader->out;
        out->rows = 1;
        out->row_bytes = out->bytes;
        loader->op->row_local = 0;
    }
    loader->op->keep_bytes =
            nn_tensor_elements(in) < WORTH ? 0 : NN_SOFTMAX_KEEP;
    double beta = nn_option_float(loader, 0, 0);
    double factor = beta * in->scale * (1 << 26);
    if (!(factor > 1)) {
        return nn_op_invalid(loader, "beta times the scale is too small");
    }
    if (factor >= 1 << 30) { // only the largest number itself counts
        return 0;
    }
    error = nn_need_factor(loader, factor, &p->factor);
    if (error == 0) {
        p->lowest = -(31 << 26 >> p->factor.shift);
    }
    return error;
}

const nn_op_def nn_op_softmax = {
        .code = 25,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check,
        .begin = nn_softmax_begin,
        .run = nn_softmax_run,
};
