// SPDX-License-Identifier: MIT
// PAD, PADV2 and MIRROR_PAD.

#include "nn/kernels/pad.h"

#include <string.h>

#include "nn/kernels/move.h"
#include "nn/ops/shape.h"

int32_t nn_mirrored(int32_t i, int32_t before, int32_t size, int32_t edge) {
    i -= before;
    if (i < 0) {
        return edge - 1 - i;
    }
    return i < size ? i : 2 * size - 1 - edge - i;
}

typedef struct padding {
    const nn_pad *pad;
    const nn_tensor *in, *out;
    uint32_t element; // bytes
    bool mirrors;
} padding;

// The place in the input of place i of the output along an axis; -1: none.
static int32_t source_of(const padding *p, uint32_t axis, int32_t i) {
    int32_t before = p->pad->before[axis];
    int32_t size = p->in->dim[axis];
    if (!p->mirrors && (i < before || i - before >= size)) {
        return -1;
    }
    return nn_mirrored(i, before, size, p->pad->edge);
}

// Axes a … rank-1 of a box: those of `to` from those of `from`.
static void fill_axes(const padding *p, uint8_t *to, const uint8_t *from,
        uint32_t a) {
    uint32_t to_bytes = nn_span(p->out, a, p->out->rank) * p->element;
    uint32_t from_bytes = nn_span(p->in, a, p->in->rank) * p->element;
    if (to_bytes == from_bytes) { // sizes never shrink
        memcpy(to, from, to_bytes);
        return;
    }
    uint32_t to_step = to_bytes / (uint32_t)p->out->dim[a];
    uint32_t from_step = from_bytes / (uint32_t)p->in->dim[a];
    for (int32_t i = 0; i < p->out->dim[a]; i++) {
        if (i == p->pad->before[a] && to_step == from_step) {
            // all that is not padding at once
            memcpy(to, from, from_bytes);
            i += p->in->dim[a] - 1;
            to += from_bytes;
            continue;
        }
        int32_t j = source_of(p, a, i);
        if (j < 0) {
            nn_move_fill(to, to_step, p->pad->value, p->element);
        } else {
            fill_axes(p, to, from + (size_t)j * from_step, a + 1);
        }
        to += to_step;
    }
}

static void run(const nn_call *call, uint32_t first, uint32_t end,
        bool mirrors) {
    padding p = {.pad = NN_PARAMS(call->op, nn_pad),
            .in = nn_op_given(call->graph, call->op, 0),
            .out = nn_call_output(call, 0),
            .mirrors = mirrors};
    p.element = nn_type_bytes((nn_type)p.in->type);
    if (!call->op->row_local) {
        fill_axes(&p, call->out[0].data, call->in[0].data, 0);
        return;
    }
    for (uint32_t y = first; y < end; y++) {
        uint8_t *to = nn_view_row(&call->out[0], y);
        int32_t n = source_of(&p, 0, (int32_t)y / p.out->dim[1]);
        int32_t h = source_of(&p, 1, (int32_t)y % p.out->dim[1]);
        if (n < 0 || h < 0) {
            nn_move_fill(to, p.out->row_bytes, p.pad->value, p.element);
        } else {
            uint32_t row = (uint32_t)(n * p.in->dim[1] + h);
            fill_axes(&p, to, nn_view_row(&call->in[0], row), 2);
        }
    }
}

void nn_pad_run(const nn_call *call, uint32_t first, uint32_t end) {
    run(call, first, end, false);
}

void nn_mirror_pad_run(const nn_call *call, uint32_t first, uint32_t end) {
    run(call, first, end, true);
}
