// SPDX-License-Identifier: MIT
// Windows that slide over height and width: sizes, padding, rows.

#ifndef NN_OPS_WINDOW_H
#define NN_OPS_WINDOW_H

#include "nn/op.h"

// Tap (i, j) of output pixel (y, x) is input pixel
// (y * stride_h - pad_top + i * dilation_h, …); what lies outside is left out.
typedef struct nn_window {
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;
} nn_window;

// Schema enum Padding.
enum { NN_PADDING_SAME = 0, NN_PADDING_VALID = 1 };

// Sets up a window of kernel_h x kernel_w for an image of in[0] x in[1] (height
// and width) by the operator's options: padding and strides are the first three
// of every operator with a window, dilation is the field of the horizontal one,
// which the vertical one follows (0: none). Gives the output's size. Afterwards
// no position inside the window overflows 32 bits.
int nn_window_fit(const nn_loader *loader, nn_window *window, uint32_t dilation,
        const int32_t *in, int32_t *out);

// The input rows that output row y of one image reads, see nn_op_def.rows.
void nn_window_rows(const nn_window *window, int32_t in_h, uint32_t y,
        uint32_t *first, uint32_t *end);

#endif
