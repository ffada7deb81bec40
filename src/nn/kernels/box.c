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

// The box from axis outermost on; *offset is where its first element lies.
static void plan(nn_move *move, int64_t *offset, const nn_tensor *in,
        const nn_box *box, uint32_t outermost) {
    uint32_t bytes = nn_type_bytes((nn_type)in->type);
    int64_t stride[NN_MAX_RANK];
    int64_t inner = bytes;
    *offset = 0;
    for (uint32_t a = in->rank; a-- > outermost;) {
        stride[a] = inner;
        inner *= in->dim[a];
        *offset += stride[a] * box->begin[a];
    }
    nn_move_start(move, bytes);
    int64_t to = bytes;
    for (uint32_t i = in->rank; i-- > outermost;) {
        uint32_t a = box->axis[i];
        nn_move_dim(move, box->count[i], to, stride[a] * box->step[a]);
        to *= box->count[i];
    }
}

void nn_box_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_box *box = NN_PARAMS(call->op, nn_box);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    nn_move move;
    int64_t offset;
    if (!call->op->row_local) {
        plan(&move, &offset, in, box, 0);
        nn_move_run(&move, call->out[0].data, call->in[0].data + offset);
        return;
    }
    plan(&move, &offset, in, box, 2);
    for (uint32_t y = first; y < end; y++) {
        const uint8_t *row = nn_view_row(&call->in[0], nn_box_row(in, box, y));
        nn_move_run(&move, nn_view_row(&call->out[0], y), row + offset);
    }
}
