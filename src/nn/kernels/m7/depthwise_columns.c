// SPDX-License-Identifier: MIT
// Columns of the image for DEPTHWISE_CONV_2D.

#include "nn/kernels/m7/depthwise_columns.h"

#include "nn/kernels/m7/columns.h"
#include "nn/kernels/m7/simd.h"
#include "nn/kernels/records.h"

enum { LANES = NN_DEPTHWISE_LANES };

void m7_block_resize(m7_block *b, uint32_t columns) {
    b->phase = (columns + b->phases - 1) / b->phases;
    b->columns = b->phase * b->phases;
    b->singles = b->words +
            (size_t)(b->window->kernel_h / 2) * b->lanes * b->columns;
}

static void clear(const m7_block *b, uint32_t from, uint32_t end) {
    const uint32_t rows = (uint32_t)b->window->kernel_h;
    const uint32_t single = b->lanes < 2 ? 1 : 2;
    const uint32_t *last = b->singles + rows % 2 * single * b->columns;
    for (; from < end; from++) {
        uint32_t place = m7_block_place(b, from);
        for (uint32_t *word = b->words; word < last; word += b->columns) {
            word[place] = m7_both(b->zero_point);
        }
    }
}

// A row of a few channels, or numbers that stand for zero.
typedef struct source {
    const int8_t *from;
    uint32_t step;
} source;

static source row_of(const m7_block *b, int32_t i, uint32_t channel,
        uint32_t x) {
    if (i >= b->down.first && i < b->down.end) {
        return (source){b->image + b->rows[i] + (size_t)x * b->channels +
                        channel,
                b->phases * b->channels};
    }
    return (source){(const int8_t *)&b->zero, 0};
}

static source skip(source s, uint32_t columns) {
    return (source){s.from + (size_t)columns * s.step, s.step};
}

// Columns of two kernel rows.
static __attribute__((noinline)) void put_pair(const m7_block *b, source first,
        source second, uint32_t n, uint32_t *to) {
    for (uint32_t k = 0; k < b->lanes; k++, to += b->columns) {
        const int8_t *x = first.from + k;
        const int8_t *y = second.from + k;
        for (uint32_t *next = to; next < to + n; next++) {
            *next = m7_lower((uint32_t)*x, (uint32_t)*y);
            x += first.step;
            y += second.step;
        }
    }
}

// Those of an odd last row. The first words are written last, for a lonely
// channel has no second ones.
static __attribute__((noinline)) void put_single(const m7_block *b, source row,
        uint32_t n, uint32_t *to) {
    uint32_t lanes = b->lanes;
    uint32_t *other = to + (lanes > 1 ? b->columns : 0);
    for (const int8_t *x = row.from; n > 0; n--, x += row.step) {
        uint32_t third = lanes > 2 ? (uint32_t)x[2] : 0;
        uint32_t fourth = lanes > 3 ? (uint32_t)x[3] : 0;
        *other++ = m7_lower((uint32_t)x[lanes > 1], fourth);
        *to++ = m7_lower((uint32_t)x[0], third);
    }
}

// Of an image with one channel, four columns at a time.
static void put_lonely(source first, source second, const uint32_t *end,
        uint32_t *to) {
    const int8_t *x = first.from;
    const int8_t *y = second.from;
    for (; to < end; to += 4) {
        uint32_t lower = m7_lower(m7_load(x), m7_load(y));
        uint32_t upper = m7_upper(m7_load(x), m7_load(y));
        to[0] = m7_sxtb16(lower);
        to[1] = m7_sxtb16_odd(lower);
        to[2] = m7_sxtb16(upper);
        to[3] = m7_sxtb16_odd(upper);
        x += 4 * first.step;
        y += 4 * second.step;
    }
}

// How many of n columns can be packed in larger pieces. Where the image has two
// or three channels, four are packed nonetheless, but for the last column,
// behind which nothing may lie: words of channels that are not there are
// written over, and halves multiplied by zero.
static uint32_t fast_of(const m7_block *b, uint32_t n) {
    if (b->lanes == 1) {
        return b->phases == 1 ? n & ~3U : 0;
    }
    return (b->lanes < LANES ? n - 1 : n) & ~1U;
}

