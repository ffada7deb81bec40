// SPDX-License-Identifier: MIT
// SOFTMAX over the last dimension.

#include "nn/kernels/softmax.h"

#include <string.h>

#include "nn/kernels/fixed_exp.h"

// e^difference, from the table once it is there: 0 stands for not yet.
static int32_t exp_of(const nn_softmax *p, int32_t *table, int32_t difference) {
    if (table != NULL && table[-difference] != 0) {
        return table[-difference];
    }
    int32_t e = nn_fixed_exp(nn_multiply(difference, p->factor), 5);
    if (table != NULL) {
        table[-difference] = e;
    }
    return e;
}

static void softmax(const nn_softmax *p, int32_t *table, int8_t *out,
        const int8_t *in) {
    int32_t max = INT8_MIN;
    for (uint32_t c = 0; c < p->depth; c++) {
        max = nn_max_i32(max, in[c]);
    }
    uint32_t sum = 0; // F12; at least 1.0, for the largest one gives e^0
    for (uint32_t c = 0; c < p->depth; c++) {
        if (in[c] - max >= p->lowest) {
            sum += (uint32_t)nn_round_shift(exp_of(p, table, in[c] - max), 12);
        }
    }
    // 1 / sum as reciprocal * 2^(headroom - 12), from sum scaled to 1 … 2
    uint32_t headroom = 0;
    while (!(sum & 0x80000000)) {
        sum <<= 1;
        headroom++;
    }
    int32_t reciprocal = nn_fixed_reciprocal((int32_t)(sum & 0x7FFFFFFF));
    uint32_t shift = 12 - headroom + 31 - 8;
    for (uint32_t c = 0; c < p->depth; c++) {
        int32_t y = 0;
        if (in[c] - max >= p->lowest && shift <= 31) {
            int32_t e = exp_of(p, table, in[c] - max);
            y = nn_round_shift(nn_multiply_high(reciprocal, e), shift);
        }
        out[c] = (int8_t)nn_clamp_i32(y - 128, INT8_MIN, INT8_MAX);
    }
}

void nn_softmax_begin(const nn_call *call) {
    if (call->op->keep_bytes > 0) {
        memset(call->keep, 0, call->op->keep_bytes);
    }
}

void nn_softmax_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_softmax *p = NN_PARAMS(call->op, nn_softmax);
    int32_t *table = call->op->keep_bytes > 0 ? call->keep : NULL;
    for (uint32_t y = first; y < end; y++) {
        const int8_t *in = nn_view_row(&call->in[0], y);
        int8_t *out = nn_view_row(&call->out[0], y);
        for (uint32_t i = 0; i < call->out[0].row_bytes; i += p->depth) {
            softmax(p, table, out + i, in + i);
        }
    }
}
