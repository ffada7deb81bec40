// SPDX-License-Identifier: MIT
// TRANSPOSE_CONV in float32.

#include "host/float/float.h"

#include "nn/kernels/taps.h"
#include "nn/ops/window.h"

typedef struct transpose_params {
    nn_window window; // of the convolution that leads from output to input
    float_range range;
} transpose_params;

// Inputs: the output's shape, the filter, the image, the bias.
enum { SHAPE, FILTER, IMAGE, BIAS };

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    transpose_params *params = NN_PARAMS(op, transpose_params);
    const nn_tensor *filter = nn_op_given(loader->graph, op, FILTER);
    const nn_tensor *in = nn_op_given(loader->graph, op, IMAGE);
    const nn_tensor *out = nn_op_output(loader->graph, op, 0);
    if (in->rank != 4 || filter->rank != 4 || out->rank != 4 ||
            filter->dim[3] != in->dim[3] || filter->dim[0] != out->dim[3] ||
            in->dim[0] != out->dim[0]) {
        return nn_op_fail(loader, NN_ERR_INVALID,
                "the tensors do not have the shapes of a transposed "
                "convolution");
    }
    int error = float_need_bias(loader, BIAS, (uint32_t)filter->dim[0]);
    error = error ? error : float_fused_range(loader, 3, &params->range);
    if (error) {
        return error;
    }
    params->window = (nn_window){
            .kernel_h = filter->dim[1],
            .kernel_w = filter->dim[2],
    };
    int32_t size[2];
    error = nn_window_fit(loader, &params->window, 0, &out->dim[1], size);
    if (error) {
        return error;
    }
    if (size[0] != in->dim[1] || size[1] != in->dim[2]) {
        return nn_op_fail(loader, NN_ERR_INVALID,
                "an output of %d x %d needs an input of %d x %d", out->dim[1],
                out->dim[2], size[0], size[1]);
    }
    uint64_t inputs = nn_tensor_elements(in) / (uint32_t)in->dim[3];
    op->macs = inputs * nn_tensor_elements(filter);
    return 0;
}

static float dot(const float *a, const float *b, int32_t count) {
    float sum = 0;
    for (int32_t k = 0; k < count; k++) {
        sum += a[k] * b[k];
    }
    return sum;
}

// Adds what the input pixel at y, x gives to the output image.
static void scatter(const nn_call *call, const float *pixel, int32_t y,
        int32_t x, float *image) {
    const transpose_params *params = NN_PARAMS(call->op, transpose_params);
    const nn_window *w = &params->window;
    const nn_tensor *filter = nn_op_given(call->graph, call->op, FILTER);
    const nn_tensor *out = nn_call_output(call, 0);
    const float *weights = float_input(call, FILTER);
    int32_t top = y * w->stride_h - w->pad_top;
    int32_t left = x * w->stride_w - w->pad_left;
    nn_taps rows = nn_taps_inside(top, 1, w->kernel_h, out->dim[1]);
    nn_taps columns = nn_taps_inside(left, 1, w->kernel_w, out->dim[2]);
    size_t channels = (size_t)filter->dim[3];
    size_t taps = (size_t)w->kernel_h * (size_t)w->kernel_w;
    for (int32_t ky = rows.first; ky < rows.end; ky++) {
        for (int32_t kx = columns.first; kx < columns.end; kx++) {
            size_t row = (size_t)(top + ky) * (size_t)out->dim[2];
            float *to =
                    image + (row + (size_t)(left + kx)) * (size_t)out->dim[3];
            size_t tap = (size_t)(ky * w->kernel_w + kx);
            for (int32_t c = 0; c < filter->dim[0]; c++) {
                to[c] += dot(pixel,
                        weights + ((size_t)c * taps + tap) * channels,
                        filter->dim[3]);
            }
        }
    }
}

static void run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const transpose_params *params = NN_PARAMS(call->op, transpose_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, IMAGE);
    const nn_tensor *out = nn_call_output(call, 0);
    const float *pixel = float_input(call, IMAGE);
    const float *bias = float_input(call, BIAS);
    float *image = float_output(call);
    uint32_t count = nn_tensor_elements(out);
    uint32_t channels = (uint32_t)out->dim[3];
    for (uint32_t k = 0; k < count; k++) {
        image[k] = bias ? bias[k % channels] : 0;
    }
    for (int32_t n = 0; n < in->dim[0]; n++) {
        for (int32_t y = 0; y < in->dim[1]; y++) {
            for (int32_t x = 0; x < in->dim[2]; x++) {
                scatter(call, pixel, y, x,
                        image + count / (uint32_t)in->dim[0] * (uint32_t)n);
                pixel += in->dim[3];
            }
        }
    }
    for (uint32_t k = 0; k < count; k++) {
        image[k] = float_clamp(image[k], params->range);
    }
}

const nn_op_def float_transpose_conv = {
        .code = 67,
        .min_inputs = 3,
        .max_inputs = 4,
        .takes = {NN_INTS, FLOAT_CONSTANT, FLOAT_TYPE},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run,
};
