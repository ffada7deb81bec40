// SPDX-License-Identifier: MIT
// The protocol of OpenMV IDE up to 4.7, "USBDBG": a request is 0x30, a command
// and a length; bit 7 of the command tells which way the bytes after it go.
// No checksums, no answers but data. SPEC.md has the commands.
#pragma once

#include "link/link_camera.h"

enum {
    USBDBG_MARK = 0x30,
    USBDBG_HEADER_BYTES = 6,
    USBDBG_SCRIPT_RUNNING = 0x87,
    USBDBG_STATE_MOST = 512, // bytes of a GET_STATE
    USBDBG_TEXT_MOST = 8192, // bytes of text at once, either way
    USBDBG_STUCK_MS = 1000,  // without a reader, then a reply is dropped
};

struct usbdbg_port {
    void *context;
    size_t (*write)(void *context, const void *from, size_t bytes);
};

// Private.
struct usbdbg {
    const struct usbdbg_port *port;
    const struct link_camera *camera;
    uint8_t header[USBDBG_HEADER_BYTES];
    uint8_t have; // bytes of the header
    uint8_t command;
    uint32_t left, done; // of the data, either way
    bool script_refused;
    uint8_t words[8];     // short data from the host
    const uint8_t *reply; // from here, else from `block`, else zeros
    uint8_t block[USBDBG_STATE_MOST];
    uint32_t block_bytes;
    uint32_t moved_ms, frame_ms;
    enum { USBDBG_HEADER, USBDBG_IN, USBDBG_OUT } phase;
};

void usbdbg_init(struct usbdbg *d, const struct usbdbg_port *port,
        const struct link_camera *camera);
void usbdbg_reset(struct usbdbg *d);

// Whether 6 bytes are a request that a host makes of this camera: a command
// that exists, with a length that it can have.
bool usbdbg_is_request(const struct usbdbg *d, const uint8_t *header);

// Takes bytes of the host; how many: none while a reply is on its way.
size_t usbdbg_feed(struct usbdbg *d, const void *from, size_t bytes,
        uint32_t now);
// Sends what is to be sent.
void usbdbg_task(struct usbdbg *d, uint32_t now);
