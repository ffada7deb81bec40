// SPDX-License-Identifier: MIT
// What a camera does for its host, whichever protocol the host speaks.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/text_ring.h"

// Results are 0 or minus an OMV_STATUS_*. None of them waits.
struct link_camera {
    void *context;
    // Text of a script; at offset 0 a new one begins. Refused when it is too
    // long, or while the last one is being compiled.
    int (*script_write)(void *context, uint32_t offset, const void *text,
            size_t bytes);
    void (*script_reset)(void *context);
    // Ends what runs and runs the text. Refused where there is none.
    int (*script_exec)(void *context);
    void (*script_stop)(void *context);
    bool (*script_running)(void *context);
    uint32_t script_most; // bytes of the longest script
    // Resets the camera, or makes it stay in its bootloader.
    void (*reset)(void *context, bool to_bootloader);
    uint32_t (*sensor)(void *context); // chip id, 0 without one
    // What a host of the old protocol asks for.
    const char *(*arch)(void *context); // "OMV4 H7 1024 [H7:...]"
    const uint8_t *version;             // major, minor, patch
    void (*typed)(void *context, const void *text, size_t bytes);
    struct text_ring *text;
};
