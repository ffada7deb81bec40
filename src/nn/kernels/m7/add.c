// SPDX-License-Identifier: MIT
// ADD and SUB of int8.

#include "nn/kernels/binary.h"
#include "nn/kernels/m7/scale.h"

// How numbers of an input get to common steps: the factor of the one with the
// larger scale is one half, which shifts; a factor from 1/2 or 1/4 up needs
// no right shift behind the multiplication; one number for all is known.
typedef enum add_path { HALF, NO_SHIFT, SHIFT, CONSTANT } add_path;

// All sums are doubled, see m7_apply().
typedef struct operand {
    const int8_t *from;
    int32_t zero; // of HALF, doubled; of a factor, doubled and shifted up
    nn_scale scale;
    add_path path;
} operand;

static inline int32_t common(int32_t x, const operand *o, add_path path) {
    if (path == CONSTANT) {
        return o->zero;
    }
    if (path == HALF) {
        return x * (1 << NN_ADD_HEADROOM) - o->zero;
    }
    // nn_multiply(x << NN_ADD_HEADROOM, …); m7_apply() tells of the rounding
    int32_t twice = x * (1 << (NN_ADD_HEADROOM + 1)) - o->zero;
    int32_t high = m7_smmlar(twice, o->scale.value, o->scale.offset);
    return 2 *
            (path == NO_SHIFT ? high
                              : (high + (twice >> 31)) >> o->scale.shift);
}

static operand operand_of(const nn_binary_line *line, uint32_t k) {
    nn_multiplier m = line->params->in[k];
    operand o = {.from = line->from[k],
            .zero = line->zero_point[k] * (1 << (NN_ADD_HEADROOM + 1)),
            .path = m.shift < 0 ? SHIFT : NO_SHIFT,
            .scale = {m.value, 0, -m.shift}};
    if (m.shift < 0) {
        o.scale.offset = (int32_t)(1U << (uint32_t)(-m.shift - 1));
    } else if (m.value == 1 << 30) {
        o.path = HALF;
        o.zero /= 2;
    }
    if (line->step[k] == 0) {
        o.zero = common(*o.from, &o, o.path);
        o.path = CONSTANT;
    }
    return o;
}

// Called with constant paths, for code of their own.
static inline __attribute__((always_inline)) void add(const operand *first,
        add_path first_path, const operand *second, add_path second_path,
        nn_scale scale, const nn_binary_line *line, int8_t *out, uint32_t n) {
    const operand a = *first;
    const operand b = *second;
    const int8_t *from_a = a.from;
    const int8_t *from_b = b.from;
    for (uint32_t lines = line->lines; lines > 0; lines--) {
        const int8_t *x = from_a;
        const int8_t *y = from_b;
        int8_t *to = out;
        for (const int8_t *end = to + n; to < end;) {
            int32_t sum = common(*x++, &a, first_path) +
                    common(second_path == CONSTANT ? 0 : *y++, &b, second_path);
            *to++ = m7_apply(sum, scale);
        }
        from_a += line->pitch[0];
        from_b += line->pitch[1];
        out += line->out_pitch;
    }
}

// Equal scales: numbers are added as they are, four at a time.
static __attribute__((noinline)) void add_both(const nn_binary_line *line,
        int8_t *out, uint32_t n) {
    const uint32_t offset = m7_both(line->out_zero_point - line->zero_point[0] -
            line->zero_point[1] - INT8_MIN);
    const int8_t *from[2] = {line->from[0], line->from[1]};
    for (uint32_t lines = line->lines; lines > 0; lines--) {
        const int8_t *x = from[0];
        const int8_t *y = from[1];
        int8_t *to = out;
        for (const int8_t *end = to + (n & ~3U); to < end;
                x += 4, y += 4, to += 4) {
            uint32_t a = m7_load(x);
            uint32_t b = m7_load(y);
            uint32_t even = m7_sxtab16(m7_sxtab16(offset, a), b);
            uint32_t odd = m7_sxtab16_odd(m7_sxtab16_odd(offset, a), b);
            even = m7_usat16(even) | m7_usat16(odd) << 8;
            m7_store(to, even ^ 0x80808080U);
        }
        for (uint32_t i = n & ~3U; i < n; i++) {
            int32_t sum = *x++ + *y++;
            *to++ = (int8_t)m7_ssat8(sum + (int16_t)offset + INT8_MIN);
        }
        from[0] += line->pitch[0];
        from[1] += line->pitch[1];
        out += line->out_pitch;
    }
}

// Likewise where zero points cancel out: y goes on by step after eight bytes.
static __attribute__((noinline)) void add_bytes(const nn_binary_line *line,
        uint32_t first, const int8_t *second, uint32_t step, int8_t *out,
        uint32_t n) {
    const int8_t *from = line->from[first];
    uint32_t pitch = step != 0 ? line->pitch[1 - first] : 0;
    for (uint32_t lines = line->lines; lines > 0; lines--) {
        const int8_t *x = from;
        const int8_t *y = second;
        int8_t *to = out;
        for (const int8_t *end = to + (n & ~7U); to < end; y += step) {
            uint32_t a = m7_qadd8(m7_load(x), m7_load(y));
            uint32_t b = m7_qadd8(m7_load(x + 4), m7_load(y + 4));
            x += 8;
            m7_store(to, a);
            m7_store(to + 4, b);
            to += 8;
        }
        if ((n & 4U) != 0) {
            m7_store(to, m7_qadd8(m7_load(x), m7_load(y)));
            x += 4;
            to += 4;
            y += step / 2;
        }
        for (uint32_t i = 0; i < (n & 3U); i++) {
            to[i] = (int8_t)m7_ssat8(x[i] + y[i]);
        }
        from += line->pitch[first];
        second += pitch;
        out += line->out_pitch;
    }
}

