// SPDX-License-Identifier: MIT
// Pooling in plain C: a block of channels at a time.

#include "nn/kernels/pool.h"

#include "nn/fixed.h"
#include "nn/kernels/channels.h"
#include "nn/kernels/image_rows.h"

// One output pixel's window: the image pixels that lie inside it.
typedef struct area {
    const int8_t *image;
    const uint32_t *rows; // for each window row inside: where it begins
    nn_taps down, across;
    int32_t left; // column of tap 0
    uint32_t channels;
    int32_t low, high; // what results are clamped to
} area;

typedef void pool_pixel(const area *a, int8_t *out);

static const int8_t *tap_at(const area *a, int32_t i, int32_t j) {
    return a->image + a->rows[i] +
            (size_t)(uint32_t)(a->left + j) * a->channels;
}

static void max_block(const area *a, uint32_t channel, uint32_t n,
        int8_t *out) {
    int8_t most[NN_CHANNEL_BLOCK];
    for (uint32_t c = 0; c < NN_CHANNEL_BLOCK; c++) {
        most[c] = INT8_MIN;
    }
    for (int32_t i = a->down.first; i < a->down.end; i++) {
        for (int32_t j = a->across.first; j < a->across.end; j++) {
            const int8_t *x = tap_at(a, i, j) + channel;
            for (uint32_t c = 0; c < n; c++) {
                most[c] = x[c] > most[c] ? x[c] : most[c];
            }
        }
    }
    for (uint32_t c = 0; c < n; c++) {
        out[channel + c] = (int8_t)nn_clamp_i32(most[c], a->low, a->high);
    }
}

static void max_pixel(const area *a, int8_t *out) {
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

static void average_block(const area *a, divisor d, uint32_t channel,
        uint32_t n, int8_t *out) {
    int32_t sum[NN_CHANNEL_BLOCK] = {0};
    for (int32_t i = a->down.first; i < a->down.end; i++) {
        for (int32_t j = a->across.first; j < a->across.end; j++) {
            const int8_t *x = tap_at(a, i, j) + channel;
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

static void average_pixel(const area *a, int8_t *out) {
    uint32_t height = (uint32_t)(a->down.end - a->down.first);
    uint32_t width = (uint32_t)(a->across.end - a->across.first);
    divisor d = divisor_of(height * width);
    for (uint32_t c = 0; c < a->channels; c += NN_CHANNEL_BLOCK) {
        uint32_t rest = a->channels - c;
        average_block(a, d, c,
                rest < NN_CHANNEL_BLOCK ? rest : NN_CHANNEL_BLOCK, out);
    }
}

static void run_pool(const nn_call *call, uint32_t first, uint32_t end,
        pool_pixel *pixel) {
    const nn_pool_params *p = NN_PARAMS(call->op, const nn_pool_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    const nn_window *w = &p->window;
    area a = {
            .image = (const int8_t *)call->in[0].data,
            .rows = call->scratch,
            .channels = (uint32_t)in->dim[3],
            .low = p->low,
            .high = p->high,
    };
    for (uint32_t row = first; row < end; row++) {
        a.down = nn_image_taps(call, 0, w, row, call->scratch);
        int8_t *to = (int8_t *)call->out[0].data +
                nn_image_row(call, &call->out[0], out, row);
        for (int32_t x = 0; x < out->dim[2]; x++) {
            a.left = x * w->stride_w - w->pad_left;
            a.across = nn_taps_inside(a.left, 1, w->kernel_w, in->dim[2]);
            pixel(&a, to);
            to += a.channels;
        }
    }
}

void nn_max_pool_2d_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_pool(call, first, end, max_pixel);
}

void nn_average_pool_2d_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_pool(call, first, end, average_pixel);
}
