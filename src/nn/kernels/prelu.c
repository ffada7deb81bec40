// SPDX-License-Identifier: MIT
// PRELU, line by line.

#include "nn/kernels/prelu.h"

// Where alpha lies for a line, counted over all dimensions but the last.
static int32_t alpha_offset(const nn_prelu *p, const nn_tensor *in,
        uint32_t line) {
    int32_t offset = 0;
    if (p->lines_alike) {
        return 0;
    }
    for (uint32_t a = in->rank - 1u; a-- > 0;) {
        uint32_t size = (uint32_t)in->dim[a];
        offset += (int32_t)(line % size) * p->stride[a];
        line /= size;
    }
    return offset;
}

void nn_prelu_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_prelu *p = NN_PARAMS(call->op, nn_prelu);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *slope = nn_op_given(call->graph, call->op, 1);
    const int8_t *alpha = slope->data;
    nn_prelu_zeros zero = {in->zero_point, slope->zero_point,
            nn_call_output(call, 0)->zero_point};
    int32_t count = nn_tensor_dim(in, -1);
    int32_t step = p->stride[in->rank - 1];
    bool local = call->op->row_local;
    uint32_t row_bytes = local ? in->row_bytes : in->bytes;
    uint32_t lines = row_bytes / (uint32_t)count;
    for (uint32_t y = first; y < (local ? end : 1); y++) {
        const int8_t *from = nn_view_row(&call->in[0], y);
        int8_t *to = nn_view_row(&call->out[0], y);
        for (uint32_t i = 0; i < lines; i++) {
            int32_t offset = alpha_offset(p, in, y * lines + i);
            nn_prelu_line(to, from, alpha + offset, step, count, p, &zero);
            from += count;
            to += count;
        }
    }
}
