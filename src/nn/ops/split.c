// SPDX-License-Identifier: MIT
// SPLIT, SPLIT_V and UNPACK: a tensor cut along one axis.

#include "nn/kernels/copy.h"
#include "nn/ops/ops.h"
#include "nn/ops/parts.h"
#include "nn/ops/shape.h"

// Input `whole` is cut along the axis `wanted`.
static int check_cut(nn_loader *loader, uint32_t whole, int32_t wanted,
        uint32_t how) {
    nn_op *op = loader->op;
    const nn_tensor *in = loader->in[whole];
    nn_parts *p = NN_PARAMS(op, nn_parts);
    int32_t axis = nn_need_parts(loader, in, wanted, how);
    if (axis < 0) {
        return axis;
    }
    p->whole = whole;
    op->row_local = in->rank == 4 && loader->out->rank == 4 && axis >= 2 &&
            nn_rows_natural(in);
    p->lines = nn_span(in, op->row_local ? 2 : 0, (uint32_t)axis);
    return 0;
}

static int check_equal_parts(nn_loader *loader) {
    int32_t axis;
    int error = nn_constant_list(loader, 0, 1, &axis);
    if (error == 0) {
        error = check_cut(loader, 1, axis, NN_PARTS_COUNTED);
    }
    const nn_op *op = loader->op;
    for (uint32_t k = 1; error == 0 && k < op->output_count; k++) {
        if (nn_op_output(loader->graph, op, k)->bytes != loader->out->bytes) {
            return nn_op_invalid(loader, "output %u differs in size", k);
        }
    }
    return error;
}

static int check_split_v(nn_loader *loader) {
    int32_t axis;
    int error = nn_constant_list(loader, 2, 1, &axis);
    return error ? error : check_cut(loader, 0, axis, 0);
}

static int check_unpack(nn_loader *loader) {
    return check_cut(loader, 0, nn_option_int(loader, 1, 0),
            NN_PARTS_FLAT | NN_PARTS_COUNTED);
}

const nn_op_def nn_op_split = {
        .code = 49,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {0, NN_MOVED},
        .makes = NN_MANY,
        .check = check_equal_parts,
        .run = nn_split_run,
};

const nn_op_def nn_op_split_v = {
        .code = 102,
        .min_inputs = 3,
        .max_inputs = 3,
        .takes = {NN_MOVED, NN_INTS | NN_CONSTANT},
        .makes = NN_MANY,
        .check = check_split_v,
        .run = nn_split_run,
};

const nn_op_def nn_op_unpack = {
        .code = 88,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_MOVED},
        .makes = NN_MANY,
        .check = check_unpack,
        .run = nn_split_run,
};
