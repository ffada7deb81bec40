// SPDX-License-Identifier: MIT
// A pixel of pooling in plain C: a block of channels at a time.

#include "nn/kernels/pool_pixel.h"

#include "nn/fixed.h"
#include "nn/kernels/channels.h"
#include "nn/kernels/pool.h"

static void max_block(const nn_pool_area *a, uint32_t channel, uint32_t n,
        int8_t *out) {
    int8_t most[NN_CHANNEL_BLOCK];
    for (uint32_t c = 0; c < NN_CHANNEL_BLOCK; c++) {
        most[c] = INT8_MIN;
    }
    for (int32_t i = a->down.first; i < a->down.end; i++) {
        for (int32_t j = a->across.first; j < a->across.end; j++) {
            const int8_t *x = nn_pool_tap(a, i, j) + channel;
            for (uint32_t c = 0; c < n; c++) {
                most[c] = x[c] > most[c] ? x[c] : most[c];
            }
        }
    }
    for (uint32_t c = 0; c < n; c++) {
        out[channel + c] = (int8_t)nn_clamp_i32(most[c], a->low, a->high);
    }
}

void nn_max_pool_pixel(const nn_pool_area *a, int8_t *out) {
    for (uint32_t c = 0; c < a->channels; c += NN_CHANNEL_BLOCK) {
        uint32_t rest = a->channels - c;
        max_block(a, c, rest < NN_CHANNEL_BLOCK ? rest : NN_CHANNEL_BLOCK, out);
    }
}

// A division by n as a multiplication: exact for up to 129 * n and
// n <= NN_POOL_MAX_PIXELS, since the error of factor stays below
// 129 * n / 2^shift < 1 / n.
typedef struct divisor {
    uint32_t n, shift;
    uint64_t factor;
} divisor;

static divisor divisor_of(uint32_t n) {
    divisor d = {.n = n, .shift = 31};
    while (n >> (d.shift - 31) > 1) {
        d.shift++;
    }
    d.factor = ((uint64_t)1 << d.shift) / n + 1;
    return d;
}

// sum / n to the nearest, ties away from zero where n is even.
static int32_t divide(int32_t sum, divisor d) {
    uint32_t size = (uint32_t)(sum < 0 ? -sum : sum) + d.n / 2;
    int32_t result = (int32_t)(size * d.factor >> d.shift);
    return sum < 0 ? -result : result;
}

static void average_block(const nn_pool_area *a, divisor d, uint32_t channel,
        uint32_t n, int8_t *out) {
    int32_t sum[NN_CHANNEL_BLOCK] = {0};
    for (int32_t i = a->down.first; i < a->down.end; i++) {
        for (int32_t j = a->across.first; j < a->across.end; j++) {
            const int8_t *x = nn_pool_tap(a, i, j) + channel;
            for (uint32_t c = 0; c < n; c++) {
                sum[c] += x[c];
            }
        }
    }
    for (uint32_t c = 0; c < n; c++) {
        out[channel + c] =
                (int8_t)nn_clamp_i32(divide(sum[c], d), a->low, a->high);
    }
}

void nn_average_pool_pixel(const nn_pool_area *a, int8_t *out) {
    uint32_t height = (uint32_t)(a->down.end - a->down.first);
    uint32_t width = (uint32_t)(a->across.end - a->across.first);
    divisor d = divisor_of(height * width);
    for (uint32_t c = 0; c < a->channels; c += NN_CHANNEL_BLOCK) {
        uint32_t rest = a->channels - c;
        average_block(a, d, c,
                rest < NN_CHANNEL_BLOCK ? rest : NN_CHANNEL_BLOCK, out);
    }
}
