// SPDX-License-Identifier: MIT
// A camera without a camera: the host protocols with nothing behind them, and
// what they said and did.

#ifndef SUPPORT_LINK_RIG_H
#define SUPPORT_LINK_RIG_H

#include "link/link_host.h"

enum { LINK_RIG_SCRIPT = 4096, LINK_RIG_TEXT = 1024 };

struct link_rig {
    struct link_host host;
    struct omv_port port;
    struct link_camera camera;
    struct text_ring text;
    uint8_t text_memory[LINK_RIG_TEXT];
    uint8_t picture[2048]; // memory of the preview
    uint8_t version[3];
    char script[LINK_RIG_SCRIPT];
    size_t script_bytes;
    bool running;
    unsigned execs, stops, resets, boots;
    uint32_t sensor;
    char typed[64];
    size_t typed_bytes;
    uint32_t now;
    // What the host was sent and has not looked at. With `deaf` nothing is
    // taken.
    uint8_t out[65536];
    size_t out_bytes;
    bool deaf;
};

// As the worked examples have it: OMV4 H7, firmware 5.0.0, sensor 0x77.
void link_rig_init(struct link_rig *rig);
// Gives bytes and lets the camera work; time stands still.
void link_rig_send(struct link_rig *rig, const void *bytes, size_t count);
void link_rig_send_hex(struct link_rig *rig, const char *hex);
// So many milliseconds pass.
void link_rig_pass(struct link_rig *rig, uint32_t ms);
// Whether exactly these bytes were sent since the last look; prints what was
// when not.
bool link_rig_said(struct link_rig *rig, const char *hex);
// Forgets what was sent; how much it was.
size_t link_rig_forget(struct link_rig *rig);
void link_rig_print(struct link_rig *rig, const char *text);
// Shows a picture that is a file of so many bytes.
void link_rig_show(struct link_rig *rig, int32_t width, int32_t height,
        uint32_t bytes);
// Bytes of a hexadecimal text with or without spaces.
size_t link_rig_hex(const char *hex, uint8_t *bytes, size_t most);

#endif
