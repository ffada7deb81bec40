// SPDX-License-Identifier: MIT
// ADD, SUB, MUL, MAXIMUM and MINIMUM: numbers of int32, and who does int8.

#include "nn/kernels/binary.h"

// int32 arithmetic wraps, as it does in two's complement everywhere.
static int32_t combine(nn_binary_kind kind, int32_t a, int32_t b) {
    switch (kind) {
    case NN_ADD:
        return (int32_t)((uint32_t)a + (uint32_t)b);
    case NN_SUB:
        return (int32_t)((uint32_t)a - (uint32_t)b);
    case NN_MUL:
        return (int32_t)((uint32_t)a * (uint32_t)b);
    case NN_MAXIMUM:
        return nn_max_i32(a, b);
    default:
        return nn_min_i32(a, b);
    }
}

static void run_int32(const nn_binary_line *line, void *out, uint32_t n) {
    const uint8_t *from[2] = {line->from[0], line->from[1]};
    int32_t *to = out;
    for (uint32_t left = line->lines; left > 0; left--) {
        const int32_t *a = (const int32_t *)(const void *)from[0];
        const int32_t *b = (const int32_t *)(const void *)from[1];
        for (uint32_t i = n; i > 0; i--) {
            *to++ = combine((nn_binary_kind)line->params->kind, *a, *b);
            a += line->step[0];
            b += line->step[1];
        }
        from[0] += line->pitch[0];
        from[1] += line->pitch[1];
    }
}

void nn_binary_run(const nn_call *call, uint32_t first, uint32_t end) {
    static nn_binary_kernel *const int8[] = {
            [NN_ADD] = nn_add_int8,
            [NN_SUB] = nn_sub_int8,
            [NN_MUL] = nn_mul_int8,
            [NN_MAXIMUM] = nn_maximum_int8,
            [NN_MINIMUM] = nn_minimum_int8,
    };
    const nn_binary_params *p = NN_PARAMS(call->op, const nn_binary_params);
    bool is_int8 = nn_call_output(call, 0)->type == NN_INT8;
    nn_binary_rows(call, first, end, is_int8 ? int8[p->kind] : run_int32);
}
