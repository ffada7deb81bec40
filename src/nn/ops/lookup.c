// SPDX-License-Identifier: MIT
// What the checks of operators that use a look-up table share.

#include "nn/ops/lookup.h"

static int linear(const nn_loader *loader, double factor, nn_linear *p) {
    const nn_tensor *in = loader->in[0];
    const nn_tensor *out = loader->out;
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
    float in = loader->in[0]->scale;
    float out = loader->out->scale;
    loader->op->keep_bytes = NN_LOOKUP_BYTES;
    float factor = in / out; // rounded to float, as the reference does
    return linear(loader, factor, p);
}

int nn_linear_double(const nn_loader *loader, nn_linear *p) {
    double in = loader->in[0]->scale;
    double out = loader->out->scale;
    return linear(loader, in / out, p);
}
