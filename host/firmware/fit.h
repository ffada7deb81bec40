// SPDX-License-Identifier: MIT
// Whether a model can run on the camera, told before it is flashed.

#ifndef HOST_FIRMWARE_FIT_H
#define HOST_FIRMWARE_FIT_H

#include "host/firmware/firmware.h"

// What an inference needs on the camera. The tables of a loaded model have
// memory of their own there and do not count.
typedef struct fit {
    uint32_t arena_bytes;
    bool in_arena; // lies in tensor memory, outside Python's heap
} fit;

// Loads and plans the model with the camera's operators. Fails with a
// sentence where it cannot run, or fits neither the firmware's tensor memory
// nor its heap.
int fit_model(fit *out, const firmware *f, const void *model, size_t bytes,
        nn_error *error);

#endif
