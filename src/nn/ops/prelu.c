// SPDX-License-Identifier: MIT
// PRELU.

#include "nn/kernels/prelu.h"

#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// alpha's sizes, counted from the last one, are 1 or the input's.
static int check_broadcast(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    const nn_tensor *alpha = loader->in[1];
    nn_prelu *p = NN_PARAMS(loader->op, nn_prelu);
    bool fits = in->rank >= 1 && alpha->rank <= in->rank;
    int32_t stride = 1;
    p->lines_alike = true;
    for (uint32_t i = 1; fits && i <= in->rank; i++) {
        int32_t size = nn_tensor_dim(alpha, -(int)i);
        uint32_t axis = in->rank - i;
        fits = size == 1 || size == in->dim[axis];
        p->stride[axis] = size == 1 ? 0 : stride;
        p->lines_alike = p->lines_alike && (i == 1 || size == 1);
        stride *= size;
    }
    if (!fits) {
        return nn_op_invalid(loader,
                "the slopes' shape does not fit the input's");
    }
    return 0;
}

static int check(nn_loader *loader) {
    int error = check_broadcast(loader);
    if (error) {
        return error;
    }
    nn_op *op = loader->op;
    const nn_tensor *in = loader->in[0];
    nn_tensor *out = loader->out;
    if (in->row_bytes % (uint32_t)nn_tensor_dim(in, -1) != 0) {
        // a reshape left rows that cut through the last dimension
        out->rows = 1;
        out->row_bytes = out->bytes;
        op->row_local = 0;
    }
    nn_prelu *p = NN_PARAMS(op, nn_prelu);
    double from = in->scale;
    double alpha = loader->in[1]->scale;
    double to = out->scale;
    error = nn_need_factor(loader, from / to, &p->above);
    if (error) {
        return error;
    }
    return nn_need_factor(loader, from * alpha / to, &p->below);
}

const nn_op_def nn_op_prelu = {
        .code = 54,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_SCALED_INT8, NN_SCALED_INT8 | NN_CONSTANT},
        .makes = NN_SCALED_INT8 | NN_ELEMENTWISE,
        .check = check,
        .run = nn_prelu_run,
};
