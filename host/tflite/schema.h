// SPDX-License-Identifier: MIT
// What reader and writer know of the TFLite schema beyond nn/schema.h.

#ifndef HOST_TFLITE_SCHEMA_H
#define HOST_TFLITE_SCHEMA_H

#include <stdint.h>

#include "nn/schema.h"

// Field numbers that the engine has no use for.
enum {
    TFL_MODEL_DESCRIPTION = 3,
    TFL_CODE_VERSION = 2,
    TFL_SUBGRAPH_NAME = 4,
    TFL_TENSOR_HAS_RANK = 8,
};

// The fields of an options table, a letter each: b byte or boolean, i int,
// f float, v vector of ints, - unused. At most TFL_MAX_FIELDS.
const char *tfl_options_layout(uint32_t options_type);

#endif
