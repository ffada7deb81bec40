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
        return nn_op_invalid(loader, "%u elements cannot become %u",
                nn_tensor_elements(in), nn_tensor_elements(out));
    }
    if (out->rank != 4) {
        nn_rows_follow(in, out);
    }
    // a computed shape is not looked at, but it has rows of its own
    const nn_tensor *shape =
            op->input_count > 1 ? nn_op_input(loader->graph, op, 1) : NULL;
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
    const uint8_t *axes;
    uint32_t count;
    error = nn_option_ints(loader, 0, &axes, &count);
    if (error) {
        return error;
    }
    uint32_t removed = 0; // bit a: axis a
    for (uint32_t i = 0; i < count; i++) {
        uint32_t a;
        int32_t axis = nn_load_i32(axes + (size_t)i * 4);
        error = nn_need_axis(loader, axis, in->rank, &a);
        if (error) {
            return error;
        }
        if (in->dim[a] != 1) {
            return nn_op_invalid(loader, "axis %u has the size %d, not 1", a,
                    in->dim[a]);
        }
        removed |= 1u << a;
    }
    int32_t dim[NN_MAX_RANK];
    uint32_t rank = 0;
    for (uint32_t a = 0; a < in->rank; a++) {
        bool gone = count == 0 ? in->dim[a] == 1 : removed >> a & 1;
        if (!gone) {
            dim[rank++] = in->dim[a];
        }
    }
    return nn_need_output_shape(loader, 0, rank, dim);
}

static int check_expand_dims(nn_loader *loader) {
    int error = check_same_bytes(loader);
    if (error) {
        return error;
    }
    const nn_tensor *in = loader->in[0];
    int32_t axis;
    error = nn_constant_int(loader, 1, &axis);
    if (error) {
        return error;
    }
    uint32_t rank = in->rank + 1u;
    if (rank > NN_MAX_RANK) {
        return nn_op_unsupported(loader, "more than %u dimensions", rank - 1);
    }
    uint32_t place;
    error = nn_need_axis(loader, axis, rank, &place);
    if (error) {
        return error;
    }
    int32_t dim[NN_MAX_RANK];
    for (uint32_t i = 0; i < rank; i++) {
        dim[i] = i == place ? 1 : in->dim[i < place ? i : i - 1];
    }
    return nn_need_output_shape(loader, 0, rank, dim);
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
