// SPDX-License-Identifier: MIT
// SLICE, STRIDED_SLICE and TRANSPOSE: a box of the input, its axes in any
// order.

#include "nn/kernels/box.h"

#include "nn/kernels/move.h"

uint32_t nn_box_row(const nn_tensor *in, const nn_box *box, uint32_t y) {
    int32_t count = box->count[1];
    int32_t image = (int32_t)y / count * box->step[0] + box->begin[0];
    int32_t row = (int32_t)y % count * box->step[1] + box->begin[1];
    return (uint32_t)(image * in->dim[1] + row);
}

// The box from axis outermost on; returns where its first element lies.
static int32_t plan(nn_move *move, const nn_tensor *in, const nn_box *box,
        uint32_t outermost) {
    int32_t bytes = (int32_t)nn_type_bytes((nn_type)in->type);
    int32_t stride[NN_MAX_RANK];
    int32_t inner = bytes;
    int32_t offset = 0;
    for (uint32_t a = in->rank; a-- > outermost;) {
        stride[a] = inner;
        inner *= in->dim[a];
        offset += stride[a] * box->begin[a];
    }
    nn_move_start(move, (uint32_t)bytes);
    for (uint32_t i = in->rank; i-- > outermost;) {
        uint32_t a = box->axis[i];
        // a step that is never taken may be beyond the tensor
        uint32_t from = (uint32_t)stride[a] * (uint32_t)box->step[a];
        nn_move_dim(move, box->count[i], bytes, (int32_t)from);
        bytes *= box->count[i];
    }
    return offset;
}

void nn_box_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_box *box = NN_PARAMS(call->op, nn_box);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    bool local = call->op->row_local;
    nn_move move;
    int32_t offset = plan(&move, in, box, local ? 2 : 0);
    // else all is one row
    for (uint32_t y = first; y < (local ? end : 1); y++) {
        const uint8_t *row =
                nn_view_row(&call->in[0], local ? nn_box_row(in, box, y) : 0);
        nn_move_run(&move, nn_view_row(&call->out[0], y), row + offset);
    }
}
