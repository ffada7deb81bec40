// SPDX-License-Identifier: MIT
// Functions of two straight pieces: RELU, LEAKY_RELU, ABS, NEG, a new scale.

#include "nn/kernels/linear.h"

#include "nn/kernels/lookup.h"

int32_t nn_linear_at(const void *linear, int32_t q) {
    const nn_linear *p = linear;
    int32_t x = q - p->in_zero;
    const nn_slope *slope = x >= 0 ? &p->above : &p->below;
    int64_t y = nn_times(x * slope->sign_in, &slope->factor);
    y = y * slope->sign_out + p->out_zero;
    return y < p->low ? p->low : y > p->high ? p->high : (int32_t)y;
}

void nn_linear_begin(const nn_call *call) {
    nn_lookup_begin(call, nn_linear_at);
}
