// SPDX-License-Identifier: MIT
// Windows that slide over height and width.

#include "nn/ops/window.h"

#include "nn/fixed.h"

// The first options of every operator with a window.
enum { PADDING, STRIDE_W, STRIDE_H };

// Positions are sums of four such numbers at most, two of them doubled.
enum { SIZE_MAX_HERE = 1 << 28 };

static int fit_axis(const nn_loader *loader, int32_t padding, int32_t in,
        int32_t kernel, int32_t stride, int32_t dilation, int32_t *out,
        int32_t *before) {
    if (kernel < 1 || stride < 1 || dilation < 1) {
        return nn_op_invalid(loader,
                "window %d, stride %d and dilation %d must be at least 1",
                kernel, stride, dilation);
    }
    int64_t reach = (int64_t)(kernel - 1) * dilation + 1;
    if (in > SIZE_MAX_HERE || reach > SIZE_MAX_HERE || stride > SIZE_MAX_HERE) {
        return nn_op_fail(loader, NN_ERR_RANGE,
                "window %d, stride %d, dilation %d over %d pixels is too large",
                kernel, stride, dilation, in);
    }
    // none of what follows comes near the end of 32 bits
    int32_t span = (int32_t)reach;
    int32_t size = padding == NN_PADDING_SAME ? (in + stride - 1) / stride
                                              : (in + stride - span) / stride;
    int32_t missing = (size - 1) * stride + span - in;
    *out = size;
    // what is odd goes behind the image
    *before = missing > 0 ? missing / 2 : 0;
    return 0;
}

int nn_window_fit(const nn_loader *loader, nn_window *window, uint32_t dilation,
        const int32_t *in, int32_t *out) {
    int32_t padding = nn_option_byte(loader, PADDING, NN_PADDING_SAME);
    if (padding != NN_PADDING_SAME && padding != NN_PADDING_VALID) {
        return nn_op_invalid(loader, "padding %d is unknown", padding);
    }
    window->stride_w = nn_option_int(loader, STRIDE_W, 0);
    window->stride_h = nn_option_int(loader, STRIDE_H, 0);
    window->dilation_w = 1;
    window->dilation_h = 1;
    if (dilation != 0) {
        window->dilation_w = nn_option_int(loader, dilation, 1);
        window->dilation_h = nn_option_int(loader, dilation + 1, 1);
    }
    int err = fit_axis(loader, padding, in[0], window->kernel_h,
            window->stride_h, window->dilation_h, &out[0], &window->pad_top);
    if (err) {
        return err;
    }
    err = fit_axis(loader, padding, in[1], window->kernel_w, window->stride_w,
            window->dilation_w, &out[1], &window->pad_left);
    if (err) {
        return err;
    }
    if (out[0] < 1 || out[1] < 1) {
        return nn_op_invalid(loader,
                "a window of %d x %d does not fit in %d x %d pixels",
                window->kernel_h, window->kernel_w, in[0], in[1]);
    }
    return 0;
}

void nn_window_rows(const nn_window *window, int32_t in_h, uint32_t y,
        uint32_t *first, uint32_t *end) {
    int32_t top = (int32_t)y * window->stride_h - window->pad_top;
    int32_t below = top + (window->kernel_h - 1) * window->dilation_h + 1;
    *first = (uint32_t)nn_clamp_i32(top, 0, in_h);
    *end = (uint32_t)nn_clamp_i32(below, 0, in_h);
}
