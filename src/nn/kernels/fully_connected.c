// SPDX-License-Identifier: MIT
// FULLY_CONNECTED in plain C.

#include "nn/kernels/fully_connected.h"

#include "nn/kernels/channels.h"
#include "nn/kernels/dot.h"
#include "nn/ops/weights.h"

void nn_fully_connected_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_fully_connected_params *p =
            NN_PARAMS(call->op, const nn_fully_connected_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *weights = nn_op_given(call->graph, call->op, 1);
    const nn_tensor *out = nn_call_output(call, 0);
    const int32_t *bias = nn_bias_data(call->graph, call->op, 2);
    uint32_t length = (uint32_t)weights->dim[1];
    uint32_t count = (uint32_t)weights->dim[0];
    nn_target target = {out->zero_point, p->low, p->high};
    const nn_multiplier *multipliers = &p->multiplier;
    uint32_t step = 0;
    if (weights->scale_count > 1) {
        nn_channel_multipliers(in, weights, out, count, call->scratch);
        multipliers = call->scratch;
        step = 1;
    }
    // whole tensors are one run of vectors, whatever their rows
    uint32_t vectors = out->row_bytes / count;
    if (!call->op->row_local) {
        vectors = out->bytes / count;
        end = first + 1;
    }
    for (uint32_t row = first; row < end; row++) {
        const int8_t *x = nn_view_row(&call->in[0], row);
        int8_t *to = nn_view_row(&call->out[0], row);
        for (uint32_t v = 0; v < vectors; v++, x += length, to += count) {
            const int8_t *w = weights->data;
            for (uint32_t o = 0; o < count; o++, w += length) {
                uint32_t sum = bias == NULL ? 0 : (uint32_t)bias[o];
                nn_dot(x, w, length, in->zero_point, &sum);
                to[o] = nn_target_int8(target, (int32_t)sum,
                        multipliers[o * step]);
            }
        }
    }
}
