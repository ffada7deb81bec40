// SPDX-License-Identifier: MIT
// The channels every OpenMV host expects: usb, stdin, stdout, stream.
#pragma once

#include "link/link_camera.h"
#include "link/omv_protocol.h"

struct omv_channels {
    struct omv_protocol *protocol;
    const struct link_camera *camera;
    struct omv_channel usb, input, output, stream;
    uint32_t now, noticed_ms;
    bool noticed_text, noticed_half, noticed_frame, was_running;
};

// Registers all four; the structure must stay.
void omv_channels_init(struct omv_channels *c, struct omv_protocol *protocol,
        const struct link_camera *camera);
// Announces what has become ready and whether a script runs. To be called
// before omv_protocol_task().
void omv_channels_task(struct omv_channels *c, uint32_t now);
