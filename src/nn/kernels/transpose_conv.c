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
    const nn_tensor *in, *filter;
    const int8_t *image;
    const uint32_t *rows; // where the image row of each reach begins
    reach down;
    int32_t channels;
} conv;

// Without the bias; it wraps like all sums.
static uint32_t sum_taps(const conv *c, const reach *across, int32_t out) {
    const nn_window *w = c->window;
    uint32_t sum = 0;
    for (int32_t i = 0; i < c->down.count; i++) {
        int32_t tap = out * w->kernel_h + c->down.first + i * w->stride_h;
        for (int32_t j = 0; j < across->count; j++) {
            const int8_t *x =
                    c->image + c->rows[i] + (across->from - j) * c->channels;
            int32_t column =
                    tap * w->kernel_w + across->first + j * w->stride_w;
            const int8_t *weight = (const int8_t *)c->filter->data +
                    (size_t)column * (uint32_t)c->channels;
            sum += nn_dot_row(x, weight, (uint32_t)c->channels,
                    c->in->zero_point);
        }
    }
    return sum;
}

void nn_transpose_conv_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_window *w = &p->window;
    const nn_tensor *in = nn_op_given(call->graph, call->op, 2);
    const nn_tensor *out = nn_call_output(call, 0);
    const int32_t *bias = nn_bias_data(call->graph, call->op, 3);
    int32_t out_channels = out->dim[3];
    nn_multiplier *multipliers = call->scratch;
    uint32_t *rows = (uint32_t *)(void *)(multipliers + out_channels);
    const nn_target target = {out->zero_point, p->low, p->high};
    conv c = {
            .window = w,
            .in = in,
            .filter = nn_op_given(call->graph, call->op, 1),
            .image = (const int8_t *)call->in[2].data,
            .rows = rows,
            .channels = in->dim[3],
    };
    nn_channel_multipliers(in, c.filter, out, (uint32_t)out_channels,
            multipliers);
    for (uint32_t row = first; row < end; row++) {
        int32_t y = (int32_t)(row % (uint32_t)out->dim[1]);
        int8_t *to = nn_image_out(call, row);
        c.down = reach_of(y, w->pad_top, w->stride_h, w->kernel_h, in->dim[1]);
        for (int32_t i = 0; i < c.down.count; i++) {
            rows[i] = nn_image_in(call, 2, row, (uint32_t)(c.down.from - i));
        }
        for (int32_t x = 0; x < out->dim[2]; x++) {
            const reach across = reach_of(x, w->pad_left, w->stride_w,
                    w->kernel_w, in->dim[2]);
            for (int32_t o = 0; o < out_channels; o++) {
                uint32_t sum = sum_taps(&c, &across, o);
                sum += bias == NULL ? 0 : (uint32_t)bias[o];
                *to++ = nn_target_number(&target, (int32_t)sum,
                        &multipliers[o]);
            }
        }
    }
}
