// SPDX-License-Identifier: MIT
// What the quantiser knows about certain models.

#ifndef HOST_QUANTIZE_PROFILE_H
#define HOST_QUANTIZE_PROFILE_H

#include "host/quantize/ranges.h"
#include "host/tflite/model.h"

// Adds the outputs that the int8 model should have, where they differ from
// the float model's: BlazeFace's two CONCATENATIONs, which would force grids
// of very different ranges into one scale, make way for its four heads, in the
// order in which OpenMV's scripts expect them (boxes and scores of the 16 x 16
// grid, scores and boxes of the 8 x 8 grid).
int profile_outputs(const tfl_model *model, ranges *r, nn_error *error);

#endif
