// SPDX-License-Identifier: MIT
// What a model would need without any planning.

#ifndef HOST_INSPECT_NAIVE_H
#define HOST_INSPECT_NAIVE_H

#include "host/tflite/model.h"

// The most bytes that live at once when every operator's inputs and outputs are
// whole tensors of their own, each freed behind its last reader; saturated.
int inspect_naive_bytes(const tfl_model *model, uint32_t *bytes,
        nn_error *error);

#endif
