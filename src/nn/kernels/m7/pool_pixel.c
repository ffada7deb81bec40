// SPDX-License-Identifier: MIT
// A pixel of pooling, four channels at a time. The last four may overlap those
// before them: they come out the same again.

#include "nn/kernels/pool_pixel.h"

#include "nn/kernels/m7/lanes.h"
#include "nn/kernels/m7/scale.h"

// The largest of four pixels, which may be the same.
static void max_of(const int8_t *const x[4], uint32_t n, int8_t *out) {
    const int8_t *a = x[0];
    const int8_t *b = x[1];
    const int8_t *c = x[2];
    const int8_t *d = x[3];
    if (n < 4) {
        for (uint32_t i = 0; i < n; i++) {
            int32_t ab = nn_max_i32(a[i], b[i]);
            out[i] = (int8_t)nn_max_i32(ab, nn_max_i32(c[i], d[i]));
        }
        return;
    }
    for (uint32_t i = 0; i < n; i += 4) {
        i = i + 4 > n ? n - 4 : i;
        uint32_t ab = m7_max(m7_load(a + i), m7_load(b + i));
        uint32_t cd = m7_max(m7_load(c + i), m7_load(d + i));
        m7_store(out + i, m7_max(ab, cd));
    }
}

void nn_max_pool_pixel(const nn_pool_area *a, int8_t *out) {
    const int8_t *x[4];
    uint32_t count = 0;
    for (int32_t i = a->down.first; i < a->down.end; i++) {
        for (int32_t j = a->across.first; j < a->across.end; j++) {
            if (count == 4) {
                max_of(x, a->channels, out);
                x[0] = out;
                count = 1;
            }
            x[count++] = nn_pool_tap(a, i, j);
        }
    }
    for (; count < 4; count++) {
        x[count] = x[0];
    }
    max_of(x, a->channels, out);
    m7_clamp(out, a->channels, (nn_target){0, a->low, a->high});
}

// So many numbers are sure to fit a half of a word.
enum { HALF_TAPS = 255 };

// Adds four channels of width pixels of some rows, HALF_TAPS in all at most.
static __attribute__((noinline)) void add_block(const int8_t *x,
        const uint32_t *row, const uint32_t *end, uint32_t width,
        uint32_t channels, int32_t sum[4]) {
    uint32_t even = 0;
    uint32_t odd = 0;
    do {
        const int8_t *from = x + *row++;
        uint32_t left = width;
        do {
            uint32_t word = m7_load(from);
            from += channels;
            even = m7_sxtab16(even, word);
            odd = m7_sxtab16_odd(odd, word);
        } while (--left > 0);
    } while (row != end);
    sum[0] += (int16_t)even;
    sum[1] += (int16_t)odd;
    sum[2] += (int16_t)(even >> 16);
    sum[3] += (int16_t)(odd >> 16);
}

// Any number of pixels, in blocks.
static __attribute__((noinline)) void add_blocks(const int8_t *x,
        const uint32_t *first, const uint32_t *end, uint32_t width,
        uint32_t channels, int32_t sum[4]) {
    while (width > 0) {
        uint32_t run = width < HALF_TAPS ? width : HALF_TAPS;
        const uint32_t *row = first;
        while (row != end) {
            uint32_t rows = (uint32_t)(end - row);
            rows = rows < HALF_TAPS / run ? rows : HALF_TAPS / run;
            add_block(x, row, row + rows, run, channels, sum);
            row += rows;
        }
        x += (size_t)run * channels;
        width -= run;
    }
}

// The same where the image has fewer channels.
static void sum_few(const nn_pool_area *a, int32_t sum[4]) {
    for (int32_t i = a->down.first; i < a->down.end; i++) {
        const int8_t *x = nn_pool_tap(a, i, a->across.first);
        for (int32_t j = a->across.first; j < a->across.end; j++) {
            for (uint32_t c = 0; c < a->channels; c++) {
                sum[c] += *x++;
            }
        }
    }
}

// sum / n to the nearest, ties away from zero where n is even.
static inline int8_t mean(int32_t sum, uint32_t n) {
    int32_t sign = sum >> 31;
    uint32_t size = (uint32_t)((sum ^ sign) - sign) + n / 2;
    return (int8_t)(((int32_t)(size / n) ^ sign) - sign);
}

void nn_average_pool_pixel(const nn_pool_area *a, int8_t *out) {
    uint32_t width = (uint32_t)(a->across.end - a->across.first);
    uint32_t n = (uint32_t)(a->down.end - a->down.first) * width;
    uint32_t lanes = a->channels < 4 ? a->channels : 4;
    const int8_t *x = a->image +
            (size_t)(uint32_t)(a->left + a->across.first) * a->channels;
    const uint32_t *first = a->rows + a->down.first;
    const uint32_t *end = a->rows + a->down.end;
    for (uint32_t c = 0; c < a->channels; c += 4) {
        int32_t sum[4] = {0, 0, 0, 0};
        c = c + lanes > a->channels ? a->channels - lanes : c;
        if (lanes < 4) {
            sum_few(a, sum);
        } else if (n <= HALF_TAPS) {
            add_block(x + c, first, end, width, a->channels, sum);
        } else {
            add_blocks(x + c, first, end, width, a->channels, sum);
        }
        for (uint32_t k = 0; k < lanes; k++) {
            out[c + k] = mean(sum[k], n);
        }
    }
    m7_clamp(out, a->channels, (nn_target){0, a->low, a->high});
}
