// SPDX-License-Identifier: MIT
// Functions of one 8-bit number, computed once an inference for all 256.

#include "nn/kernels/lookup.h"

#include "nn/fixed.h"

void nn_lookup_fill(uint8_t *table, nn_type in, nn_type out,
        nn_lookup_function function, const void *params) {
    int32_t low = out == NN_INT8 ? INT8_MIN : 0;
    int32_t high = out == NN_INT8 ? INT8_MAX : UINT8_MAX;
    for (int32_t i = 0; i < NN_LOOKUP_BYTES; i++) {
        int32_t q = in == NN_INT8 && i > INT8_MAX ? i - NN_LOOKUP_BYTES : i;
        table[i] = (uint8_t)nn_clamp_i32(function(params, q), low, high);
    }
}

void nn_lookup_apply(const uint8_t *table, uint8_t *to, const uint8_t *from,
        uint32_t count) {
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        uint8_t a = table[from[i]];
        uint8_t b = table[from[i + 1]];
        uint8_t c = table[from[i + 2]];
        uint8_t d = table[from[i + 3]];
        to[i] = a;
        to[i + 1] = b;
        to[i + 2] = c;
        to[i + 3] = d;
    }
    for (; i < count; i++) {
        to[i] = table[from[i]];
    }
}

void nn_lookup_begin(const nn_call *call, nn_lookup_function function) {
    nn_lookup_fill(call->keep,
            (nn_type)nn_op_given(call->graph, call->op, 0)->type,
            (nn_type)nn_call_output(call, 0)->type, function, call->op->params);
}

void nn_lookup_run(const nn_call *call, uint32_t first, uint32_t end) {
    for (uint32_t y = first; y < end; y++) {
        nn_lookup_apply(call->keep, nn_view_row(&call->out[0], y),
                nn_view_row(&call->in[0], y), call->out[0].row_bytes);
    }
}
