// SPDX-License-Identifier: MIT
// GATHER.

#include "nn/kernels/gather.h"

#include <string.h>

#include "nn/ops/shape.h"

void nn_gather_run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const nn_gather *p = NN_PARAMS(call->op, nn_gather);
    const nn_tensor *indices = nn_op_given(call->graph, call->op, 1);
    uint8_t *to = call->out[0].data;
    const uint8_t *from = call->in[0].data;
    for (uint32_t b = 0; b < p->batches; b++) {
        for (uint32_t i = 0; i < p->outer; i++) {
            for (uint32_t j = 0; j < p->places; j++) {
                // within size: check() has seen them all
                int64_t index = nn_constant_at(indices, b * p->places + j);
                memcpy(to, from + (size_t)index * p->piece, p->piece);
                to += p->piece;
            }
            from += (size_t)p->size * p->piece;
        }
    }
}
