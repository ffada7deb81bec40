// SPDX-License-Identifier: MIT
// ARG_MAX.

#include "nn/kernels/arg_max.h"

#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    const nn_tensor *in = loader->in[0];
    nn_tensor *out = loader->out;
    int32_t option;
    int error = nn_constant_list(loader, 1, 1, &option);
    if (error) {
        return error;
    }
    int32_t place = nn_need_axis(loader, option, in->rank);
    if (place < 0) {
        return place;
    }
    uint32_t axis = (uint32_t)place;
    int32_t dim[NN_MAX_RANK];
    int32_t *end = nn_append_sizes(dim, in, 0, axis);
    end = nn_append_sizes(end, in, axis + 1, in->rank);
    error = nn_need_output_shape(loader, (uint32_t)(end - dim), dim);
    if (error) {
        return error;
    }
    uint32_t outermost = 0;
    if (in->rank == 4 && axis >= 2 && nn_rows_natural(in)) {
        // a row of the output for each of the input, though it is no image
        op->row_local = 1;
        out->rows = in->rows;
        out->row_bytes = out->bytes / in->rows;
        outermost = 2;
    }
    nn_arg_max *p = NN_PARAMS(op, nn_arg_max);
    p->outer = nn_span(in, outermost, axis);
    p->count = (uint32_t)in->dim[axis];
    p->inner = nn_span(in, axis + 1, in->rank);
    return 0;
}

const nn_op_def nn_op_arg_max = {
        .code = 56,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_TYPE_BIT(NN_INT8) | NN_TYPE_BIT(NN_UINT8)},
        .makes = NN_INTS,
        .check = check,
        .run = nn_arg_max_run,
};
