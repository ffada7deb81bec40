// SPDX-License-Identifier: MIT
// ADD and SUB of int8.

#include "nn/kernels/m7/fours.h"
#include "nn/kernels/m7/scale.h"

// An input. All sums are doubled, see m7_apply().
typedef struct operand {
    int32_t zero; // doubled and shifted up
    nn_scale scale;
    int32_t sign; // of what it adds, doubled
} operand;

typedef struct addition {
    operand in[2];
    nn_target all;
    nn_multiplier out;
    // What add_scaled() needs: numbers of input `simple` are y * unit + base.
    uint32_t simple;
    int32_t unit, base;
    nn_scale scale;
} addition;

// nn_multiply(x << NN_ADD_HEADROOM, …), doubled, or what takes it away;
// m7_apply() tells of the rounding.
static inline int32_t common(int32_t x, const operand *o) {
    int32_t twice = x * (1 << (NN_ADD_HEADROOM + 1)) - o->zero;
    int32_t high = m7_smmlar(twice, o->scale.value, o->scale.offset);
    return ((high + (twice >> 31)) >> o->scale.shift) * o->sign;
}

// The factor is one half, exactly.
static bool is_half(nn_multiplier m) {
    return m.value == 1 << 30 && m.shift == 0;
}

// A factor is one half at most. One half is twice as much, which comes out
// even, shifted down by one like smaller ones; zero is shifted, too.
static operand operand_of(const nn_binary_line *line, uint32_t k,
        int32_t sign) {
    nn_multiplier m = line->params->in[k];
    if (m.shift == 0) {
        m = (nn_multiplier){m.value != 0 ? INT32_MAX : 0, -1};
    }
    return (operand){.zero = line->zero_point[k] * (1 << (NN_ADD_HEADROOM + 1)),
            .scale = {m.value, 1 << (-m.shift - 1), -m.shift},
            .sign = sign};
}

// Equal scales: numbers are added as they are. The work is what else to add,
// in both halves.
static void add_both(const m7_fours *x, int8_t *out, uint32_t fours) {
    const uint32_t offset = *(const uint32_t *)x->work;
    const int8_t *a = x->from[0];
    const int8_t *b = x->from[1];
    for (uint32_t left = fours; left > 0; left--) {
        uint32_t even = m7_sxtab16(offset, m7_load(a));
        uint32_t odd = m7_sxtab16_odd(offset, m7_load(a));
        even = m7_usat16(m7_sxtab16(even, m7_load(b)));
        odd = m7_usat16(m7_sxtab16_odd(odd, m7_load(b)));
        m7_store(out, (even | odd << 8) ^ 0x80808080U);
        a += x->step[0];
        b += x->step[1];
        out += 4;
    }
}

// Likewise where zero points cancel out, for all lines at once: y goes on by
// step after eight bytes.
static __attribute__((noinline)) void add_bytes(const nn_binary_line *line,
        uint32_t first, const int8_t *second, uint32_t step, int8_t *out,
        uint32_t n) {
    const nn_target range = {0, line->params->low, line->params->high};
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
        m7_clamp(out, n, range);
        from += line->pitch[first];
        second += pitch;
        out += line->out_pitch;
    }
}

// Equal scales, if they are done here.
static bool add_equal(const nn_binary_line *line, int8_t *out, uint32_t n) {
    const nn_binary_params *p = line->params;
    // one step of the output is one step of either input
    if (!is_half(p->in[0]) || !is_half(p->in[1]) || p->out.value != 1 << 30 ||
            p->out.shift != 2 - NN_ADD_HEADROOM) {
        return false;
    }
    int32_t offset =
            line->out_zero_point - line->zero_point[0] - line->zero_point[1];
    if (line->step[0] != 0 && line->step[1] != 0) {
        if (offset == 0) {
            add_bytes(line, 0, line->from[1], 8, out, n);
        } else {
            uint32_t both = m7_both(offset - INT8_MIN);
            m7_fours_run(line, add_both, &both, out, n);
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

// Any scales.
static __attribute__((cold)) void add_any(const m7_fours *x, int8_t *out,
        uint32_t fours) {
    const addition *a = x->work;
    for (uint32_t i = 0; i < 4 * fours; i++) {
        int32_t sum = 0;
        for (uint32_t k = 0; k < 2; k++) {
            sum += common(x->from[k][i * x->step[k] / 4], &a->in[k]);
        }
        out[i] = nn_target_int8(a->all, sum / 2, a->out);
    }
}

// Of the input with the larger scale the factor is one half, so what it adds
// is its number times a power of two, and something. For all lines at once.
static void add_scaled(const nn_binary_line *line, const addition *a,
        int8_t *out, uint32_t n) {
    const nn_target range = {0, line->params->low, line->params->high};
    const uint32_t k = 1 - a->simple;
    const operand o = a->in[k];
    const nn_scale scale = a->scale;
    const int32_t unit = a->unit;
    const int32_t base = a->base;
    for (uint32_t row = 0; row < line->lines; row++) {
        const int8_t *x = (const int8_t *)line->from[k] + row * line->pitch[k];
        // one number that goes with all is in the base
        const int8_t *y = unit == 0
                ? x
                : (const int8_t *)line->from[1 - k] + row * line->pitch[1 - k];
        for (int8_t *to = out; to < out + n;) {
            int32_t sum = *y++ * unit + base;
            *to++ = m7_apply(sum + common(*x++, &o), scale);
        }
        m7_clamp(out, n, range);
        out += line->out_pitch;
    }
}

static void add_numbers(const nn_binary_line *line, int32_t sign, int8_t *out,
        uint32_t n) {
    const nn_multiplier *in = line->params->in;
    nn_multiplier m = line->params->out;
    int32_t shift = -m.shift;
    addition a = {
            .in = {operand_of(line, 0, 2), operand_of(line, 1, 2 * sign)},
            .all = {line->out_zero_point, INT8_MIN, INT8_MAX},
            .out = m,
            .simple = line->step[1] == 0 || !is_half(in[0]),
    };
    const operand *o = &a.in[a.simple];
    bool one = line->step[a.simple] == 0;
    if (shift <= 0 || shift > NN_SCALE_MAX_SHIFT ||
            line->step[1 - a.simple] == 0 || !(one || is_half(in[a.simple]))) {
        m7_fours_run(line, add_any, &a, out, n);
        return;
    }
    a.scale = (nn_scale){m.value,
            (1 << (shift - 1)) + line->out_zero_point * (1 << shift), shift};
    a.unit = one ? 0 : o->sign * (1 << (NN_ADD_HEADROOM - 1));
    a.base = one ? common(*(const int8_t *)line->from[a.simple], o)
                 : -o->sign * (o->zero / 4);
    add_scaled(line, &a, out, n);
}

void nn_add_int8(const nn_binary_line *line, void *out, uint32_t n) {
    if (!add_equal(line, out, n)) {
        add_numbers(line, 1, out, n);
    }
}

void nn_sub_int8(const nn_binary_line *line, void *out, uint32_t n) {
    add_numbers(line, -1, out, n);
}
