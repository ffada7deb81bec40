// SPDX-License-Identifier: MIT
// Checks on types, shapes and rows that several operators share.

#include "nn/ops/shape.h"

#include "nn/flatbuffer.h"

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

int nn_need_axis(const nn_loader *loader, int32_t axis, uint32_t rank,
        uint32_t *found) {
    int32_t count = (int32_t)rank;
    if (axis < -count || axis >= count) {
        return nn_op_invalid(loader, "axis %d is not within %u dimensions",
                axis, rank);
    }
    *found = (uint32_t)(axis < 0 ? axis + count : axis);
    return 0;
}

int nn_constant_int(const nn_loader *loader, uint32_t k, int32_t *value) {
    uint32_t count;
    int error = nn_constant_ints(loader, k, 1, value, &count);
    if (error) {
        return error;
    }
    if (count != 1) {
        return nn_op_invalid(loader, "input %u must hold one number, not %u", k,
                count);
    }
    return 0;
}

int nn_constant_pairs(const nn_loader *loader, uint32_t k, uint32_t count,
        int32_t *before, int32_t *after) {
    const nn_tensor *in = nn_op_given(loader->graph, loader->op, k);
    if (in->rank != 2 || in->dim[0] != (int32_t)count || in->dim[1] != 2) {
        return nn_op_invalid(loader, "input %u must have the shape %u x 2", k,
                count);
    }
    for (uint32_t i = 0; i < count; i++) {
        int64_t first = nn_constant_at(in, 2 * i);
        int64_t second = nn_constant_at(in, 2 * i + 1);
        if (first < 0 || first > INT32_MAX || second < 0 ||
                second > INT32_MAX) {
            return nn_op_invalid(loader,
                    "input %u holds a size that is negative or too large", k);
        }
        before[i] = (int32_t)first;
        after[i] = (int32_t)second;
    }
    return 0;
}
