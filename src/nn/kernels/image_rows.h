// SPDX-License-Identifier: MIT
// Where the rows of images NHWC begin, streamed or whole.

#ifndef NN_KERNELS_IMAGE_ROWS_H
#define NN_KERNELS_IMAGE_ROWS_H

#include "nn/kernels/taps.h"
#include "nn/op.h"
#include "nn/ops/window.h"

// Row `row`, counted over the batch, of an image: its distance from the
// view's first byte. Tensors that are not streamed are contiguous, whatever
// rows a reshape left them.
static inline uint32_t nn_image_row(const nn_call *call, const nn_view *view,
        const nn_tensor *image, uint32_t row) {
    if (call->op->row_local) {
        return row % view->ring * view->row_bytes;
    }
    uint32_t rows = (uint32_t)image->dim[0] * (uint32_t)image->dim[1];
    return row * (image->bytes / rows);
}

// The kernel rows of a window that lie inside input k when row y of the output
// (counted over the batch) is computed, and where their image rows begin.
nn_taps nn_image_taps(const nn_call *call, uint32_t k, const nn_window *window,
        uint32_t y, uint32_t *offsets);

#endif
