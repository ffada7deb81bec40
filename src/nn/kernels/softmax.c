// SPDX-License-Identifier: MIT
// SOFTMAX over the last dimension.

#include "nn/kernels/softmax.h"

#include <string.h>

#include "nn/kernels/fixed_exp.h"

// e^-below, 0 where that does not count, put into the table if there is one.
static __attribute__((noinline)) int32_t make_exp(const nn_softmax *p,
        int32_t *table, int32_t below) {
    int32_t e = -below < p->lowest
            ? 0
            : nn_fixed_exp(nn_times(-below, &p->factor), 5);
    if (table != NULL) {
        table[below] = e;
    }
    return e;
}

// The same from the table once it is there: what is negative stands for not
// yet.
static inline uint32_t exp_of(const nn_softmax *p, int32_t *table,
        int32_t below) {
    int32_t e = table != NULL ? table[below] : -1;
    return (uint32_t)(e >= 0 ? e : make_exp(p, table, below));
}

// A quotient that is not negative, to the nearest.
static inline uint32_t divide(uint32_t x, uint32_t bits) {
    return (x + (1U << (bits - 1))) >> bits;
}

static void softmax(const nn_softmax *p, int32_t *table, int8_t *out,
        const int8_t *in) {
    const int8_t *end = in + p->depth;
    int32_t max = INT8_MIN;
    for (const int8_t *x = in; x < end; x++) {
        max = nn_max_i32(max, *x);
    }
    uint32_t sum = 0; // F12; at least 1.0, for the largest one gives e^0
    for (const int8_t *x = in; x < end; x++) {
        sum += divide(exp_of(p, table, max - *x), 12);
    }
    // 1 / sum as reciprocal * 2^(headroom - 12), from sum scaled to 1 … 2
    uint32_t headroom = (uint32_t)__builtin_clz(sum);
    sum <<= headroom;
    uint32_t shift = 12 - headroom + 31 - 8;
    if (shift > 31) { // so many that each is next to nothing
        memset(out, INT8_MIN, p->depth);
        return;
    }
    int32_t reciprocal = nn_fixed_reciprocal((int32_t)(sum & 0x7FFFFFFF));
    uint64_t twice = 2 * (uint32_t)reciprocal;
    for (const int8_t *x = in; x < end; x++) {
        uint32_t e = exp_of(p, table, max - *x);
        // nn_multiply_high(): neither is negative
        uint32_t y = divide((uint32_t)((twice * e + (1U << 31)) >> 32), shift);
        *out++ = (int8_t)((int32_t)(y < UINT8_MAX ? y : UINT8_MAX) + INT8_MIN);
    }
}

void nn_softmax_begin(const nn_call *call) {
    if (call->op->keep_bytes > 0) {
        memset(call->keep, -1, call->op->keep_bytes);
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
