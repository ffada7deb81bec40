// SPDX-License-Identifier: MIT
// RESIZE_BILINEAR in float32.

#include "host/float/float.h"

#include <math.h>

typedef struct resize_params {
    bool align_corners;
    bool half_pixel_centers;
} resize_params;

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    resize_params *params = NN_PARAMS(op, resize_params);
    int32_t size[2];
    uint32_t count = 0;
    int error = nn_constant_ints(loader, 1, 2, size, &count);
    if (error) {
        return error;
    }
    params->align_corners = nn_option_byte(loader, 2, 0);
    params->half_pixel_centers = nn_option_byte(loader, 3, 0);
    const nn_tensor *in = nn_op_given(loader->graph, op, 0);
    if (count != 2 || in->rank != 4 ||
            (params->align_corners && params->half_pixel_centers)) {
        return nn_op_fail(loader, NN_ERR_INVALID,
                "input, size and options do not go together");
    }
    int32_t shape[4] = {in->dim[0], size[0], size[1], in->dim[3]};
    return nn_need_output_shape(loader, 4, shape);
}

// The two pixels of an axis that output pixel i lies between, and how far.
typedef struct between {
    size_t low, high;
    float weight; // of high
} between;

static between place(const resize_params *params, int32_t in, int32_t out,
        int32_t i) {
    float scale = params->align_corners && out > 1
            ? (float)(in - 1) / (float)(out - 1)
            : (float)in / (float)out;
    float at = params->half_pixel_centers ? ((float)i + 0.5F) * scale - 0.5F
                                          : (float)i * scale;
    float low = floorf(at);
    between b = {.weight = at - low};
    int32_t first = (int32_t)low;
    int32_t second = first + 1;
    b.low = (size_t)(first < 0 ? 0 : first > in - 1 ? in - 1 : first);
    b.high = (size_t)(second < 0 ? 0 : second > in - 1 ? in - 1 : second);
    return b;
}

static void run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const resize_params *params = NN_PARAMS(call->op, resize_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    const float *image = float_input(call, 0);
    float *to = float_output(call);
    size_t channels = (size_t)in->dim[3];
    size_t row = (size_t)in->dim[2] * channels;
    for (int32_t n = 0; n < out->dim[0]; n++) {
        for (int32_t y = 0; y < out->dim[1]; y++) {
            between v = place(params, in->dim[1], out->dim[1], y);
            for (int32_t x = 0; x < out->dim[2]; x++) {
                between h = place(params, in->dim[2], out->dim[2], x);
                const float *top = image + v.low * row;
                const float *below = image + v.high * row;
                for (size_t c = 0; c < channels; c++) {
                    size_t left = h.low * channels + c;
                    size_t right = h.high * channels + c;
                    float a = top[left] + (top[right] - top[left]) * h.weight;
                    float b = below[left] +
                            (below[right] - below[left]) * h.weight;
                    *to++ = a + (b - a) * v.weight;
                }
            }
        }
        image += (size_t)in->dim[1] * row;
    }
}

const nn_op_def float_resize_bilinear = {
        .code = 23,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {FLOAT_TYPE, NN_INTS | NN_CONSTANT},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run,
};
