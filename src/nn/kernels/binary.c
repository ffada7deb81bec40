// SPDX-License-Identifier: MIT
// ADD, SUB, MUL, MAXIMUM and MINIMUM: numbers of int32, and who does int8.

#include "nn/kernels/binary.h"

#include "nn/kernels/channels.h"

static int32_t at_int32(const nn_binary_line *line, uint32_t k, uint32_t i) {
    const int32_t *x = line->from[k];
    return x[(size_t)i * line->step[k]];
}

// int32 arithmetic wraps, as it does in two's complement everywhere.
static void add_int32(const nn_binary_line *line, void *out, uint32_t n) {
    int32_t *to = out;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = nn_wrap_add(at_int32(line, 0, i), at_int32(line, 1, i));
    }
}

static void sub_int32(const nn_binary_line *line, void *out, uint32_t n) {
    int32_t *to = out;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t a = (uint32_t)at_int32(line, 0, i);
        to[i] = (int32_t)(a - (uint32_t)at_int32(line, 1, i));
    }
}

static void mul_int32(const nn_binary_line *line, void *out, uint32_t n) {
    int32_t *to = out;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t a = (uint32_t)at_int32(line, 0, i);
        to[i] = (int32_t)(a * (uint32_t)at_int32(line, 1, i));
    }
}

static void maximum_int32(const nn_binary_line *line, void *out, uint32_t n) {
    int32_t *to = out;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = nn_max_i32(at_int32(line, 0, i), at_int32(line, 1, i));
    }
}

static void minimum_int32(const nn_binary_line *line, void *out, uint32_t n) {
    int32_t *to = out;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = nn_min_i32(at_int32(line, 0, i), at_int32(line, 1, i));
    }
}

static bool is_int8(const nn_call *call) {
    return nn_call_output(call, 0)->type == NN_INT8;
}

void nn_add_run(const nn_call *call, uint32_t first, uint32_t end) {
    nn_binary_rows(call, first, end, is_int8(call) ? nn_add_int8 : add_int32);
}

void nn_sub_run(const nn_call *call, uint32_t first, uint32_t end) {
    nn_binary_rows(call, first, end, is_int8(call) ? nn_sub_int8 : sub_int32);
}

void nn_mul_run(const nn_call *call, uint32_t first, uint32_t end) {
    nn_binary_rows(call, first, end, is_int8(call) ? nn_mul_int8 : mul_int32);
}

void nn_maximum_run(const nn_call *call, uint32_t first, uint32_t end) {
    nn_binary_rows(call, first, end,
            is_int8(call) ? nn_maximum_int8 : maximum_int32);
}

void nn_minimum_run(const nn_call *call, uint32_t first, uint32_t end) {
    nn_binary_rows(call, first, end,
            is_int8(call) ? nn_minimum_int8 : minimum_int32);
}
