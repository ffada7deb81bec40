// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D in plain C: a block of channels at a time.

#include "nn/kernels/conv.h"
#include "nn/kernels/dot.h"
#include "nn/kernels/image_rows.h"
#include "nn/ops/weights.h"

// What stays the same while one output row is computed.
typedef struct conv {
    const nn_window *window;
    const uint8_t *image;
    const uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    const int8_t *filter;
    const int32_t *bias;
    const nn_multiplier *multipliers;
    uint32_t channels;
    uint32_t out_channels;
    uint32_t multiplier; // output channels of one image channel
    int32_t zero_point;  // of the image
    nn_target target;
} conv;

// One tap. Without a multiplier every output channel has an x of its own, with
// one the whole block shares x[0]. Unsigned: a hostile model's sums may wrap.
static void add_tap(const int8_t *x, bool shared, const int8_t *w, uint32_t n,
        int32_t zero_point, uint32_t *sum) {
    int16_t zero = (int16_t)zero_point;
    if (shared) {
        int16_t v = nn_centred(x[0], zero);
        for (uint32_t i = 0; i < n; i++) {
            sum[i] += (uint32_t)(v * w[i]);
        }
        return;
    }
    if (n == NN_CHANNEL_BLOCK) { // a constant count becomes vector code
        for (uint32_t i = 0; i < NN_CHANNEL_BLOCK; i++) {
            sum[i] += (uint32_t)(nn_centred(x[i], zero) * w[i]);
        }
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        sum[i] += (uint32_t)(nn_centred(x[i], zero) * w[i]);
    }
}

static void sum_taps(const conv *c, int32_t left, nn_taps across, uint32_t out,
        uint32_t n, uint32_t *sum) {
    const nn_window *window = c->window;
    bool shared = c->multiplier != 1;
    uint32_t channel = shared ? out / c->multiplier : out;
    for (int32_t i = c->down.first; i < c->down.end; i++) {
        const int8_t *row = (const int8_t *)c->image + c->rows[i] + channel;
        size_t tap = (size_t)i * (uint32_t)window->kernel_w;
        for (int32_t j = across.first; j < across.end; j++) {
            size_t x = (uint32_t)(left + j * window->dilation_w);
            add_tap(row + x * c->channels, shared,
                    c->filter + (tap + (uint32_t)j) * c->out_channels + out, n,
                    c->zero_point, sum);
        }
    }
}

static void run_pixel(const conv *c, int32_t left, nn_taps across,
        int8_t *out) {
    uint32_t n;
    for (uint32_t o = 0; o < c->out_channels; o += n) {
        // a block does not cross from one image channel to the next
        n = c->multiplier == 1 ? c->out_channels - o
                               : c->multiplier - o % c->multiplier;
        n = n < NN_CHANNEL_BLOCK ? n : NN_CHANNEL_BLOCK;
        uint32_t sum[NN_CHANNEL_BLOCK] = {0};
        if (c->bias != NULL) {
            for (uint32_t i = 0; i < n; i++) {
                sum[i] = (uint32_t)c->bias[o + i];
            }
        }
        sum_taps(c, left, across, o, n, sum);
        for (uint32_t i = 0; i < n; i++) {
            out[o + i] = nn_target_int8(c->target, (int32_t)sum[i],
                    c->multipliers[o + i]);
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

void nn_depthwise_conv_2d_run(const nn_call *call, uint32_t first,
        uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *filter = nn_op_given(call->graph, call->op, 1);
    const nn_tensor *out = nn_call_output(call, 0);
    uint32_t channels = (uint32_t)in->dim[3];
    uint32_t out_channels = (uint32_t)out->dim[3];
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
            .out_channels = out_channels,
            .multiplier = out_channels / channels,
            .zero_point = in->zero_point,
            .target = {out->zero_point, p->low, p->high},
    };
    for (uint32_t row = first; row < end; row++) {
        c.down = nn_image_taps(call, 0, &p->window, row, rows);
        uint32_t at = nn_image_row(call, &call->out[0], out, row);
        run_row(&c, in->dim[2], out->dim[2], (int8_t *)call->out[0].data + at);
    }
}
