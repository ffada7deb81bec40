// SPDX-License-Identifier: MIT
// Whether a model can run on the camera, told before it is flashed.

#ifndef HOST_FIRMWARE_FIT_H
#define HOST_FIRMWARE_FIT_H

#include "host/firmware/firmware.h"

// What an inference needs on the camera. Tables are those of nn_load() and
// nn_plan_make(), counted with 32-bit pointers from above: they are measured
// here, where pointers are wider.
typedef struct fit {
    uint32_t arena_bytes;
    uint32_t table_bytes;
    uint32_t naive_bytes;
    bool in_arena; // lies in tensor memory, outside Python's heap
} fit;

// Loads and plans the model with the camera's operators. Fails with a
// sentence where it cannot run, or fits neither the firmware's tensor memory
// nor its heap.
int fit_model(fit *out, const firmware *f, const void *model, size_t bytes,
        nn_error *error);

#endif
