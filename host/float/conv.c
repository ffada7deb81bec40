// SPDX-License-Identifier: MIT
// CONV_2D in float32.

#include "host/float/float.h"

#include <string.h>

#include "nn/kernels/taps.h"
#include "nn/ops/window.h"

// Output channels that are summed up at once.
enum { BLOCK = 16 };

typedef struct conv_params {
    nn_window window;
    float_range range;
    int32_t in_channels;  // of one group
    int32_t out_channels; // of one group
} conv_params;

static int check_filter(nn_loader *loader, const nn_tensor *in,
        const nn_tensor *filter, conv_params *params) {
    int32_t in_channels = filter->dim[3];
    if (in->rank != 4 || filter->rank != 4 || in->dim[3] % in_channels) {
        return nn_op_fail(loader, NN_ERR_INVALID,
                "input and filter do not have the shapes of a convolution");
    }
    int32_t groups = in->dim[3] / in_channels;
    if (filter->dim[0] % groups) {
        return nn_op_fail(loader, NN_ERR_INVALID,
                "%d output channels do not fit %d groups", filter->dim[0],
                groups);
    }
    params->in_channels = in_channels;
    params->out_channels = filter->dim[0] / groups;
    return 0;
}

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    conv_params *params = NN_PARAMS(op, conv_params);
    const nn_tensor *in = nn_op_given(loader->graph, op, 0);
    const nn_tensor *filter = nn_op_given(loader->graph, op, 1);
    int error = check_filter(loader, in, filter, params);
    error = error ? error
                  : float_need_bias(loader, 2, (uint32_t)filter->dim[0]);
    error = error ? error : float_fused_range(loader, 3, &params->range);
    if (error) {
        return error;
    }
    params->window = (nn_window){
            .kernel_h = filter->dim[1],
            .kernel_w = filter->dim[2],
    };
    int32_t shape[4] = {in->dim[0], 0, 0, filter->dim[0]};
    error = nn_window_fit(loader, &params->window, 4, &in->dim[1], &shape[1]);
    error = error ? error : nn_need_output_shape(loader, 4, shape);
    if (error) {
        return error;
    }
    // one block of the filter with its output channels innermost
    uint64_t bytes = (uint64_t)filter->bytes / (uint32_t)filter->dim[0] * BLOCK;
    if (bytes > INT32_MAX) {
        return nn_op_fail(loader, NN_ERR_RANGE, "the filter is too large");
    }
    op->scratch_bytes = (uint32_t)bytes;
    uint64_t outputs = nn_tensor_elements(nn_op_output(loader->graph, op, 0));
    op->macs = outputs * (filter->bytes / 4 / (uint32_t)filter->dim[0]);
    return 0;
}

// A block of output channels of one group at work.
typedef struct job {
    const conv_params *params;
    const nn_tensor *in, *out;
    const float *packed; // [tap][input channel][BLOCK]
    const float *bias;   // of the block, or NULL
    int32_t first;       // output channel
    int32_t count;       // of the block's channels that exist
    int32_t in_first;    // input channel of the group
} job;

static void pack(const nn_tensor *filter, const float *weights, int32_t first,
        int32_t count, float *packed) {
    size_t taps = (size_t)filter->dim[1] * (size_t)filter->dim[2] *
            (size_t)filter->dim[3];
    memset(packed, 0, taps * BLOCK * sizeof *packed);
    for (int32_t c = 0; c < count; c++) {
        const float *w = weights + (size_t)(first + c) * taps;
        for (size_t k = 0; k < taps; k++) {
            packed[k * BLOCK + (size_t)c] = w[k];
        }
    }
}

static void add_tap(float *sum, const float *pixel, const float *w,
        int32_t channels) {
    for (int32_t k = 0; k < channels; k++) {
        float x = pixel[k];
        for (int32_t c = 0; c < BLOCK; c++) {
            sum[c] += x * w[c];
        }
        w += BLOCK;
    }
}

static void convolve_pixel(const job *j, const float *image, int32_t y,
        int32_t x, float *out) {
    const nn_window *w = &j->params->window;
    int32_t height = j->in->dim[1];
    int32_t width = j->in->dim[2];
    int32_t channels = j->in->dim[3];
    int32_t top = y * w->stride_h - w->pad_top;
    int32_t left = x * w->stride_w - w->pad_left;
    nn_taps rows = nn_taps_inside(top, w->dilation_h, w->kernel_h, height);
    nn_taps columns = nn_taps_inside(left, w->dilation_w, w->kernel_w, width);
    float sum[BLOCK] = {0};
    for (int32_t c = 0; j->bias && c < j->count; c++) {
        sum[c] = j->bias[c];
    }
    for (int32_t ky = rows.first; ky < rows.end; ky++) {
        for (int32_t kx = columns.first; kx < columns.end; kx++) {
            size_t row = (size_t)(top + ky * w->dilation_h);
            size_t column = (size_t)(left + kx * w->dilation_w);
            size_t tap = (size_t)(ky * w->kernel_w + kx);
            add_tap(sum,
                    image + (row * (size_t)width + column) * (size_t)channels +
                            j->in_first,
                    j->packed + tap * (size_t)j->params->in_channels * BLOCK,
                    j->params->in_channels);
        }
    }
    for (int32_t c = 0; c < j->count; c++) {
        out[c] = float_clamp(sum[c], j->params->range);
    }
}

static void convolve(const job *j, const float *in, float *out) {
    size_t image = j->in->bytes / sizeof *in / (size_t)j->in->dim[0];
    out += j->first;
    for (int32_t n = 0; n < j->out->dim[0]; n++) {
        for (int32_t y = 0; y < j->out->dim[1]; y++) {
            for (int32_t x = 0; x < j->out->dim[2]; x++) {
                convolve_pixel(j, in, y, x, out);
                out += j->out->dim[3];
            }
        }
        in += image;
    }
}

static void run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const nn_tensor *filter = nn_op_given(call->graph, call->op, 1);
    const float *weights = float_input(call, 1);
    const float *bias = float_input(call, 2);
    job j = {.params = NN_PARAMS(call->op, conv_params),
            .in = nn_op_given(call->graph, call->op, 0),
            .out = nn_call_output(call, 0),
            .packed = call->scratch};
    int32_t channels = filter->dim[0];
    int32_t per_group = j.params->out_channels;
    for (j.first = 0; j.first < channels; j.first += j.count) {
        int32_t group = j.first / per_group;
        int32_t left = (group + 1) * per_group - j.first;
        j.count = left < BLOCK ? left : BLOCK;
        j.in_first = group * j.params->in_channels;
        j.bias = bias ? bias + j.first : NULL;
        pack(filter, weights, j.first, j.count, call->scratch);
        convolve(&j, float_input(call, 0), float_output(call));
    }
}

const nn_op_def float_conv_2d = {
        .code = 3,
        .min_inputs = 2,
        .max_inputs = 3,
        .takes = {FLOAT_TYPE, FLOAT_CONSTANT},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run,
};
