// SPDX-License-Identifier: MIT
// What operators offer to nn/fold.c: what a PAD or a CONCATENATION amounts to
// and doing a PAD's work on the way.

#ifndef NN_OPS_FOLD_HOOKS_H
#define NN_OPS_FOLD_HOOKS_H

#include "nn/op.h"

// CONCATENATION: the output is its inputs' bytes one behind the other.
bool nn_concat_is_contiguous(const nn_graph *graph, const nn_op *op);

// PAD and PADV2: what is added in front of each dimension, NULL where anything
// else is added than zeros, in the scale of both sides, to the dimensions
// from … end - 1 of an int8 tensor.
const int32_t *nn_pad_zeros(const nn_graph *graph, const nn_op *op,
        uint32_t from, uint32_t end);

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
