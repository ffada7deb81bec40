// SPDX-License-Identifier: MIT
// PRELU.

#include "nn/kernels/prelu.h"

#include "nn/ops/lookup.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// alpha's sizes, counted from the last one, are 1 or the input's.
static int check_broadcast(nn_loader *loader) {
    const nn_tensor *in = nn_op_given(loader->graph, loader->op, 0);
    const nn_tensor *alpha = nn_op_given(loader->graph, loader->op, 1);
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
    int error = nn_check_elementwise(loader, NN_TYPE_BIT(NN_INT8));
    if (error) {
        return error;
    }
    error = nn_need_input(loader, 1);
    if (error) {
        return error;
    }
    error = nn_need_constant(loader, 1);
    if (error) {
        return error;
    }
    error = nn_need_input_type(loader, 1, NN_TYPE_BIT(NN_INT8));
    if (error) {
        return error;
    }
    for (uint32_t k = 0; k < 2; k++) {
        error = nn_need_input_scale(loader, k);
        if (error) {
            return error;
        }
    }
    error = nn_need_output_scale(loader, 0);
    if (error) {
        return error;
    }
    error = check_broadcast(loader);
    if (error) {
        return error;
    }
    nn_op *op = loader->op;
    const nn_tensor *in = nn_op_given(loader->graph, op, 0);
    nn_tensor *out = nn_op_output(loader->graph, op, 0);
    if (in->row_bytes % (uint32_t)nn_tensor_dim(in, -1) != 0) {
        // a reshape left rows that cut through the last dimension
        out->rows = 1;
        out->row_bytes = out->bytes;
        op->row_local = 0;
    }
    nn_prelu *p = NN_PARAMS(op, nn_prelu);
    double from = in->scale;
    double alpha = nn_op_given(loader->graph, op, 1)->scale;
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
        .min_outputs = 1,
        .max_outputs = 1,
        .check = check,
        .run = nn_prelu_run,
};
