// SPDX-License-Identifier: MIT
// SPLIT, SPLIT_V and UNPACK: a tensor cut along one axis.

#include "nn/kernels/copy.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// Sets the parameters of an input `whole` that is cut along axis.
static void set_params(nn_loader *loader, uint32_t whole, uint32_t axis) {
    nn_op *op = loader->op;
    const nn_tensor *in = loader->in[whole];
    nn_parts *p = NN_PARAMS(op, nn_parts);
    p->whole = whole;
    p->lines = nn_span(in, 0, axis);
    if (in->rank == 4 && loader->out->rank == 4 && axis >= 2 &&
            nn_rows_natural(in)) {
        op->row_local = 1;
        p->lines = nn_span(in, 2, axis);
    }
}

// Every output has the type of input `whole` and its sizes but for axis.
static int check_split(nn_loader *loader, uint32_t whole, uint32_t axis_input) {
    int32_t option;
    int error = nn_constant_int(loader, axis_input, &option);
    if (error) {
        return error;
    }
    nn_op *op = loader->op;
    const nn_tensor *in = loader->in[whole];
    uint32_t axis;
    error = nn_need_axis(loader, option, in->rank, &axis);
    if (error) {
        return error;
    }
    int64_t sum = 0;
    int32_t dim[NN_MAX_RANK];
    for (uint32_t i = 0; i < in->rank; i++) {
        dim[i] = in->dim[i];
    }
    for (uint32_t k = 0; k < op->output_count; k++) {
        error = nn_need_output(loader, k, NN_TYPE_BIT(in->type));
        if (error) {
            return error;
        }
        const nn_tensor *out = nn_op_output(loader->graph, op, k);
        dim[axis] = out->rank == in->rank ? out->dim[axis] : 0;
        sum += dim[axis];
        error = nn_need_output_shape(loader, k, in->rank, dim);
        if (error) {
            return error;
        }
    }
    if (sum != in->dim[axis] || op->output_count == 0) {
        return nn_op_invalid(loader,
                "the outputs do not add up to a dimension of %d",
                in->dim[axis]);
    }
    set_params(loader, whole, axis);
    return 0;
}

static int check_equal_parts(nn_loader *loader) {
    int error = check_split(loader, 1, 0);
    if (error) {
        return error;
    }
    const nn_op *op = loader->op;
    const nn_tensor *first = loader->out;
    if (nn_option_int(loader, 0, 0) != op->output_count) {
        return nn_op_invalid(loader, "%u outputs for %d parts",
                (uint32_t)op->output_count, nn_option_int(loader, 0, 0));
    }
    for (uint32_t k = 1; k < op->output_count; k++) {
        if (!nn_same_shape(first, nn_op_output(loader->graph, op, k))) {
            return nn_op_invalid(loader, "output %u differs in size", k);
        }
    }
    return 0;
}

static int check_split_v(nn_loader *loader) {
    return check_split(loader, 0, 2);
}

static int check_unpack(nn_loader *loader) {
    nn_op *op = loader->op;
    const nn_tensor *in = loader->in[0];
    uint32_t axis;
    int error =
            nn_need_axis(loader, nn_option_int(loader, 1, 0), in->rank, &axis);
    if (error) {
        return error;
    }
    if (op->output_count != in->dim[axis] ||
            nn_option_int(loader, 0, 0) != in->dim[axis]) {
        return nn_op_invalid(loader, "%u outputs from a dimension of %d",
                (uint32_t)op->output_count, in->dim[axis]);
    }
    int32_t dim[NN_MAX_RANK];
    uint32_t rank = 0;
    for (uint32_t i = 0; i < in->rank; i++) {
        if (i != axis) {
            dim[rank++] = in->dim[i];
        }
    }
    for (uint32_t k = 0; k < op->output_count; k++) {
        error = nn_need_output(loader, k, NN_TYPE_BIT(in->type));
        if (error) {
            return error;
        }
        error = nn_need_output_shape(loader, k, rank, dim);
        if (error) {
            return error;
        }
    }
    set_params(loader, 0, axis);
    return 0;
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
        .takes = {NN_MOVED},
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
