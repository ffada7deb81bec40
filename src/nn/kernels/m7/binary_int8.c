// SPDX-License-Identifier: MIT
// MUL, MAXIMUM and MINIMUM of int8: four numbers at a time.

#include "nn/kernels/binary.h"

#include "nn/kernels/m7/factor.h"
#include "nn/kernels/m7/lanes.h"

// An input of a line. What goes with all numbers is four times in a word.
typedef struct operand {
    const int8_t *from;
    uint32_t step;
    uint32_t word;
} operand;

static inline operand operand_of(const int8_t *from, uint32_t step) {
    return (operand){from, step, (uint8_t)*from * 0x01010101U};
}

static inline uint32_t next(operand *o) {
    if (o->step == 0) {
        return o->word;
    }
    uint32_t word = m7_load(o->from);
    o->from += 4;
    return word;
}

static inline uint32_t some(const operand *o, uint32_t count) {
    return o->step == 0 ? o->word : m7_load_some(o->from, count);
}

static void store_some(int8_t *out, uint32_t word, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        out[i] = (int8_t)(word >> 8 * i);
    }
}

// For multiplications: zero points, negated, in both halves, and the factor;
// for limits: the bits to turn over.
typedef struct work {
    uint32_t minus[2];
    m7_factor factor;
    uint32_t flip;
} work;

static inline uint32_t mul_words(const work *w, uint32_t a, uint32_t b) {
    uint32_t a_even = m7_sxtab16(w->minus[0], a);
    uint32_t a_odd = m7_sxtab16_odd(w->minus[0], a);
    uint32_t b_even = m7_sxtab16(w->minus[1], b);
    uint32_t b_odd = m7_sxtab16_odd(w->minus[1], b);
    int32_t x0 = m7_times((int16_t)a_even * (int16_t)b_even, &w->factor);
    int32_t x1 = m7_times((int16_t)a_odd * (int16_t)b_odd, &w->factor);
    int32_t x2 = m7_times((int16_t)(a_even >> 16) * (int16_t)(b_even >> 16),
            &w->factor);
    int32_t x3 = m7_times((int16_t)(a_odd >> 16) * (int16_t)(b_odd >> 16),
            &w->factor);
    return (uint8_t)x0 | (uint32_t)(uint8_t)x1 << 8 |
            (uint32_t)(uint8_t)x2 << 16 | (uint32_t)x3 << 24;
}

// The larger ones; with flip set, of what is upside down, the smaller ones.
static inline uint32_t limit_words(const work *w, uint32_t a, uint32_t b) {
    return m7_max(a ^ w->flip, b ^ w->flip) ^ w->flip;
}

// Called with a constant function, for code of its own.
static inline __attribute__((always_inline)) void run_words(const work *w,
        uint32_t (*words)(const work *, uint32_t, uint32_t),
        const nn_binary_line *line, int8_t *out, uint32_t n) {
    const int8_t *from[2] = {line->from[0], line->from[1]};
    for (uint32_t row = 0; row < line->lines; row++) {
        operand a = operand_of(from[0], line->step[0]);
        operand b = operand_of(from[1], line->step[1]);
        int8_t *to = out;
        uint32_t left = n;
        for (; left >= 4; left -= 4, to += 4) {
            uint32_t x = next(&a);
            m7_store(to, words(w, x, next(&b)));
        }
        if (left > 0) {
            store_some(to, words(w, some(&a, left), some(&b, left)), left);
        }
        from[0] += line->pitch[0];
        from[1] += line->pitch[1];
        out += line->out_pitch;
    }
}

static __attribute__((cold)) void mul_any(const nn_binary_line *line,
        int8_t *out, uint32_t n) {
    nn_target all = {line->out_zero_point, INT8_MIN, INT8_MAX};
    for (uint32_t row = 0; row < line->lines; row++, out += line->out_pitch) {
        const int8_t *a = (const int8_t *)line->from[0] + row * line->pitch[0];
        const int8_t *b = (const int8_t *)line->from[1] + row * line->pitch[1];
        for (uint32_t i = 0; i < n; i++) {
            int32_t x = a[i * line->step[0]] - line->zero_point[0];
            int32_t y = b[i * line->step[1]] - line->zero_point[1];
            out[i] = nn_target_int8(all, x * y, line->params->out);
        }
    }
}

static void clamp_lines(const nn_binary_line *line, int8_t *out, uint32_t n) {
    nn_target target = {0, line->params->low, line->params->high};
    for (uint32_t row = 0; row < line->lines; row++, out += line->out_pitch) {
        m7_clamp(out, n, target);
    }
}

void nn_mul_int8(const nn_binary_line *line, void *out, uint32_t n) {
    if (m7_factor_fits(line->params->out)) {
        work w = {{m7_both(-line->zero_point[0]),
                          m7_both(-line->zero_point[1])},
                m7_factor_of(line->params->out, line->out_zero_point), 0};
        run_words(&w, mul_words, line, out, n);
    } else {
        mul_any(line, out, n);
    }
    clamp_lines(line, out, n);
}

static void limit(const nn_binary_line *line, uint32_t flip, int8_t *out,
        uint32_t n) {
    work w = {.flip = flip};
    run_words(&w, limit_words, line, out, n);
}

void nn_maximum_int8(const nn_binary_line *line, void *out, uint32_t n) {
    limit(line, 0, out, n);
}

void nn_minimum_int8(const nn_binary_line *line, void *out, uint32_t n) {
    limit(line, UINT32_MAX, out, n);
}
