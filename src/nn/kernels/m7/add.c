// SPDX-License-Identifier: MIT
// ADD and SUB of int8.

#include "nn/kernels/binary.h"
#include "nn/kernels/m7/scale.h"

// An input. All sums are doubled, see m7_apply().
typedef struct operand {
    const int8_t *from;
    uint32_t step;
    uint32_t pitch;
    int32_t zero; // doubled and shifted up
    nn_scale scale;
    int32_t nudge; // -1 where there is a second rounding
    int32_t sign;  // of what it adds, doubled
} operand;

// nn_multiply(x << NN_ADD_HEADROOM, …), doubled, or what takes it away;
// m7_apply() tells of the rounding.
static inline int32_t common(int32_t x, const operand *o) {
    int32_t twice = x * (1 << (NN_ADD_HEADROOM + 1)) - o->zero;
    int32_t high = m7_smmlar(twice, o->scale.value, o->scale.offset);
    return ((high + (twice >> 31 & o->nudge)) >> o->scale.shift) * o->sign;
}

static operand operand_of(const nn_binary_line *line, uint32_t k,
        int32_t sign) {
    nn_multiplier m = line->params->in[k];
    bool shifts = m.shift < 0;
    return (operand){.from = line->from[k],
            .step = line->step[k],
            .pitch = line->step[k] != 0 ? line->pitch[k] : 0,
            .zero = line->zero_point[k] * (1 << (NN_ADD_HEADROOM + 1)),
            .scale = {m.value,
                    shifts ? (int32_t)(1U << (uint32_t)(-m.shift - 1)) : 0,
                    -m.shift},
            .nudge = shifts ? -1 : 0,
            .sign = k == 0 ? 2 : 2 * sign};
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

static void any(const operand o[2], const nn_binary_line *line, int8_t *out,
        uint32_t n) {
    nn_target all = {line->out_zero_point, INT8_MIN, INT8_MAX};
    for (uint32_t i = 0; i < line->lines * n; i++) {
        uint32_t row = i / n;
        uint32_t at = i % n;
        int32_t sum = 0;
        for (uint32_t k = 0; k < 2; k++) {
            int32_t x = o[k].from[row * o[k].pitch + at * o[k].step];
            sum += common(x, &o[k]);
        }
        out[row * line->out_pitch + at] =
                nn_target_int8(all, sum / 2, line->params->out);
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

// Of the one with the larger scale the factor is one half, so what it adds is
// its number times a power of two, and something; one number for all is known.
typedef struct addend {
    int32_t unit, base;
} addend;

static bool addend_of(const operand *o, addend *a) {
    if (o->step == 0) {
        *a = (addend){0, common(*o->from, o)};
        return true;
    }
    *a = (addend){o->sign * (1 << (NN_ADD_HEADROOM - 1)),
            -o->sign * (o->zero / 4)};
    return o->scale.value == 1 << 30 && o->scale.shift == 0;
}

// The second operand is the addend. Called with a constant, for code of its
// own where both are numbers of the image and their sum is wanted.
static inline __attribute__((always_inline)) void
add_lines(const operand *first, const operand *second, addend a, nn_scale scale,
        const nn_binary_line *line, bool plain, int8_t *out, uint32_t n) {
    operand o = *first;
    uint32_t step = second->step;
    if (plain) {
        o.nudge = -1;
        o.sign = 2;
        a.unit = 1 << NN_ADD_HEADROOM;
        step = 1;
    }
    for (uint32_t row = 0; row < line->lines; row++) {
        const int8_t *x = o.from + (size_t)row * o.pitch;
        const int8_t *y = second->from + (size_t)row * second->pitch;
        int8_t *to = out + (size_t)row * line->out_pitch;
        for (const int8_t *end = to + n; to < end; y += step) {
            int32_t sum = *y * a.unit + a.base;
            *to++ = m7_apply(sum + common(*x++, &o), scale);
        }
    }
}

static void add_numbers(const nn_binary_line *line, int32_t sign, int8_t *out,
        uint32_t n) {
    const operand o[2] = {operand_of(line, 0, sign), operand_of(line, 1, sign)};
    nn_multiplier m = line->params->out;
    addend a;
    uint32_t k =
            o[0].step == 0 || (o[1].step != 0 && addend_of(&o[0], &a)) ? 0 : 1;
    if (m.shift >= 0 || m.shift < -NN_SCALE_MAX_SHIFT || o[1 - k].step == 0 ||
            !addend_of(&o[k], &a)) {
        any(o, line, out, n);
        return;
    }
    int32_t shift = -m.shift;
    nn_scale scale = {m.value,
            (1 << (shift - 1)) + line->out_zero_point * (1 << shift), shift};
    if (sign > 0 && o[1 - k].nudge != 0 && o[k].step != 0) {
        add_lines(&o[1 - k], &o[k], a, scale, line, true, out, n);
    } else {
        add_lines(&o[1 - k], &o[k], a, scale, line, false, out, n);
    }
}

void nn_add_int8(const nn_binary_line *line, void *out, uint32_t n) {
    if (!add_equal(line, out, n)) {
        add_numbers(line, 1, out, n);
    }
    clamp(line, out, n);
}

void nn_sub_int8(const nn_binary_line *line, void *out, uint32_t n) {
    add_numbers(line, -1, out, n);
    clamp(line, out, n);
}
