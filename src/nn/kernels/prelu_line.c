// SPDX-License-Identifier: MIT
// A line of PRELU in plain C.

#include "nn/kernels/prelu.h"

void nn_prelu_line(int8_t *out, const int8_t *in, const int8_t *alpha,
        int32_t step, int32_t count, const nn_prelu *p,
        const nn_prelu_zeros *zero) {
    for (int32_t c = 0; c < count; c++) {
        int32_t x = in[c] - zero->in;
        int64_t y;
        if (x >= 0) {
            y = nn_multiply(x, p->above);
        } else {
            y = nn_multiply(x * (*alpha - zero->alpha), p->below);
        }
        y += zero->out;
        y = y < INT8_MIN ? INT8_MIN : y > INT8_MAX ? INT8_MAX : y;
        out[c] = (int8_t)y;
        alpha += step;
    }
}
