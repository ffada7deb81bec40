// SPDX-License-Identifier: MIT
// Tensors between two convolutions with nothing but a bias in between.

#ifndef HOST_QUANTIZE_PAIRS_H
#define HOST_QUANTIZE_PAIRS_H

#include "host/tflite/model.h"
#include "nn/graph.h"

// What one convolution makes and one other reads, with nothing in between that
// is not linear, can be moved by a constant a channel: the first bias gives it
// away and the second takes it back, as if nothing had happened.
//
// The first is a CONV_2D or DEPTHWISE_CONV_2D without an activation, the
// second a CONV_2D that does not pad (padding would have to be moved too) or a
// FULLY_CONNECTED, and nothing else reads the tensor. type is that of both
// weights: NN_FLOAT32, or NN_INT8 where biases are NN_INT32.

// The second operator, or NULL where the tensor is none of these.
const tfl_op *pairs_taker(const tfl_model *model, int32_t tensor, nn_type type);

// The innermost dimension, 0 where there is none.
uint32_t pairs_channels(const tfl_tensor *t);

#endif
