// SPDX-License-Identifier: MIT
// Where the rows of images NHWC begin, streamed or whole.

#include "nn/kernels/image_rows.h"

uint32_t nn_image_row(const nn_call *call, const nn_view *view,
        const nn_tensor *image, uint32_t row) {
    if (call->op->row_local) {
        return row % view->ring * view->row_bytes;
    }
    uint32_t rows = (uint32_t)image->dim[0] * (uint32_t)image->dim[1];
    return row * (image->bytes / rows);
}

int8_t *nn_image_out(const nn_call *call, uint32_t row) {
    const nn_view *view = &call->out[0];
    return (int8_t *)view->data +
            nn_image_row(call, view, nn_call_output(call, 0), row);
}

uint32_t nn_image_in(const nn_call *call, uint32_t k, uint32_t row,
        uint32_t y) {
    const nn_tensor *in = nn_op_given(call->graph, call->op, k);
    uint32_t batch = row / (uint32_t)nn_call_output(call, 0)->dim[1];
    return nn_image_row(call, &call->in[k], in,
            batch * (uint32_t)in->dim[1] + y);
}

nn_taps nn_image_taps(const nn_call *call, uint32_t k, const nn_window *window,
        uint32_t y, uint32_t *offsets) {
    const nn_tensor *in = nn_op_given(call->graph, call->op, k);
    const nn_tensor *out = nn_call_output(call, 0);
    uint32_t out_h = (uint32_t)out->dim[1];
    uint32_t batch = y / out_h;
    int32_t top = (int32_t)(y % out_h) * window->stride_h - window->pad_top;
    nn_taps taps = nn_taps_inside(top, window->dilation_h, window->kernel_h,
            in->dim[1]);
    for (int32_t i = taps.first; i < taps.end; i++) {
        uint32_t row = (uint32_t)(top + i * window->dilation_h);
        offsets[i] = nn_image_row(call, &call->in[k], in,
                batch * (uint32_t)in->dim[1] + row);
    }
    return taps;
}
