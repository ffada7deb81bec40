// SPDX-License-Identifier: MIT
// What SLICE, STRIDED_SLICE and TRANSPOSE share.

#include "nn/ops/box.h"

#include "nn/ops/shape.h"

void nn_box_all(const nn_tensor *in, nn_box *box) {
    for (uint32_t i = 0; i < in->rank; i++) {
        box->begin[i] = 0;
        box->step[i] = 1;
        box->count[i] = in->dim[i];
        box->axis[i] = (uint8_t)i;
    }
}

void nn_box_rows_local(nn_loader *loader, const nn_box *box) {
    const nn_tensor *in = loader->in[0];
    const nn_tensor *out = loader->out;
    if (in->rank != 4 || out->rank != 4 || !nn_rows_natural(in)) {
        return;
    }
    for (uint32_t i = 0; i < 4; i++) {
        // an axis that was added or taken away shifts the others
        if (out->dim[i] != box->count[i]) {
            return;
        }
    }
    loader->op->row_local = box->axis[0] == 0 && box->axis[1] == 1 &&
            (box->step[0] > 0 || box->count[0] == 1) &&
            (box->step[1] > 0 || box->count[1] == 1);
}

void nn_box_rows(const nn_graph *graph, const nn_op *op, uint32_t k, uint32_t y,
        uint32_t *first, uint32_t *end) {
    const nn_box *box = NN_PARAMS(op, nn_box);
    *first = nn_box_row(nn_op_given(graph, op, k), box, y);
    *end = *first + 1;
}
