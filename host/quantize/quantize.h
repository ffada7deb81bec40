// SPDX-License-Identifier: MIT
// From a float .tflite to an int8 one.

#ifndef HOST_QUANTIZE_QUANTIZE_H
#define HOST_QUANTIZE_QUANTIZE_H

#include "host/quantize/photos.h"
#include "host/quantize/ranges.h"

// The int8 form of a float model in memory, with ranges that were measured
// before. *out is malloc'ed. The same bytes come out on any machine.
int quantize_with(const uint8_t *file, size_t bytes, const ranges *r,
        uint8_t **out, size_t *out_bytes, nn_error *error);

// Measures the ranges on photographs; an error that is a photo's begins with
// its path.
int quantize_measure(const uint8_t *file, size_t bytes, const photos *p,
        ranges *out, nn_error *error);

#endif
