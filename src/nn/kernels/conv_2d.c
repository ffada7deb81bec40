// SPDX-License-Identifier: MIT
// CONV_2D in plain C: four output channels share each look at the image.

#include "nn/kernels/conv.h"
#include "nn/kernels/dot.h"
#include "nn/kernels/image_rows.h"
#include "nn/ops/weights.h"

enum { LANES = 4 };

// What stays the same while one output row is computed.
typedef struct conv {
    const nn_window *window;
    const uint8_t *image;
    const uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    const int8_t *filter;
    const int32_t *bias;
    const nn_multiplier *multipliers;
    uint32_t channels;  // of the image
    uint32_t group_in;  // channels that one filter reads
    uint32_t group_out; // filters that read the same channels
    uint32_t out_channels;
    int32_t zero_point; // of the image
    nn_target target;
} conv;

// Adds to sum[] what n numbers give with each of the filters w, w + step, ….
static void dot(const int8_t *x, const int8_t *w, size_t step, uint32_t n,
        int32_t zero_point, uint32_t lanes, uint32_t *sum) {
    if (lanes == LANES) {
        nn_dot_4(x, w, step, n, zero_point, sum);
        return;
    }
    for (uint32_t lane = 0; lane < lanes; lane++) {
        nn_dot(x, w + lane * step, n, zero_point, &sum[lane]);
    }
}

// The sums of a pixel for `lanes` filters from filter `out` on. across are
// the kernel's columns inside the image, left is where its first one stands.
static void sum_taps(const conv *c, int32_t left, nn_taps across, uint32_t out,
        uint32_t lanes, uint32_t *sum) {
    const nn_window *window = c->window;
    size_t kernel_row = (size_t)window->kernel_w * c->group_in;
    size_t step = kernel_row * (uint32_t)window->kernel_h;
    uint32_t group = out / c->group_out;
    // neighbouring taps are neighbours in memory when nothing lies between
    int32_t run = window->dilation_w == 1 && c->group_in == c->channels
            ? across.end - across.first
            : 1;
    for (int32_t i = c->down.first; i < c->down.end; i++) {
        const int8_t *row = (const int8_t *)c->image + c->rows[i];
        const int8_t *w = c->filter + out * step + (size_t)i * kernel_row;
        for (int32_t j = across.first; j < across.end; j += run) {
            size_t x = (uint32_t)(left + j * window->dilation_w);
            dot(row + x * c->channels + group * c->group_in,
                    w + (size_t)j * c->group_in, step,
                    (uint32_t)run * c->group_in, c->zero_point, lanes, sum);
        }
    }
}

static void run_pixel(const conv *c, int32_t left, nn_taps across,
        int8_t *out) {
    uint32_t lanes;
    for (uint32_t o = 0; o < c->out_channels; o += lanes) {
        uint32_t rest = c->group_out - o % c->group_out;
        lanes = rest < LANES ? rest : LANES;
        uint32_t sum[LANES] = {0};
        if (c->bias != NULL) {
            for (uint32_t lane = 0; lane < lanes; lane++) {
                sum[lane] = (uint32_t)c->bias[o + lane];
            }
        }
        sum_taps(c, left, across, o, lanes, sum);
        for (uint32_t lane = 0; lane < lanes; lane++) {
            out[o + lane] = nn_target_int8(c->target, (int32_t)sum[lane],
                    c->multipliers[o + lane]);
        }
    }
}

static void run_row(const conv *c, int32_t in_w, int32_t out_w, int8_t *out) {
    const nn_window *window = c->window;
    for (int32_t x = 0; x < out_w; x++) {
        int32_t left = x * window->stride_w - window->pad_left;
        nn_taps across = nn_taps_inside(left, window->dilation_w,
                window->kernel_w, in_w);
        run_pixel(c, left, across, out);
        out += c->out_channels;
    }
}

void nn_conv_2d_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *filter = nn_op_given(call->graph, call->op, 1);
    const nn_tensor *out = nn_call_output(call, 0);
    uint32_t channels = (uint32_t)in->dim[3];
    uint32_t out_channels = (uint32_t)out->dim[3];
    uint32_t group_in = (uint32_t)filter->dim[3];
    nn_multiplier *multipliers = call->scratch;
    uint32_t *rows = (uint32_t *)(void *)(multipliers + out_channels);
    nn_channel_multipliers(in, filter, out, out_channels, multipliers);
    conv c = {
            .window = &p->window,
            .image = call->in[0].data,
            .rows = rows,
            .filter = filter->data,
            .bias = nn_bias_data(call->graph, call->op, 2),
            .multipliers = multipliers,
            .channels = channels,
            .group_in = group_in,
            .group_out = out_channels / (channels / group_in),
            .out_channels = out_channels,
            .zero_point = in->zero_point,
            .target = {out->zero_point, p->low, p->high},
    };
    for (uint32_t row = first; row < end; row++) {
        c.down = nn_image_taps(call, 0, &p->window, row, rows);
        uint32_t at = nn_image_row(call, &call->out[0], out, row);
        run_row(&c, in->dim[2], out->dim[2], (int8_t *)call->out[0].data + at);
    }
}
