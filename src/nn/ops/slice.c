// SPDX-License-Identifier: MIT
// SLICE.

#include "nn/ops/box.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

static int check(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    nn_box *box = NN_PARAMS(loader->op, nn_box);
    nn_box_all(in, box);
    int error = nn_constant_list(loader, 1, in->rank, box->begin);
    if (error == 0) {
        error = nn_constant_list(loader, 2, in->rank, box->count);
    }
    if (error) {
        return error;
    }
    for (uint32_t i = 0; i < in->rank; i++) {
        int32_t begin = box->begin[i];
        int32_t rest = begin < 0 ? 0 : in->dim[i] - begin;
        if (box->count[i] == -1) { // all that follows
            box->count[i] = rest;
        }
        if (box->count[i] < 1 || box->count[i] > rest) {
            return nn_op_invalid(loader,
                    "size %d from %d on in a dimension of %d", box->count[i],
                    begin, in->dim[i]);
        }
    }
    error = nn_need_output_shape(loader, in->rank, box->count);
    if (error) {
        return error;
    }
    nn_box_rows_local(loader, box);
    return 0;
}

const nn_op_def nn_op_slice = {
        .code = 65,
        .min_inputs = 3,
        .max_inputs = 3,
        .takes = {NN_MOVED},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check,
        .rows = nn_box_rows,
        .run = nn_box_run,
};
