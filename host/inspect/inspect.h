// SPDX-License-Identifier: MIT
// What a model is made of, what it needs, what it lacks here.

#ifndef HOST_INSPECT_INSPECT_H
#define HOST_INSPECT_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/tflite/model.h"
#include "nn/error.h"
#include "nn/op.h"

// One kind of operator.
typedef struct inspected_kind {
    int32_t code;
    const char *name;
    nn_name builtin; // what name may point to
    uint32_t count;
    uint64_t macs;
} inspected_kind;

typedef struct inspected_tensor {
    const char *name; // any bytes
    const char *type;
    uint32_t rank;
    int32_t dim[TFL_MAX_RANK];
    uint32_t scale_count; // 0: not quantised
    float scale;
    int64_t zero_point;
} inspected_tensor;

typedef struct inspection {
    tfl_model model; // owns the names
    inspected_kind *kinds;
    inspected_tensor *inputs;
    inspected_tensor *outputs;
    nn_error *reasons; // why it is not supported
    size_t kind_count;
    size_t input_count;
    size_t output_count;
    size_t reason_count;
    uint64_t weights_bytes; // of all constants
    // only where supported:
    uint64_t macs;
    uint32_t arena_bytes;
    uint32_t arena_naive_bytes;
    uint32_t arena_whole_bytes; // without streaming
    struct engine *engine;      // how it was planned
    uint32_t budget;
    bool supported;
} inspection;

// Looks at the model at path. budget: see nn_plan_options; 0 for the smallest
// arena. Fails for files that cannot be read or break the format's rules; a
// valid model that cannot run here is a success with supported == false.
int inspect_model(inspection *out, const char *path, uint32_t budget,
        nn_error *error);
void inspect_free(inspection *i);

#endif
