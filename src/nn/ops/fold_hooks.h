// SPDX-License-Identifier: MIT
// What operators offer to nn/fold.c: what a PAD or a CONCATENATION amounts to
// and doing a PAD's work on the way.

#ifndef NN_OPS_FOLD_HOOKS_H
#define NN_OPS_FOLD_HOOKS_H

#include "nn/op.h"

// CONCATENATION: the output is its inputs' bytes one behind the other.
bool nn_concat_is_contiguous(const nn_graph *graph, const nn_op *op);

// PAD and PADV2 of a quantised tensor whose scale stays: whether it only adds
// channels that are zero, *front of them before the input's.
bool nn_pad_is_zero_channels(const nn_graph *graph, const nn_op *op,
        int32_t *front);
// Whether it only adds rows and columns of NHWC that are zero, *top and *left
// of them before the input's.
bool nn_pad_is_zero_spatial(const nn_graph *graph, const nn_op *op,
        int32_t *top, int32_t *left);

// The following are called while the operator still reads the PAD's output;
// after them that input is replaced by the PAD's own input.

// CONV_2D or DEPTHWISE_CONV_2D: input 0 loses rows above and below and columns
// left and right that held its zero point. top and left are how many.
void nn_conv_absorb_pad(nn_graph *graph, nn_op *conv, int32_t top,
        int32_t left);

// ADD of int8: input k, which has the output's shape, loses channels that held
// its zero point; what stays begins at channel front of the output.
void nn_add_absorb_pad(nn_graph *graph, nn_op *add, uint32_t k, int32_t front);

#endif