static void pack_pair(const m7_block *b, source first, source second,
        uint32_t n, uint32_t *to) {
    const size_t pitch = b->columns;
    uint32_t fast = fast_of(b, n);
    if (b->lanes == 1) {
        put_lonely(first, second, to + fast, to);
    } else if (fast > 0) {
        m7_columns_pairs(&(m7_columns){first.from, second.from, first.step,
                second.step, {to, to + pitch, to + 2 * pitch, to + 3 * pitch},
                to + fast});
    }
    if (fast < n) {
        put_pair(b, skip(first, fast), skip(second, fast), n - fast, to + fast);
    }
}

static void pack_single(const m7_block *b, source row, uint32_t n,
        uint32_t *to) {
    uint32_t fast = fast_of(b, n);
    if (b->lanes == 1) {
        put_lonely(row, row, to + fast, to);
    } else if (fast > 0) {
        m7_columns_singles(&(m7_columns){row.from, NULL, row.step, 0,
                {to, to + b->columns}, to + fast});
    }
    if (fast < n) {
        put_single(b, skip(row, fast), n - fast, to + fast);
    }
}

static void put_last_three(const m7_block *b, const m7_columns_rows *rows) {
    source s[3];
    for (uint32_t i = 0; i < 3; i++) {
        s[i] = skip((source){rows->row[i], rows->step[i]}, b->inside - 1);
    }
    put_pair(b, s[0], s[1], 1, rows->end);
    put_single(b, s[2], 1, b->singles + (rows->end - b->words));
}

// Three rows, for m7_columns_3x3().
static void look_at_three(m7_block *b) {
    // one column more makes them even in number, if it is there
    b->inside += b->inside % 2 != 0 && b->x + b->inside < b->width &&
            b->begin + b->inside < b->columns;
    for (int32_t i = 0; i < 3; i++) {
        source s = row_of(b, i, 0, b->x);
        b->first.row[i] = s.from;
        b->first.step[i] = s.step;
    }
    b->first.to = b->words + b->begin;
    b->first.end = b->first.to + (b->inside & ~1U);
}

static void pack_three(const m7_block *b, uint32_t channel) {
    m7_columns_rows rows = b->first;
    for (uint32_t i = 0; i < 3; i++) {
        rows.row[i] += rows.step[i] != 0 ? channel : 0;
    }
    if (rows.to < rows.end) {
        m7_columns_3x3(&rows);
    }
    if (b->inside % 2 != 0) {
        put_last_three(b, &rows);
    }
}

// Columns of one phase, n from column x of the image on.
static void pack_phase(const m7_block *b, uint32_t channel, uint32_t x,
        uint32_t n, uint32_t *to) {
    int32_t rows = b->window->kernel_h;
    for (int32_t i = 0; i < rows; i += 2) {
        source row = row_of(b, i, channel, x);
        if (i + 1 < rows) {
            pack_pair(b, row, row_of(b, i + 1, channel, x), n, to);
            to += (size_t)b->lanes * b->columns;
        } else {
            pack_single(b, row, n, to);
        }
    }
}

void m7_block_pack(const m7_block *b, uint32_t channel) {
    if (b->three) {
        pack_three(b, channel);
        return;
    }
    for (uint32_t k = 0; k < b->phases && k < b->inside; k++) {
        pack_phase(b, channel, b->x + k,
                (b->inside - k + b->phases - 1) / b->phases,
                b->words + m7_block_place(b, b->begin + k));
    }
}

void m7_block_look(m7_block *b, int32_t left, uint32_t count) {
    int32_t columns = (int32_t)count;
    int32_t begin = nn_clamp_i32(-left, 0, columns);
    int32_t end = nn_clamp_i32((int32_t)b->width - left, begin, columns);
    b->begin = (uint32_t)begin;
    b->inside = (uint32_t)(end - begin);
    b->x = b->inside > 0 ? (uint32_t)(left + begin) : 0;
    clear(b, 0, b->begin);
    clear(b, (uint32_t)end, count);
    if (b->three) {
        look_at_three(b);
    }
}
