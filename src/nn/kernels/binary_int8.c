// SPDX-License-Identifier: MIT
// MUL, MAXIMUM and MINIMUM of int8 in plain C.

#include "nn/kernels/binary.h"

#include "nn/kernels/channels.h"

// Number i of line `row` of input k.
static int32_t at_int8(const nn_binary_line *line, uint32_t k, uint32_t row,
        uint32_t i) {
    const int8_t *x =
            (const int8_t *)line->from[k] + (size_t)row * line->pitch[k];
    return x[(size_t)i * line->step[k]];
}

void nn_mul_int8(const nn_binary_line *line, void *out, uint32_t n) {
    nn_target target = {line->out_zero_point, line->params->low,
            line->params->high};
    int8_t *to = out;
    for (uint32_t row = 0; row < line->lines; row++, to += line->out_pitch) {
        for (uint32_t i = 0; i < n; i++) {
            int32_t a = at_int8(line, 0, row, i) - line->zero_point[0];
            int32_t b = at_int8(line, 1, row, i) - line->zero_point[1];
            to[i] = nn_target_int8(target, a * b, line->params->out);
        }
    }
}

void nn_maximum_int8(const nn_binary_line *line, void *out, uint32_t n) {
    int8_t *to = out;
    for (uint32_t row = 0; row < line->lines; row++, to += line->out_pitch) {
        for (uint32_t i = 0; i < n; i++) {
            to[i] = (int8_t)nn_max_i32(at_int8(line, 0, row, i),
                    at_int8(line, 1, row, i));
        }
    }
}

void nn_minimum_int8(const nn_binary_line *line, void *out, uint32_t n) {
    int8_t *to = out;
    for (uint32_t row = 0; row < line->lines; row++, to += line->out_pitch) {
        for (uint32_t i = 0; i < n; i++) {
            to[i] = (int8_t)nn_min_i32(at_int8(line, 0, row, i),
                    at_int8(line, 1, row, i));
        }
    }
}
