// SPDX-License-Identifier: MIT
// TRANSPOSE_CONV in plain C: each output pixel gathers the image pixels that
// reach it.

#include "nn/kernels/conv.h"
#include "nn/kernels/dot.h"
#include "nn/kernels/image_rows.h"
#include "nn/ops/weights.h"

// Along one axis: image pixels from, from - 1, … reach the output position
// with taps first, first + stride, …; count of them.
typedef struct reach {
    int32_t first, from, count;
} reach;

static reach reach_of(int32_t position, int32_t pad, int32_t stride,
        int32_t kernel, int32_t size) {
    reach r;
    int32_t at = position + pad;
    r.first = at % stride;
    r.from = at / stride;
    if (r.from >= size) { // the image's end was cropped by the padding
        int32_t skip = r.from - (size - 1);
        r.first += skip * stride;
        r.from = size - 1;
    }
    r.count = r.first >= kernel ? 0 : (kernel - r.first - 1) / stride + 1;
    r.count = nn_min_i32(r.count, r.from + 1);
    return r;
}

// What stays the same while one output row is computed.
typedef struct conv {
    const nn_window *window;
    const uint8_t *image;
    const uint32_t *rows; // where the image row of each reach begins
    reach down;
    const int8_t *filter;
    const int32_t *bias;
    const nn_multiplier *multipliers;
    uint32_t channels;
    uint32_t out_channels;
    int32_t zero_point;
    nn_target target;
} conv;

static uint32_t sum_taps(const conv *c, reach across, uint32_t out) {
    const nn_window *w = c->window;
    uint32_t sum = c->bias == NULL ? 0 : (uint32_t)c->bias[out];
    for (int32_t i = 0; i < c->down.count; i++) {
        const int8_t *row = (const int8_t *)c->image + c->rows[i];
        int32_t tap = c->down.first + i * w->stride_h;
        size_t filter_row = (size_t)out * (uint32_t)w->kernel_h + (size_t)tap;
        for (int32_t j = 0; j < across.count; j++) {
            size_t column = filter_row * (uint32_t)w->kernel_w +
                    (size_t)(across.first + j * w->stride_w);
            nn_dot(row + (size_t)(across.from - j) * c->channels,
                    c->filter + column * c->channels, c->channels,
                    c->zero_point, &sum);
        }
    }
    return sum;
}

static void run_row(const conv *c, int32_t in_w, int32_t out_w, int8_t *out) {
    const nn_window *w = c->window;
    for (int32_t x = 0; x < out_w; x++) {
        reach across = reach_of(x, w->pad_left, w->stride_w, w->kernel_w, in_w);
        for (uint32_t o = 0; o < c->out_channels; o++) {
            out[o] = nn_target_int8(c->target, (int32_t)sum_taps(c, across, o),
                    c->multipliers[o]);
        }
        out += c->out_channels;
    }
}

void nn_transpose_conv_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *filter = nn_op_given(call->graph, call->op, 1);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 2);
    const nn_tensor *out = nn_call_output(call, 0);
    const nn_window *w = &p->window;
    uint32_t out_channels = (uint32_t)out->dim[3];
    nn_multiplier *multipliers = call->scratch;
    uint32_t *rows = (uint32_t *)(void *)(multipliers + out_channels);
    nn_channel_multipliers(in, filter, out, out_channels, multipliers);
    conv c = {
            .window = w,
            .image = call->in[2].data,
            .rows = rows,
            .filter = filter->data,
            .bias = nn_bias_data(call->graph, call->op, 3),
            .multipliers = multipliers,
            .channels = (uint32_t)in->dim[3],
            .out_channels = out_channels,
            .zero_point = in->zero_point,
            .target = {out->zero_point, p->low, p->high},
    };
    for (uint32_t row = first; row < end; row++) {
        uint32_t batch = row / (uint32_t)out->dim[1];
        int32_t y = (int32_t)(row % (uint32_t)out->dim[1]);
        c.down = reach_of(y, w->pad_top, w->stride_h, w->kernel_h, in->dim[1]);
        for (int32_t i = 0; i < c.down.count; i++) {
            rows[i] = nn_image_row(call, &call->in[2], in,
                    batch * (uint32_t)in->dim[1] + (uint32_t)(c.down.from - i));
        }
        uint32_t at = nn_image_row(call, &call->out[0], out, row);
        run_row(&c, in->dim[2], out->dim[2], (int8_t *)call->out[0].data + at);
    }
}
