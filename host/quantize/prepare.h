// SPDX-License-Identifier: MIT
// Brings a float model into the form that the quantiser works on.

#ifndef HOST_QUANTIZE_PREPARE_H
#define HOST_QUANTIZE_PREPARE_H

#include <stddef.h>
#include <stdint.h>

#include "host/quantize/ranges.h"
#include "host/tflite/model.h"

// Reads a float16 or float32 model and rewrites it: constants widened,
// activations fused, only the outputs that `outputs` names (all of the model's
// where it names none) and what leads to them, every convolution with a bias,
// every constant read once. The result has the same values.
// NN_ERR_UNSUPPORTED for a model that is quantised already.
int prepare_model(tfl_model *out, const uint8_t *file, size_t bytes,
        const ranges *outputs, nn_error *error);

// The name of a tensor in a ranges file, see ranges.h; buffer is used where
// that is no name of the model.
enum { PREPARE_NAME_BYTES = 16 };
const char *prepare_name(const tfl_model *model, int32_t tensor,
        char buffer[PREPARE_NAME_BYTES]);

// A copy that shares nothing with the model, whose tensors are all in use
// and keep their numbers.
int prepare_copy(tfl_model *out, const tfl_model *model, nn_error *error);

#endif
