// SPDX-License-Identifier: MIT
// What operators offer to nn/fold.c: doing a PAD's work on the way.
//
// Each is called while the operator still reads the PAD's output; after it
// that input is replaced by the PAD's own input.

#ifndef NN_OPS_FOLD_HOOKS_H
#define NN_OPS_FOLD_HOOKS_H

#include "nn/op.h"

// CONV_2D or DEPTHWISE_CONV_2D: input 0 loses rows above and below and columns
// left and right that held its zero point. top and left are how many.
void nn_conv_absorb_pad(
        nn_graph *graph, nn_op *conv, int32_t top, int32_t left);

// ADD of int8: input k, which has the output's shape, loses channels that held
// its zero point; what stays begins at channel front of the output.
void nn_add_absorb_pad(nn_graph *graph, nn_op *add, uint32_t k, int32_t front);

#endif
