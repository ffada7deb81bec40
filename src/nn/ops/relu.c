// SPDX-License-Identifier: MIT
// RELU, RELU6, RELU_0_TO_1 and LEAKY_RELU.

#include <math.h>

#include "nn/ops/activation.h"
#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"

// Clamps to 0 … top in real numbers. The output's own scale counts, as in
// TFLite. (TFLite Micro's RELU6 forgets it.)
static int check_clamped(nn_loader *loader, float top) {
    nn_linear *p = NN_PARAMS(loader->op, nn_linear);
    int error = nn_linear_float(loader, p);
    if (error) {
        return error;
    }
    p->low = p->out_zero;
    p->high = nn_min_i32(p->high, nn_stored(loader->out, top));
    return 0;
}

static int check_relu(nn_loader *loader) {
    return check_clamped(loader, INFINITY);
}

static int check_relu6(nn_loader *loader) {
    return check_clamped(loader, 6);
}

static int check_relu_0_to_1(nn_loader *loader) {
    return check_clamped(loader, 1);
}

static int check_leaky_relu(nn_loader *loader) {
    nn_linear *p = NN_PARAMS(loader->op, nn_linear);
    int error = nn_linear_float(loader, p);
    if (error) {
        return error;
    }
    float in = loader->in[0]->scale;
    float out = loader->out->scale;
    float alpha = nn_option_float(loader, 0, 0);
    float product = in * alpha;
    float factor = product / out;
    p->below.sign_out = factor < 0 ? -1 : 1;
    return nn_need_factor(loader, factor < 0 ? -factor : factor,
            &p->below.factor);
}

const nn_op_def nn_op_relu = {
        .code = 19,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_relu,
        .begin = nn_linear_begin,
        .run = nn_lookup_run,
};

const nn_op_def nn_op_relu6 = {
        .code = 21,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_relu6,
        .begin = nn_linear_begin,
        .run = nn_lookup_run,
};

const nn_op_def nn_op_relu_0_to_1 = {
        .code = 152,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_relu_0_to_1,
        .begin = nn_linear_begin,
        .run = nn_lookup_run,
};

const nn_op_def nn_op_leaky_relu = {
        .code = 98,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check_leaky_relu,
        .begin = nn_linear_begin,
        .run = nn_lookup_run,
};
