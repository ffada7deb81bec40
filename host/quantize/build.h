// SPDX-License-Identifier: MIT
// Makes the int8 model from a prepared float model and its ranges.

#ifndef HOST_QUANTIZE_BUILD_H
#define HOST_QUANTIZE_BUILD_H

#include "host/quantize/ranges.h"
#include "host/quantize/scheme.h"
#include "host/tflite/model.h"

// Turns the model, made by prepare_model(), into int8. Uses the
// ranges and shifts of r; the same input gives the same model on any machine:
// only IEEE additions, multiplications and divisions are used.
// NN_ERR_INVALID names a tensor whose range is missing.
int build_int8(tfl_model *model, const ranges *r, nn_error *error);

#endif
