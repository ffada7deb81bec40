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
uint32_t nn_image_row(const nn_call *call, const nn_view *view,
        const nn_tensor *image, uint32_t row);

// Row `row` of output 0.
int8_t *nn_image_out(const nn_call *call, uint32_t row);
// Where row y of input k begins in the image that belongs to row `row` of the
// output.
uint32_t nn_image_in(const nn_call *call, uint32_t k, uint32_t row, uint32_t y);

// The kernel rows of a window that lie inside input k when row y of the output
// (counted over the batch) is computed, and where their image rows begin.
nn_taps nn_image_taps(const nn_call *call, uint32_t k, const nn_window *window,
        uint32_t y, uint32_t *offsets);

#endif
