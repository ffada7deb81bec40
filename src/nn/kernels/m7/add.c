// SPDX-License-Identifier: MIT
// ADD and SUB of int8: four numbers at a time.

#include "nn/kernels/binary.h"
#include "nn/kernels/m7/scale.h"

// How numbers of an input get to common steps: the factor of the one with the
// larger scale is one half, which shifts; a factor from 1/2 or 1/4 up needs
// no right shift behind the multiplication.
typedef enum add_path { HALF, NO_SHIFT, SHIFT } add_path;

typedef struct operand {
    const int8_t *from;
    int32_t zero_point;
    m7_scale scale;
    add_path path;
    bool constant; // one number for all
} operand;

static operand operand_of(const nn_binary_line *line, uint32_t k) {
    nn_multiplier m = line->params->in[k];
    operand o = {.from = line->from[k],
            .zero_point = line->zero_point[k],
            .constant = line->step[k] == 0,
            .path = m.shift < 0 ? SHIFT : NO_SHIFT,
            .scale = {m.value, 0, -m.shift}};
    if (m.shift < 0) {
        o.scale.offset = (int32_t)(1U << (uint32_t)(-m.shift - 1));
    } else if (m.value == 1 << 30) {
        o.path = HALF;
    }
    return o;
}

// nn_multiply(x << NN_ADD_HEADROOM, …); see m7_apply() for the rounding.
static inline int32_t common(int32_t x, const operand *o, add_path path) {
    x -= o->zero_point;
    if (path == HALF) {
        return x * (1 << (NN_ADD_HEADROOM - 1));
    }
    int32_t twice = x * (1 << (NN_ADD_HEADROOM + 1));
    int32_t high = m7_smmlar(twice, o->scale.value, o->scale.offset);
    return path == NO_SHIFT ? high : (high + (twice >> 31)) >> o->scale.shift;
}

// Called with constant kinds, for code of their own.
static inline __attribute__((always_inline)) void add(operand a,
        add_path a_path, operand b, add_path b_path, m7_scale scale,
        int8_t *out, uint32_t n) {
    const int8_t *x = a.from;
    const int8_t *y = b.from;
    int8_t *end = out + (n & ~3U);
    for (; out < end; x += 4, y += 4, out += 4) {
        uint32_t p = m7_load(x);
        uint32_t q = m7_load(y);
        out[0] = m7_apply(common((int8_t)p, &a, a_path) +
                        common((int8_t)q, &b, b_path),
                scale);
        out[1] = m7_apply(common((int8_t)(p >> 8), &a, a_path) +
                        common((int8_t)(q >> 8), &b, b_path),
                scale);
        out[2] = m7_apply(common((int8_t)(p >> 16), &a, a_path) +
                        common((int8_t)(q >> 16), &b, b_path),
                scale);
        out[3] = m7_apply(common((int8_t)(p >> 24), &a, a_path) +
                        common((int8_t)(q >> 24), &b, b_path),
                scale);
    }
    for (end += n & 3; out < end; out++) {
        out[0] = m7_apply(common(*x++, &a, a_path) + common(*y++, &b, b_path),
                scale);
    }
}

static void any(const operand *a, const operand *b, int32_t sign,
        const nn_binary_line *line, int8_t *out, uint32_t n) {
    nn_target all = {line->out_zero_point, INT8_MIN, INT8_MAX};
    for (uint32_t i = 0; i < n; i++) {
        int32_t x = common(a->from[a->constant ? 0 : i], a, a->path);
        int32_t y = common(b->from[b->constant ? 0 : i], b, b->path);
        out[i] = nn_target_int8(all, x + sign * y, line->params->out);
    }
}

static void clamp(const nn_binary_line *line, int8_t *out, uint32_t n) {
    m7_clamp(out, n, (nn_target){0, line->params->low, line->params->high});
}

void nn_add_int8(const nn_binary_line *line, void *out, uint32_t n) {
    operand a = operand_of(line, 0);
    operand b = operand_of(line, 1);
    if (b.path == HALF) {
        operand first = a;
        a = b;
        b = first;
    }
    if (a.constant || b.constant || a.path != HALF ||
            !m7_scale_fits(line->params->out)) {
        any(&a, &b, 1, line, out, n);
    } else {
        m7_scale scale = m7_scale_of(line->params->out, line->out_zero_point);
        if (b.path == HALF) {
            add(a, HALF, b, HALF, scale, out, n);
        } else if (b.path == NO_SHIFT) {
            add(a, HALF, b, NO_SHIFT, scale, out, n);
        } else {
            add(a, HALF, b, SHIFT, scale, out, n);
        }
    }
    clamp(line, out, n);
}

void nn_sub_int8(const nn_binary_line *line, void *out, uint32_t n) {
    operand a = operand_of(line, 0);
    operand b = operand_of(line, 1);
    any(&a, &b, -1, line, out, n);
    clamp(line, out, n);
}
