// SPDX-License-Identifier: MIT
// What CONV_2D and DEPTHWISE_CONV_2D have in common.

#ifndef NN_OPS_CONV_H
#define NN_OPS_CONV_H

#include "nn/op.h"

// Inputs.
enum { NN_CONV_IMAGE, NN_CONV_FILTER, NN_CONV_BIAS };

// The filter and the image have four dimensions; axis is the filter's dimension
// of output channels.
int nn_need_conv(const nn_loader *loader, uint32_t axis);
// Behind that, checks all but how many channels go together; fills the
// parameters (an nn_conv_params), row_local and macs. activation is the field
// of the options that two dilations follow.
int nn_check_conv(nn_loader *loader, uint32_t axis, uint32_t activation);

// Sets scratch_bytes to what the plain kernel needs and the one for Cortex-M7,
// which needs so many words in front of the offsets of kernel rows.
int nn_conv_reserve(nn_loader *loader, uint32_t channels, uint64_t words);

// rows() of both.
void nn_conv_rows(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end);

#endif
