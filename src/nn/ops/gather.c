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
    uint32_t axis;
    int error =
            nn_need_axis(loader, nn_option_int(loader, 0, 0), in->rank, &axis);
    if (error) {
        return error;
    }
    int32_t batches = nn_option_int(loader, 1, 0);
    batches += batches < 0 ? indices->rank : 0;
    bool fits = batches >= 0 && batches <= (int32_t)axis &&
            batches <= indices->rank;
    for (int32_t i = 0; fits && i < batches; i++) {
        fits = in->dim[i] == indices->dim[i];
    }
    uint32_t batch = fits ? (uint32_t)batches : 0;
    uint32_t rank = in->rank + indices->rank - 1u - batch;
    if (!fits || rank > NN_MAX_RANK) {
        return nn_op_invalid(loader,
                "indices of %u dimensions, %d of them batches, do not fit",
                (uint32_t)indices->rank, batches);
    }
    int32_t dim[NN_MAX_RANK];
    uint32_t d = 0;
    for (uint32_t i = 0; i < axis; i++) {
        dim[d++] = in->dim[i];
    }
    for (uint32_t i = batch; i < indices->rank; i++) {
        dim[d++] = indices->dim[i];
    }
    for (uint32_t i = axis + 1; i < in->rank; i++) {
        dim[d++] = in->dim[i];
    }
    error = nn_need_output_shape(loader, 0, rank, dim);
    if (error) {
        return error;
    }
    nn_gather *p = NN_PARAMS(loader->op, nn_gather);
    p->batches = nn_span(in, 0, batch);
    p->outer = nn_span(in, batch, axis);
    p->size = (uint32_t)in->dim[axis];
    p->places = nn_span(indices, batch, indices->rank);
    p->piece =
            nn_span(in, axis + 1, in->rank) * nn_type_bytes((nn_type)in->type);
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
