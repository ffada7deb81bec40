// SPDX-License-Identifier: MIT
// What the checks of operators that use a look-up table share.

#include "nn/ops/lookup.h"

#include "nn/ops/shape.h"

int nn_check_lookup(nn_loader *loader) {
    int error = nn_check_elementwise(loader, NN_TYPE_BIT(NN_INT8));
    if (error) {
        return error;
    }
    error = nn_need_input_scale(loader, 0);
    if (error) {
        return error;
    }
    error = nn_need_output_scale(loader, 0);
    if (error) {
        return error;
    }
    loader->op->keep_bytes = NN_LOOKUP_BYTES;
    return 0;
}

int nn_need_factor(const nn_loader *loader, double real,
        nn_multiplier *multiplier) {
    if (!(real >= 0) || nn_multiplier_make(real, multiplier)) {
        return nn_op_invalid(loader, "the scales are too far apart");
    }
    return 0;
}

static int linear(const nn_loader *loader, double factor, nn_linear *p) {
    const nn_tensor *in = nn_op_given(loader->graph, loader->op, 0);
    const nn_tensor *out = nn_op_output(loader->graph, loader->op, 0);
    p->above.sign_in = 1;
    p->above.sign_out = 1;
    p->in_zero = in->zero_point;
    p->out_zero = out->zero_point;
    p->low = out->type == NN_INT8 ? INT8_MIN : 0;
    p->high = out->type == NN_INT8 ? INT8_MAX : UINT8_MAX;
    int error = nn_need_factor(loader, factor, &p->above.factor);
    p->below = p->above;
    return error;
}

int nn_linear_float(const nn_loader *loader, nn_linear *p) {
    float in = nn_op_given(loader->graph, loader->op, 0)->scale;
    float out = nn_op_output(loader->graph, loader->op, 0)->scale;
    float factor = in / out; // rounded to float, as the reference does
    return linear(loader, factor, p);
}

int nn_linear_double(const nn_loader *loader, nn_linear *p) {
    double in = nn_op_given(loader->graph, loader->op, 0)->scale;
    double out = nn_op_output(loader->graph, loader->op, 0)->scale;
    return linear(loader, in / out, p);
}
