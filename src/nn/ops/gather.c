// SPDX-License-Identifier: MIT
// GATHER.

#include "nn/kernels/gather.h"

#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// The indices are a constant of integers that fit a dimension of this size.
static int check_indices(const nn_loader *loader, int32_t size) {
    const nn_tensor *indices = loader->in[1];
    for (uint32_t i = 0; i < nn_tensor_elements(indices); i++) {
        int64_t index = nn_constant_at(indices, i);
        if (index < 0 || index >= size) {
            return nn_op_invalid(loader,
                    "index %u is outside a dimension of %d", i, size);
        }
    }
    return 0;
}

static int check(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    const nn_tensor *indices = loader->in[1];
    int32_t axis = nn_need_axis(loader, nn_option_int(loader, 0, 0), in->rank);
    if (axis < 0) {
        return axis;
    }
    int32_t batches = nn_option_int(loader, 1, 0);
    batches += batches < 0 ? indices->rank : 0;
    bool fits = batches >= 0 && batches <= axis && batches <= indices->rank;
    for (int32_t i = 0; fits && i < batches; i++) {
        fits = in->dim[i] == indices->dim[i];
    }
    if (!fits) {
        return nn_op_invalid(loader,
                "indices of %u dimensions, %d of them batches, do not fit",
                (uint32_t)indices->rank, batches);
    }
    uint32_t batch = (uint32_t)batches;
    uint32_t outer = (uint32_t)axis;
    int32_t dim[2 * NN_MAX_RANK];
    int32_t *end = nn_append_sizes(dim, in, 0, outer);
    end = nn_append_sizes(end, indices, batch, indices->rank);
    end = nn_append_sizes(end, in, outer + 1, in->rank);
    int error = nn_need_output_shape(loader, (uint32_t)(end - dim), dim);
    if (error) {
        return error;
    }
    nn_gather *p = NN_PARAMS(loader->op, nn_gather);
    p->batches = nn_span(in, 0, batch);
    p->outer = nn_span(in, batch, outer);
    p->size = (uint32_t)in->dim[axis];
    p->places = nn_span(indices, batch, indices->rank);
    p->piece =
            nn_span(in, outer + 1, in->rank) * nn_type_bytes((nn_type)in->type);
    return check_indices(loader, in->dim[axis]);
}

const nn_op_def nn_op_gather = {
        .code = 36,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_MOVED, NN_INTS | NN_CONSTANT},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check,
        .run = nn_gather_run,
};
