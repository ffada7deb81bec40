// SPDX-License-Identifier: MIT
// Rewrites that leave a float model's results as they are.

#ifndef HOST_TFLITE_FOLD_H
#define HOST_TFLITE_FOLD_H

#include "host/tflite/model.h"

// Turns DEQUANTIZE operators on constants (float16 or quantised weights) into
// float32 constants, and the quantised constants that operators on float32
// activations read directly as well. Fails where the scales of such a
// constant do not agree with its shape.
int tfl_fold_constants(tfl_model *model, nn_error *error);

// Moves RELU, RELU6 and RELU_N1_TO_1 into the operator that makes their
// input, where that has room for an activation and nothing else reads it.
void tfl_fold_activations(tfl_model *model);

// The number that half precision bits stand for; exact.
float tfl_half_to_float(uint16_t half);

#endif
