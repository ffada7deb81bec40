// SPDX-License-Identifier: MIT
// Windows that slide over height and width.

#include "nn/ops/window.h"

#include "nn/fixed.h"

// The first options of every operator with a window.
enum { PADDING, STRIDE_W, STRIDE_H };

// Positions are sums of four such numbers at most, two of them doubled.
enum { SIZE_MAX_HERE = 1 << 28 };

// The output's size for `in` pixels, or a negative error.
static int32_t fit_axis(const nn_loader *loader, int32_t in, int32_t kernel,
        int32_t stride, int32_t dilation, int32_t *before) {
    int32_t padding = nn_option_byte(loader, PADDING, NN_PADDING_SAME);
    if (padding != NN_PADDING_SAME && padding != NN_PADDING_VALID) {
        return nn_op_invalid(loader, "padding %d is unknown", padding);
    }
    int64_t reach = ((int64_t)kernel - 1) * dilation + 1;
    if (kernel < 1 || stride < 1 || dilation < 1 || in > SIZE_MAX_HERE ||
            reach > SIZE_MAX_HERE || stride > SIZE_MAX_HERE) {
        return nn_op_invalid(loader,
                "window %d, stride %d, dilation %d on %d pixels: out of range",
                kernel, stride, dilation, in);
    }
    // none of what follows comes near the end of 32 bits
    int32_t span = (int32_t)reach;
    int32_t size = padding == NN_PADDING_SAME ? (in + stride - 1) / stride
                                              : (in + stride - span) / stride;
    if (size < 1) {
        return nn_op_invalid(loader,
                "a window of %d pixels does not fit in %d pixels", span, in);
    }
    int32_t missing = (size - 1) * stride + span - in;
    // what is odd goes behind the image
    *before = missing > 0 ? missing / 2 : 0;
    return size;
}

int nn_window_fit(const nn_loader *loader, nn_window *window, uint32_t dilation,
        const int32_t *in, int32_t *out) {
    window->stride_w = nn_option_int(loader, STRIDE_W, 0);
    window->stride_h = nn_option_int(loader, STRIDE_H, 0);
    window->dilation_w = 1;
    window->dilation_h = 1;
    if (dilation != 0) {
        window->dilation_w = nn_option_int(loader, dilation, 1);
        window->dilation_h = nn_option_int(loader, dilation + 1, 1);
    }
    out[0] = fit_axis(loader, in[0], window->kernel_h, window->stride_h,
            window->dilation_h, &window->pad_top);
    if (out[0] < 0) {
        return out[0];
    }
    out[1] = fit_axis(loader, in[1], window->kernel_w, window->stride_w,
            window->dilation_w, &window->pad_left);
    return out[1] < 0 ? out[1] : 0;
}

void nn_window_rows(const nn_window *window, int32_t in_h, uint32_t y,
        uint32_t *first, uint32_t *end) {
    int32_t top = (int32_t)y * window->stride_h - window->pad_top;
    int32_t below = top + (window->kernel_h - 1) * window->dilation_h + 1;
    *first = (uint32_t)nn_clamp_i32(top, 0, in_h);
    *end = (uint32_t)nn_clamp_i32(below, 0, in_h);
}
