// SPDX-License-Identifier: MIT
// Which tensors of a float model become int8, and which of them share a scale.

#ifndef HOST_QUANTIZE_SCHEME_H
#define HOST_QUANTIZE_SCHEME_H

#include <stdbool.h>
#include <stdint.h>

#include "host/tflite/model.h"

typedef enum scheme_role {
    SCHEME_OTHER,      // stays as it is
    SCHEME_ACTIVATION, // int8, a scale for the tensor
    SCHEME_WEIGHTS,    // int8, symmetric
    SCHEME_BIAS,       // int32, input scale times weight scale
} scheme_role;

typedef struct scheme_tensor {
    scheme_role role;
    int32_t group; // activations: tensors of one group share their scale
    int32_t axis;  // weights: a scale for each step of it, -1: one scale
} scheme_tensor;

// Operators whose output has a scale that TFLite demands.
typedef struct scheme_fixed {
    bool is_fixed;
    float scale;
    int32_t zero_point;
} scheme_fixed;

typedef struct scheme {
    scheme_tensor *tensors; // as many as the model has
    scheme_fixed *fixed;    // by group; groups are numbered by their first
                            // tensor
} scheme;

// Where an operator with weights has its inputs; weights < 0: it has none.
typedef struct scheme_inputs {
    int32_t data, weights, bias;
    int32_t axis;
} scheme_inputs;
scheme_inputs scheme_weights(int32_t code);

// Whether input and output of the operator must share a scale (it moves
// numbers or picks among them).
bool scheme_keeps_scale(int32_t code);

// The version number that tells runtimes of an int8 operator's needs
// (TFLite: tools/versioning/op_version.cc).
int32_t scheme_version(const tfl_model *model, const tfl_op *op);

// Gives every tensor its role. The model must have been prepared
// (prepare.h). Adds QUANTIZE operators where scales that cannot be shared
// meet. Fails, naming the operator, where int8 does not exist for it.
int scheme_make(scheme *out, tfl_model *model, nn_error *error);
void scheme_free(scheme *s);

#endif
