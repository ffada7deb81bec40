// SPDX-License-Identifier: MIT
// Checks on types, shapes and rows that several operators share.

#include "nn/ops/shape.h"

uint32_t nn_span(const nn_tensor *tensor, uint32_t from, uint32_t end) {
    uint32_t product = 1;
    for (uint32_t i = from; i < end; i++) {
        product *= (uint32_t)tensor->dim[i];
    }
    return product;
}

bool nn_rows_natural(const nn_tensor *tensor) {
    uint32_t rows = tensor->rank == 4 ? nn_span(tensor, 0, 2) : 1;
    return tensor->rows == rows;
}

void nn_rows_follow(const nn_tensor *in, nn_tensor *out) {
    out->rows = in->rows;
    out->row_bytes = out->bytes / in->rows;
}

int32_t *nn_append_sizes(int32_t *to, const nn_tensor *tensor, uint32_t from,
        uint32_t end) {
    for (uint32_t i = from; i < end; i++) {
        *to++ = tensor->dim[i];
    }
    return to;
}

int32_t nn_need_axis(const nn_loader *loader, int32_t axis, int32_t rank) {
    if (axis < -rank || axis >= rank) {
        return nn_op_invalid(loader, "axis %d is not within %d dimensions",
                axis, rank);
    }
    return axis < 0 ? axis + rank : axis;
}

int nn_constant_pairs(const nn_loader *loader, uint32_t k, uint32_t count,
        int32_t *before, int32_t *after) {
    const nn_tensor *in = loader->in[k];
    if (in->rank != 2 || in->dim[0] != (int32_t)count || in->dim[1] != 2) {
        return nn_op_invalid(loader, "input %u must have the shape %u x 2", k,
                count);
    }
    for (uint32_t i = 0; i < 2 * count; i++) {
        int64_t size = nn_constant_at(in, i);
        if (size < 0 || size > NN_MOST_PADDING) {
            return nn_op_invalid(loader,
                    "input %u holds a size that is negative or too large", k);
        }
        (i % 2 == 0 ? before : after)[i / 2] = (int32_t)size;
    }
    return 0;
}
