// SPDX-License-Identifier: MIT
// Runs a model over photographs and shows every tensor that it computes.

#ifndef HOST_QUANTIZE_SWEEP_H
#define HOST_QUANTIZE_SWEEP_H

#include "host/quantize/photos.h"

// Some numbers of a tensor that was just computed.
typedef struct sweep_part {
    size_t photo;        // 0, 1, … in the order they are run
    uint32_t tensor;     // index in the file
    const float *values; // count of them, the channels innermost
    uint32_t count;
    uint32_t channels;
} sweep_part;

// Anything but 0 ends the sweep with that code.
typedef int (*sweep_look)(void *context, const sweep_part *part);

// Runs the .tflite, float or int8, on every step-th photo; int8 tensors are
// shown as real numbers. verb: for the progress display.
int sweep_run(const uint8_t *file, size_t bytes, const photos *p, size_t step,
        const char *verb, sweep_look look, void *context, nn_error *error);

#endif
