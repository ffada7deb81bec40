// SPDX-License-Identifier: MIT
// ADD and SUB of int8 in plain C, a line at a time.

#include "nn/kernels/binary.h"
#include "nn/kernels/channels.h"

// Number i of line `row` of input k in the steps that both inputs have in
// common.
static int32_t common(const nn_binary_line *line, uint32_t k, uint32_t row,
        uint32_t i) {
    const int8_t *from =
            (const int8_t *)line->from[k] + (size_t)row * line->pitch[k];
    int32_t x = from[(size_t)i * line->step[k]] - line->zero_point[k];
    return nn_multiply(x * (1 << NN_ADD_HEADROOM), line->params->in[k]);
}

static void add(const nn_binary_line *line, int32_t sign, int8_t *out,
        uint32_t n) {
    nn_target target = {line->out_zero_point, line->params->low,
            line->params->high};
    for (uint32_t row = 0; row < line->lines; row++) {
        for (uint32_t i = 0; i < n; i++) {
            int32_t sum =
                    common(line, 0, row, i) + sign * common(line, 1, row, i);
            out[i] = nn_target_int8(target, sum, line->params->out);
        }
        out += line->out_pitch;
    }
}

void nn_add_int8(const nn_binary_line *line, void *out, uint32_t n) {
    add(line, 1, out, n);
}

void nn_sub_int8(const nn_binary_line *line, void *out, uint32_t n) {
    add(line, -1, out, n);
}
