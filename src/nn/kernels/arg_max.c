// SPDX-License-Identifier: MIT
// ARG_MAX.

#include "nn/kernels/arg_max.h"

#include <string.h>

// The place of the largest of count numbers, the first of equal ones. flip
// turns the order of int8 into that of unsigned bytes.
static uint32_t largest(const uint8_t *x, uint32_t count, uint32_t step,
        uint8_t flip) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < count; i++) {
        if ((x[(size_t)i * step] ^ flip) > (x[(size_t)best * step] ^ flip)) {
            best = i;
        }
    }
    return best;
}

void nn_arg_max_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_arg_max *p = NN_PARAMS(call->op, nn_arg_max);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    uint8_t flip = in->type == NN_INT8 ? 0x80 : 0;
    // the higher bytes of an int64 are 0
    uint32_t wide = nn_call_output(call, 0)->type == NN_INT64 ? 8 : 4;
    for (uint32_t y = first; y < (call->op->row_local ? end : 1); y++) {
        uint8_t *to = nn_view_row(&call->out[0], y);
        const uint8_t *from = nn_view_row(&call->in[0], y);
        for (uint32_t i = 0; i < p->outer * p->inner; i++) {
            uint32_t start = i / p->inner * p->count * p->inner;
            const uint8_t *x = from + start + i % p->inner;
            uint64_t place = largest(x, p->count, p->inner, flip);
            memcpy(to, &place, wide); // low bytes first
            to += wide;
        }
    }
}
