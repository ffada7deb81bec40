// SPDX-License-Identifier: MIT
// ADD and SUB of int8 in plain C, a line at a time.

#include "nn/kernels/binary.h"
#include "nn/kernels/channels.h"

// Number i of input k in the steps that both inputs have in common.
static int32_t common(const nn_binary_line *line, uint32_t k, uint32_t i) {
    const int8_t *from = line->from[k];
    int32_t x = from[(size_t)i * line->step[k]] - line->zero_point[k];
    return nn_multiply(x * (1 << NN_ADD_HEADROOM), line->params->in[k]);
}

static int8_t finish(const nn_binary_line *line, int32_t sum) {
    nn_target target = {line->out_zero_point, line->params->low,
            line->params->high};
    return nn_target_int8(target, sum, line->params->out);
}

void nn_add_int8(const nn_binary_line *line, void *out, uint32_t n) {
    int8_t *to = out;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = finish(line, common(line, 0, i) + common(line, 1, i));
    }
}

void nn_sub_int8(const nn_binary_line *line, void *out, uint32_t n) {
    int8_t *to = out;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = finish(line, common(line, 0, i) - common(line, 1, i));
    }
}
