// SPDX-License-Identifier: MIT
// A pixel of pooling, four channels at a time. Of an average the last four may
// overlap those before them: they come out the same again.

#include "nn/kernels/pool_pixel.h"

#include "nn/kernels/m7/lanes.h"
#include "nn/kernels/m7/scale.h"

// The largest of four pixels, which may be the same.
static void max_of(const int8_t *const x[4], uint32_t n, int8_t *out) {
    const int8_t *a = x[0];
    const int8_t *b = x[1];
    const int8_t *c = x[2];
    const int8_t *d = x[3];
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint32_t ab = m7_max(m7_load(a + i), m7_load(b + i));
        uint32_t cd = m7_max(m7_load(c + i), m7_load(d + i));
        m7_store(out + i, m7_max(ab, cd));
    }
    for (; i < n; i++) {
        int32_t ab = nn_max_i32(a[i], b[i]);
        out[i] = (int8_t)nn_max_i32(ab, nn_max_i32(c[i], d[i]));
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

// Sums of four channels; so many numbers are sure to fit halves.
enum { HALF_TAPS = 255 };

typedef struct sums {
    int32_t of[4];
} sums;

static void spill(sums *s, uint32_t even, uint32_t odd) {
    s->of[0] += (int16_t)even;
    s->of[1] += (int16_t)odd;
    s->of[2] += (int16_t)(even >> 16);
    s->of[3] += (int16_t)(odd >> 16);
}

// n: 4, or what there is of fewer.
static sums sum_up(const nn_pool_area *a, uint32_t channel, uint32_t n) {
    sums s = {{0}};
    uint32_t even = 0;
    uint32_t odd = 0;
    uint32_t room = HALF_TAPS;
    for (int32_t i = a->down.first; i < a->down.end; i++) {
        const int8_t *x = nn_pool_tap(a, i, a->across.first) + channel;
        for (int32_t j = a->across.first; j < a->across.end; j++) {
            uint32_t word = n < 4 ? m7_load_some(x, n) : m7_load(x);
            even = m7_sxtab16(even, word);
            odd = m7_sxtab16_odd(odd, word);
            x += a->channels;
            if (--room == 0) {
                spill(&s, even, odd);
                even = 0;
                odd = 0;
                room = HALF_TAPS;
            }
        }
    }
    spill(&s, even, odd);
    return s;
}

// sum / n to the nearest, ties away from zero where n is even.
static int8_t mean(const nn_pool_area *a, int32_t sum, uint32_t n) {
    uint32_t size = (uint32_t)(sum < 0 ? -sum : sum) + n / 2;
    int32_t result = (int32_t)(size / n);
    return (int8_t)nn_clamp_i32(sum < 0 ? -result : result, a->low, a->high);
}

void nn_average_pool_pixel(const nn_pool_area *a, int8_t *out) {
    uint32_t n = (uint32_t)(a->down.end - a->down.first) *
            (uint32_t)(a->across.end - a->across.first);
    uint32_t lanes = a->channels < 4 ? a->channels : 4;
    for (uint32_t c = 0; c < a->channels; c += 4) {
        c = c + lanes > a->channels ? a->channels - lanes : c;
        sums s = sum_up(a, c, lanes);
        for (uint32_t k = 0; k < lanes; k++) {
            out[c + k] = mean(a, s.of[k], n);
        }
    }
}
