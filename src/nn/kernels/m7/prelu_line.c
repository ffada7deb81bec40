// SPDX-License-Identifier: MIT
// A line of PRELU.

#include "nn/kernels/prelu.h"

#include "nn/kernels/m7/factor.h"

static int8_t any(int32_t x, nn_multiplier factor, int32_t zero_point) {
    int64_t y = (int64_t)nn_multiply(x, factor) + zero_point;
    return (int8_t)(y < INT8_MIN ? INT8_MIN : y > INT8_MAX ? INT8_MAX : y);
}

static __attribute__((cold)) void any_line(int8_t *out, const int8_t *in,
        const int8_t *alpha, int32_t step, int32_t count, const nn_prelu *p,
        const nn_prelu_zeros *zero) {
    for (int32_t c = 0; c < count; c++, alpha += step) {
        int32_t x = in[c] - zero->in;
        out[c] = x >= 0 ? any(x, p->above, zero->out)
                        : any(x * (*alpha - zero->alpha), p->below, zero->out);
    }
}

void nn_prelu_line(int8_t *out, const int8_t *in, const int8_t *alpha,
        int32_t step, int32_t count, const nn_prelu *p,
        const nn_prelu_zeros *zero) {
    if (!m7_factor_fits(p->above) || !m7_factor_fits(p->below)) {
        any_line(out, in, alpha, step, count, p, zero);
        return;
    }
    const m7_factor above = m7_factor_of(p->above, zero->out);
    const m7_factor below = m7_factor_of(p->below, zero->out);
    const int32_t zero_in = zero->in;
    const int32_t zero_alpha = zero->alpha;
    for (const int8_t *end = out + count; out < end; alpha += step) {
        int32_t x = *in++ - zero_in;
        const m7_factor *factor = &above;
        if (x < 0) {
            x *= *alpha - zero_alpha;
            factor = &below;
        }
        *out++ = m7_times(x, factor);
    }
}
