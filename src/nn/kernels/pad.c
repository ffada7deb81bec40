// SPDX-License-Identifier: MIT
// PAD, PADV2 and MIRROR_PAD.

#include "nn/kernels/pad.h"

#include <string.h>

#include "nn/kernels/move.h"
#include "nn/ops/shape.h"

// The input as a box inside the output, from axis outermost on; *offset is
// where its first element lies.
static void plan(nn_move *move, int32_t *offset, const nn_tensor *in,
        const nn_tensor *out, const nn_pad *pad, uint32_t outermost) {
    int32_t to = (int32_t)nn_type_bytes((nn_type)in->type);
    int32_t from = to;
    nn_move_start(move, (uint32_t)to);
    *offset = 0;
    for (uint32_t a = in->rank; a-- > outermost;) {
        nn_move_dim(move, in->dim[a], to, from);
        *offset += to * pad->before[a];
        to *= out->dim[a];
        from *= in->dim[a];
    }
}

void nn_pad_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_pad *pad = NN_PARAMS(call->op, nn_pad);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    uint32_t element = nn_type_bytes((nn_type)in->type);
    nn_move move;
    int32_t offset;
    if (!call->op->row_local) {
        plan(&move, &offset, in, out, pad, 0);
        nn_move_fill(call->out[0].data, out->bytes, pad->value, element);
        nn_move_run(&move, call->out[0].data + offset, call->in[0].data);
        return;
    }
    plan(&move, &offset, in, out, pad, 2);
    for (uint32_t y = first; y < end; y++) {
        uint8_t *to = nn_view_row(&call->out[0], y);
        int32_t n = (int32_t)y / out->dim[1] - pad->before[0];
        int32_t h = (int32_t)y % out->dim[1] - pad->before[1];
        bool inside = n >= 0 && n < in->dim[0] && h >= 0 && h < in->dim[1];
        if (!inside || (uint32_t)move.dim[0].count < out->row_bytes) {
            nn_move_fill(to, out->row_bytes, pad->value, element);
        }
        if (inside) {
            uint32_t row = (uint32_t)(n * in->dim[1] + h);
            nn_move_run(&move, to + offset, nn_view_row(&call->in[0], row));
        }
    }
}

int32_t nn_mirrored(int32_t i, int32_t before, int32_t size, int32_t edge) {
    i -= before;
    if (i < 0) {
        return edge - 1 - i;
    }
    return i < size ? i : 2 * size - 1 - edge - i;
}

// Axes a … rank-1 of a box: those of `to` as mirrored from `from`.
static void mirror(uint8_t *to, const uint8_t *from, const nn_tensor *in,
        const nn_tensor *out, const nn_pad *pad, uint32_t a) {
    uint32_t element = nn_type_bytes((nn_type)in->type);
    uint32_t to_step = nn_span(out, a + 1, out->rank) * element;
    uint32_t from_step = nn_span(in, a + 1, in->rank) * element;
    for (int32_t i = 0; i < out->dim[a]; i++) {
        int32_t j = nn_mirrored(i, pad->before[a], in->dim[a], pad->edge);
        const uint8_t *source = from + (size_t)j * from_step;
        uint32_t bytes = to_step;
        // steps are equal where nothing further in is padded: sizes never
        // shrink
        if (to_step != from_step) {
            mirror(to, source, in, out, pad, a + 1);
        } else {
            if (i == pad->before[a]) { // all of the input at once
                bytes *= (uint32_t)in->dim[a];
                i += in->dim[a] - 1;
            }
            memcpy(to, source, bytes);
        }
        to += bytes;
    }
}

void nn_mirror_pad_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_pad *pad = NN_PARAMS(call->op, nn_pad);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    if (!call->op->row_local) {
        mirror(call->out[0].data, call->in[0].data, in, out, pad, 0);
        return;
    }
    for (uint32_t y = first; y < end; y++) {
        int32_t row =
                nn_mirrored((int32_t)y, pad->before[1], in->dim[1], pad->edge);
        mirror(nn_view_row(&call->out[0], y),
                nn_view_row(&call->in[0], (uint32_t)row), in, out, pad, 2);
    }
}
