// SPDX-License-Identifier: MIT
// TRANSPOSE.

#include "nn/ops/box.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

static int check(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    nn_box *box = NN_PARAMS(loader->op, nn_box);
    nn_box_all(in, box);
    uint32_t count = in->rank;
    int32_t axis[NN_MAX_RANK];
    int error = nn_constant_list(loader, 1, count, axis);
    if (error) {
        return error;
    }
    uint32_t seen = 0;
    for (uint32_t i = 0; i < count; i++) {
        int32_t a = nn_need_axis(loader, axis[i], in->rank);
        if (a < 0) {
            return a;
        }
        seen |= 1u << a;
        box->axis[i] = (uint8_t)a;
        box->count[i] = in->dim[a];
    }
    if (seen != (1u << count) - 1) {
        return nn_op_invalid(loader, "an axis appears twice");
    }
    error = nn_need_output_shape(loader, count, box->count);
    if (error) {
        return error;
    }
    nn_box_rows_local(loader, box);
    return 0;
}

const nn_op_def nn_op_transpose = {
        .code = 39,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_MOVED},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check,
        .rows = nn_box_rows,
        .run = nn_box_run,
};
