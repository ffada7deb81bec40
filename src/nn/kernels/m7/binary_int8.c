// SPDX-License-Identifier: MIT
// MUL, MAXIMUM and MINIMUM of int8.

#include "nn/kernels/m7/factor.h"
#include "nn/kernels/m7/fours.h"
#include "nn/kernels/m7/lanes.h"

// Zero points, negated, in both halves.
typedef struct multiplication {
    uint32_t minus[2];
    m7_factor factor;
} multiplication;

static void multiply(const m7_fours *x, int8_t *out, uint32_t fours) {
    const multiplication m = *(const multiplication *)x->work;
    const int8_t *from[2] = {x->from[0], x->from[1]};
    for (uint32_t left = fours; left > 0; left--) {
        uint32_t a = m7_load(from[0]);
        uint32_t b = m7_load(from[1]);
        uint32_t a_even = m7_sxtab16(m.minus[0], a);
        uint32_t a_odd = m7_sxtab16_odd(m.minus[0], a);
        uint32_t b_even = m7_sxtab16(m.minus[1], b);
        uint32_t b_odd = m7_sxtab16_odd(m.minus[1], b);
        out[0] = m7_times((int16_t)a_even * (int16_t)b_even, &m.factor);
        out[1] = m7_times((int16_t)a_odd * (int16_t)b_odd, &m.factor);
        out[2] = m7_times((int16_t)(a_even >> 16) * (int16_t)(b_even >> 16),
                &m.factor);
        out[3] = m7_times((int16_t)(a_odd >> 16) * (int16_t)(b_odd >> 16),
                &m.factor);
        from[0] += x->step[0];
        from[1] += x->step[1];
        out += 4;
    }
}

// The same with any factor.
static __attribute__((cold)) void multiply_any(const m7_fours *x, int8_t *out,
        uint32_t fours) {
    const nn_binary_line *line = x->work;
    nn_target all = {line->out_zero_point, INT8_MIN, INT8_MAX};
    for (uint32_t i = 0; i < 4 * fours; i++) {
        int32_t a = x->from[0][i * x->step[0] / 4] - line->zero_point[0];
        int32_t b = x->from[1][i * x->step[1] / 4] - line->zero_point[1];
        out[i] = nn_target_int8(all, a * b, line->params->out);
    }
}

void nn_mul_int8(const nn_binary_line *line, void *out, uint32_t n) {
    nn_multiplier factor = line->params->out;
    if (m7_factor_fits(factor)) {
        multiplication m = {{m7_both(-line->zero_point[0]),
                                    m7_both(-line->zero_point[1])},
                m7_factor_of(factor, line->out_zero_point)};
        m7_fours_run(line, multiply, &m, out, n);
    } else {
        m7_fours_run(line, multiply_any, line, out, n);
    }
}

// The larger ones. The work is a word: with all bits set, what it looks at is
// upside down, so they are the smaller ones.
static void limit(const m7_fours *x, int8_t *out, uint32_t fours) {
    const uint32_t flip = *(const uint32_t *)x->work;
    const int8_t *a = x->from[0];
    const int8_t *b = x->from[1];
    for (uint32_t left = fours; left > 0; left--) {
        m7_store(out, m7_max(m7_load(a) ^ flip, m7_load(b) ^ flip) ^ flip);
        a += x->step[0];
        b += x->step[1];
        out += 4;
    }
}

void nn_maximum_int8(const nn_binary_line *line, void *out, uint32_t n) {
    m7_fours_run(line, limit, &(uint32_t){0}, out, n);
}

void nn_minimum_int8(const nn_binary_line *line, void *out, uint32_t n) {
    m7_fours_run(line, limit, &(uint32_t){UINT32_MAX}, out, n);
}
