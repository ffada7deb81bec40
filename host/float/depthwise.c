// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D in float32.

#include "host/float/float.h"

#include "nn/kernels/taps.h"
#include "nn/ops/window.h"

typedef struct depthwise_params {
    nn_window window;
    float_range range;
    int32_t multiplier;
} depthwise_params;

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    depthwise_params *params = NN_PARAMS(op, depthwise_params);
    const nn_tensor *in = nn_op_given(loader->graph, op, 0);
    const nn_tensor *filter = nn_op_given(loader->graph, op, 1);
    if (in->rank != 4 || filter->rank != 4 || filter->dim[0] != 1 ||
            filter->dim[3] % in->dim[3]) {
        return nn_op_fail(loader, NN_ERR_INVALID,
                "input and filter do not have the shapes of a depthwise "
                "convolution");
    }
    params->multiplier = filter->dim[3] / in->dim[3];
    int error = float_need_bias(loader, 2, (uint32_t)filter->dim[3]);
    error = error ? error : float_fused_range(loader, 4, &params->range);
    if (error) {
        return error;
    }
    params->window = (nn_window){
            .kernel_h = filter->dim[1],
            .kernel_w = filter->dim[2],
    };
    int32_t shape[4] = {in->dim[0], 0, 0, filter->dim[3]};
    error = nn_window_fit(loader, &params->window, 5, &in->dim[1], &shape[1]);
    error = error ? error : nn_need_output_shape(loader, 4, shape);
    if (error) {
        return error;
    }
    uint64_t outputs = nn_tensor_elements(nn_op_output(loader->graph, op, 0));
    op->macs = outputs * (uint32_t)filter->dim[1] * (uint32_t)filter->dim[2];
    return 0;
}

static void add_tap(float *sum, const float *pixel, const float *w,
        int32_t channels, int32_t multiplier) {
    if (multiplier == 1) {
        for (int32_t c = 0; c < channels; c++) {
            sum[c] += pixel[c] * w[c];
        }
        return;
    }
    for (int32_t c = 0; c < channels; c++) {
        for (int32_t m = 0; m < multiplier; m++) {
            *sum++ += pixel[c] * *w++;
        }
    }
}

static void convolve_pixel(const nn_call *call, const float *image, int32_t y,
        int32_t x, float *out) {
    const depthwise_params *params = NN_PARAMS(call->op, depthwise_params);
    const nn_window *w = &params->window;
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const float *weights = float_input(call, 1);
    const float *bias = float_input(call, 2);
    int32_t channels = in->dim[3];
    int32_t outputs = channels * params->multiplier;
    int32_t top = y * w->stride_h - w->pad_top;
    int32_t left = x * w->stride_w - w->pad_left;
    nn_taps rows = nn_taps_inside(top, w->dilation_h, w->kernel_h, in->dim[1]);
    nn_taps columns =
            nn_taps_inside(left, w->dilation_w, w->kernel_w, in->dim[2]);
    for (int32_t c = 0; c < outputs; c++) {
        out[c] = bias ? bias[c] : 0;
    }
    for (int32_t ky = rows.first; ky < rows.end; ky++) {
        for (int32_t kx = columns.first; kx < columns.end; kx++) {
            size_t row = (size_t)(top + ky * w->dilation_h);
            size_t column = (size_t)(left + kx * w->dilation_w);
            size_t pixel = row * (size_t)in->dim[2] + column;
            size_t tap = (size_t)(ky * w->kernel_w + kx);
            add_tap(out, image + pixel * (size_t)channels,
                    weights + tap * (size_t)outputs, channels,
                    params->multiplier);
        }
    }
    for (int32_t c = 0; c < outputs; c++) {
        out[c] = float_clamp(out[c], params->range);
    }
}

static void run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    const float *image = float_input(call, 0);
    float *pixel = float_output(call);
    for (int32_t n = 0; n < out->dim[0]; n++) {
        for (int32_t y = 0; y < out->dim[1]; y++) {
            for (int32_t x = 0; x < out->dim[2]; x++) {
                convolve_pixel(call, image, y, x, pixel);
                pixel += out->dim[3];
            }
        }
        image += in->bytes / sizeof *image / (size_t)in->dim[0];
    }
}

const nn_op_def float_depthwise_conv_2d = {
        .code = 4,
        .min_inputs = 2,
        .max_inputs = 3,
        .takes = {FLOAT_TYPE, FLOAT_CONSTANT},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run,
};
