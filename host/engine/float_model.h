// SPDX-License-Identifier: MIT
// Makes a float model fit for the float32 operators.

#ifndef HOST_ENGINE_FLOAT_MODEL_H
#define HOST_ENGINE_FLOAT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/tflite/model.h"
#include "nn/error.h"

// Whether the model computes in float32: operators make float32 tensors and
// no quantised ones.
bool float_model_is(const tfl_model *model);

typedef struct float_model {
    uint8_t *file; // .tflite with float32 constants, malloc'ed
    size_t bytes;
    uint32_t *origins; // by operator: its index in the file that was read
    uint32_t op_count;
} float_model;

// Widens constants and fuses activations. Returns 0 and leaves out all zeros
// for a file that is not such a model, among them all broken ones: judging
// those is the engine's business.
int float_model_make(float_model *out, const void *file, size_t file_bytes,
        nn_error *error);
void float_model_free(float_model *model);

// Puts the original index into an error that begins with "op 7 ".
void float_model_explain(const float_model *model, nn_error *error);

#endif
