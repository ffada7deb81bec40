// SPDX-License-Identifier: MIT
// RESHAPE, SQUEEZE and EXPAND_DIMS: the same bytes under another shape.

#include "nn/kernels/copy.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// The output is the input's bytes; its rows too, unless it has rows of its
// own. What the file says of the output's shape is taken for true: the new
// shape may be computed by other operators.
static int check_same_bytes(nn_loader *loader) {
    nn_op *op = loader->op;
    const nn_tensor *in = loader->in[0];
    nn_tensor *out = loader->out;
    if (in->bytes != out->bytes) {
        return nn_op_invalid(loader, "%u bytes cannot become %u", in->bytes,
                out->bytes);
    }
    if (out->rank != 4) {
        nn_rows_follow(in, out);
    }
    // a computed shape is not looked at, but it has rows of its own
    const nn_tensor *shape = loader->in[1];
    op->row_local =
            out->rows == in->rows && (shape == NULL || shape->data != NULL);
    // a constant has no place in the arena that the output could share
    op->alias = in->data == NULL;
    return 0;
}

static int check_squeeze(nn_loader *loader) {
    int error = check_same_bytes(loader);
    if (error) {
        return error;
    }
    const nn_tensor *in = loader->in[0];
    nn_vector axes;
    error = nn_option_ints(loader, 0, &axes);
    if (error) {
        return error;
    }
    uint32_t removed = 0; // bit a: axis a
    for (uint32_t i = 0; i < axes.count; i++) {
        int32_t a = nn_need_axis(loader, nn_load_i32(axes.data + (size_t)i * 4),
                in->rank);
        if (a < 0) {
            return a;
        }
        if (in->dim[a] != 1) {
            return nn_op_invalid(loader, "axis %d has the size %d, not 1", a,
                    in->dim[a]);
        }
        removed |= 1u << a;
    }
    int32_t dim[NN_MAX_RANK];
    uint32_t rank = 0;
    for (uint32_t a = 0; a < in->rank; a++) {
        bool gone = axes.count == 0 ? in->dim[a] == 1 : removed >> a & 1;
        if (!gone) {
            dim[rank++] = in->dim[a];
        }
    }
    return nn_need_output_shape(loader, rank, dim);
}

static int check_expand_dims(nn_loader *loader) {
    int error = check_same_bytes(loader);
    if (error) {
        return error;
    }
    const nn_tensor *in = loader->in[0];
    int32_t axis;
    error = nn_constant_list(loader, 1, 1, &axis);
    if (error) {
        return error;
    }
    if (in->rank == NN_MAX_RANK) {
        return nn_op_dimensions(loader);
    }
    axis = nn_need_axis(loader, axis, in->rank + 1);
    if (axis < 0) {
        return axis;
    }
    int32_t dim[NN_MAX_RANK];
    int32_t *end = nn_append_sizes(dim, in, 0, (uint32_t)axis);
    *end = 1;
    nn_append_sizes(end + 1, in, (uint32_t)axis, in->rank);
    return nn_need_output_shape(loader, in->rank + 1u, dim);
}

const nn_op_def nn_op_reshape = {
        .code = 22,
        .min_inputs = 1,
        .max_inputs = 2,
        .takes = {NN_MOVED},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_same_bytes,
        .run = nn_copy_run,
};

const nn_op_def nn_op_squeeze = {
        .code = 43,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_MOVED},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_squeeze,
        .run = nn_copy_run,
};

const nn_op_def nn_op_expand_dims = {
        .code = 70,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_MOVED},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_expand_dims,
        .run = nn_copy_run,
};
