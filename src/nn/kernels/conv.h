// SPDX-License-Identifier: MIT
// Convolutions: parameters and plain kernels.

#ifndef NN_KERNELS_CONV_H
#define NN_KERNELS_CONV_H

#include "nn/kernels/channels.h"
#include "nn/kernels/taps.h"
#include "nn/ops/window.h"

// CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV. Sizes and zero points are
// those of the tensors. The call's scratch holds a multiplier for each output
// channel, then an offset for each kernel row.
typedef struct nn_conv_params {
    nn_window window; // TRANSPOSE_CONV: that of the convolution it reverses
    int32_t low, high;
} nn_conv_params;

void nn_conv_2d_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_depthwise_conv_2d_run(const nn_call *call, uint32_t first,
        uint32_t end);
void nn_transpose_conv_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
