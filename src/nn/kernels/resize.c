// SPDX-License-Identifier: MIT
// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR in plain C.

#include "nn/kernels/resize.h"

#include <string.h>

#include "nn/fixed.h"
#include "nn/kernels/image_rows.h"

// In float, step by step as TFLite does: the choice of a pixel hangs on how
// each step rounds.
int32_t nn_resize_nearest(const nn_resize_params *params, int32_t in,
        int32_t out, int32_t place) {
    float scale = params->align_corners && out > 1
            ? (float)(in - 1) / (float)(out - 1)
            : (float)in / (float)out;
    float offset = params->half_pixel_centers ? 0.5F : 0.0F;
    float at = ((float)place + offset) * scale;
    int32_t nearest = (int32_t)at;
    if (params->align_corners && at - (float)nearest >= 0.5F) {
        nearest++;
    }
    return nn_min_i32(nearest, in - 1);
}

// Fixed point with 10 bits of fraction.
nn_resize_between nn_resize_bilinear(const nn_resize_params *params, int32_t in,
        int32_t out, int32_t place) {
    int32_t from = in;
    int32_t to = out;
    if (params->align_corners && out > 1) {
        from = in - 1;
        to = out - 1;
    }
    int32_t scale = (NN_RESIZE_ONE * from + to / 2) / to;
    int32_t at = place * scale;
    if (params->half_pixel_centers) {
        at += scale / 2 - NN_RESIZE_ONE / 2;
    }
    int32_t first = at < 0 ? 0 : at / NN_RESIZE_ONE;
    int32_t second = (at + NN_RESIZE_ONE - 1) / NN_RESIZE_ONE;
    // scale is rounded: far behind, first can pass the last pixel
    return (nn_resize_between){
            .first = nn_min_i32(first, in - 1),
            .second = nn_min_i32(second, in - 1),
            .share = at - first * NN_RESIZE_ONE,
    };
}

static const int8_t *input_row(const nn_call *call, uint32_t row, int32_t y) {
    return (const int8_t *)call->in[0].data +
            nn_image_in(call, 0, row, (uint32_t)y);
}

void nn_resize_nearest_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_resize_params *p = NN_PARAMS(call->op, const nn_resize_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    size_t pixel = (size_t)nn_type_bytes(in->type) * (uint32_t)in->dim[3];
    for (uint32_t row = first; row < end; row++) {
        int32_t y = (int32_t)(row % (uint32_t)out->dim[1]);
        int32_t near = nn_resize_nearest(p, in->dim[1], out->dim[1], y);
        const int8_t *from = input_row(call, row, near);
        int8_t *to = nn_image_out(call, row);
        for (int32_t x = 0; x < out->dim[2]; x++, to += pixel) {
            near = nn_resize_nearest(p, in->dim[2], out->dim[2], x);
            memcpy(to, from + (size_t)(uint32_t)near * pixel, pixel);
        }
    }
}

// The four neighbours of an output pixel and their shares, which sum up to
// NN_RESIZE_ONE squared.
typedef struct corners {
    const int8_t *above, *below; // the left ones
    size_t across;               // from there to the right ones
    int32_t share[4];
} corners;

// Not inline, for registers.
static __attribute__((noinline)) void blend(const corners *of,
        uint32_t channels, int8_t *out) {
    const int32_t half = 1 << (2 * NN_RESIZE_BITS - 1);
    const corners c = *of;
    const int8_t *a = c.above;
    const int8_t *b = c.below;
    const int8_t *end = out + channels;
    do {
        int32_t sum = a[0] * c.share[0] + a[c.across] * c.share[1] +
                b[0] * c.share[2] + b[c.across] * c.share[3];
        // to the nearest, ties away from zero
        sum += half + (sum >> 31);
        *out++ = (int8_t)(sum >> 2 * NN_RESIZE_BITS);
        a++;
        b++;
    } while (out != end);
}

void nn_resize_bilinear_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_resize_params *p = NN_PARAMS(call->op, const nn_resize_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    uint32_t channels = (uint32_t)in->dim[3];
    for (uint32_t row = first; row < end; row++) {
        int32_t y = (int32_t)(row % (uint32_t)out->dim[1]);
        nn_resize_between v = nn_resize_bilinear(p, in->dim[1], out->dim[1], y);
        const int8_t *above = input_row(call, row, v.first);
        const int8_t *below = input_row(call, row, v.second);
        int8_t *to = nn_image_out(call, row);
        for (int32_t x = 0; x < out->dim[2]; x++, to += channels) {
            nn_resize_between h =
                    nn_resize_bilinear(p, in->dim[2], out->dim[2], x);
            size_t left = (size_t)(uint32_t)h.first * channels;
            int32_t up = NN_RESIZE_ONE - v.share;
            corners c = {
                    .above = above + left,
                    .below = below + left,
                    .across = (size_t)(uint32_t)(h.second - h.first) * channels,
                    .share = {up * (NN_RESIZE_ONE - h.share), up * h.share,
                            v.share * (NN_RESIZE_ONE - h.share),
                            v.share * h.share},
            };
            blend(&c, channels, to);
        }
    }
}