// Equal scales, if they are done here.
static bool add_equal(const nn_binary_line *line, int8_t *out, uint32_t n) {
    const nn_binary_params *p = line->params;
    const nn_multiplier half = {1 << 30, 0};
    // one step of the output is one step of either input
    if (p->in[0].value != half.value || p->in[0].shift != half.shift ||
            p->in[1].value != half.value || p->in[1].shift != half.shift ||
            p->out.value != half.value || p->out.shift != 2 - NN_ADD_HEADROOM) {
        return false;
    }
    int32_t offset =
            line->out_zero_point - line->zero_point[0] - line->zero_point[1];
    if (line->step[0] != 0 && line->step[1] != 0) {
        if (offset == 0) {
            add_bytes(line, 0, line->from[1], 8, out, n);
        } else {
            add_both(line, out, n);
        }
        return true;
    }
    uint32_t first = line->step[0] == 0;
    offset += *(const int8_t *)line->from[1 - first];
    if (line->step[first] == 0 || offset != (int8_t)offset) {
        return false;
    }
    int8_t same[8];
    memset(same, offset, sizeof(same));
    add_bytes(line, first, same, 0, out, n);
    return true;
}

static void any(const operand *a, const operand *b, int32_t sign,
        const nn_binary_line *line, int8_t *out, uint32_t n) {
    nn_target all = {line->out_zero_point, INT8_MIN, INT8_MAX};
    for (uint32_t i = 0; i < line->lines * n; i++) {
        uint32_t row = i / n;
        uint32_t at = i % n;
        const int8_t *from[2] = {a->from + row * line->pitch[0],
                b->from + row * line->pitch[1]};
        int32_t x = common(from[0][at * line->step[0]], a, a->path);
        int32_t y = common(from[1][at * line->step[1]], b, b->path);
        out[row * line->out_pitch + at] =
                nn_target_int8(all, (x + sign * y) / 2, line->params->out);
    }
}

static void clamp(const nn_binary_line *line, int8_t *out, uint32_t n) {
    nn_target target = {0, line->params->low, line->params->high};
    if (target.low == INT8_MIN && target.high == INT8_MAX) {
        return;
    }
    for (uint32_t i = 0; i < line->lines; i++) {
        m7_clamp(out, n, target);
        out += line->out_pitch;
    }
}

// The sum of the one that is HALF or not constant, and the other.
static __attribute__((noinline)) void add_numbers(const nn_binary_line *in,
        int8_t *out, uint32_t n) {
    nn_binary_line line = *in;
    nn_multiplier m = line.params->out;
    operand a = operand_of(&line, 0);
    operand b = operand_of(&line, 1);
    if (b.path == HALF || a.path == CONSTANT) {
        operand first = a;
        a = b;
        b = first;
        line.pitch[0] = in->pitch[1];
        line.pitch[1] = in->pitch[0];
    }
    if (m.shift >= 0 || m.shift < -NN_SCALE_MAX_SHIFT || a.path == CONSTANT ||
            (a.path != HALF && b.path != CONSTANT)) {
        a = operand_of(in, 0);
        b = operand_of(in, 1);
        any(&a, &b, 1, in, out, n);
        return;
    }
    int32_t shift = -m.shift;
    nn_scale scale = {m.value,
            (1 << (shift - 1)) + line.out_zero_point * (1 << shift), shift};
    if (a.path == HALF && b.path == CONSTANT) {
        add(&a, HALF, &b, CONSTANT, scale, &line, out, n);
    } else if (a.path == NO_SHIFT) {
        add(&a, NO_SHIFT, &b, CONSTANT, scale, &line, out, n);
    } else if (a.path == SHIFT) {
        add(&a, SHIFT, &b, CONSTANT, scale, &line, out, n);
    } else if (b.path == HALF) {
        add(&a, HALF, &b, HALF, scale, &line, out, n);
    } else if (b.path == NO_SHIFT) {
        add(&a, HALF, &b, NO_SHIFT, scale, &line, out, n);
    } else {
        add(&a, HALF, &b, SHIFT, scale, &line, out, n);
    }
}

void nn_add_int8(const nn_binary_line *line, void *out, uint32_t n) {
    if (!add_equal(line, out, n)) {
        add_numbers(line, out, n);
    }
    clamp(line, out, n);
}

void nn_sub_int8(const nn_binary_line *line, void *out, uint32_t n) {
    operand a = operand_of(line, 0);
    operand b = operand_of(line, 1);
    any(&a, &b, -1, line, out, n);
    clamp(line, out, n);
}
