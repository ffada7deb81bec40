// SPDX-License-Identifier: MIT
// A conversation with a camera, and what people ask of one. All functions
// return an exit status, having said what went wrong.

#ifndef HOST_CAM_SESSION_H
#define HOST_CAM_SESSION_H

#include <stdio.h>

#include "host/cam/port.h"

typedef struct cam_session {
    cam_port port;
    cam_client client;
    bool started, stopped; // the camera said so of a script
} cam_session;

// Opens a port (NULL: that of the only camera) and begins a session.
int cam_session_open(cam_session *s, const char *path);
// The same, but says nothing of a camera that does not answer: `result` is why,
// and the port is open all the same.
int cam_session_try(cam_session *s, const char *path, int *result);
void cam_session_close(cam_session *s);
// Says what a result of cam_client means; its value is CLI_FAILED.
int cam_failed(const cam_session *s, const char *what, int result);

// What a camera says of itself.
typedef struct cam_identity {
    uint32_t cpu, device[3], usb, sensors[3], caps, frame_kb, stream_kb;
    uint8_t protocol[3], bootloader[3], firmware[3];
    bool ours;           // runs blazecam, the rest is known
    uint32_t code_bytes; // of its firmware
    uint32_t code_crc;   // CRC-32 of these
    uint32_t rom_bytes;  // of the region for models
    char version[64];
} cam_identity;

int cam_identify(cam_session *s, cam_identity *identity);

int cam_info(cam_session *s);
// Runs a script and shows what it prints until it ends; Ctrl-C ends it.
int cam_exec(cam_session *s, const char *path);
// Starts the text of a script.
int cam_start(cam_session *s, const char *text, size_t bytes);
int cam_stop(cam_session *s);
int cam_is_running(cam_session *s, bool *running);
// Reads and shows the text that waits.
int cam_show_text(cam_session *s, FILE *to, bool *some);
// One picture into a file. Takes it with a script of its own when none runs.
int cam_grab(cam_session *s, const char *path);
// Pictures until Ctrl-C or `count` (0: no end): into a folder when there is
// one, else onto the terminal.
int cam_watch(cam_session *s, const char *folder, unsigned long count);
int cam_repl(cam_port *port);

int cam_rom_list(cam_session *s);
// Files, or the models and labels of folders.
int cam_rom_put(cam_session *s, char **paths, size_t count);
int cam_rom_remove(cam_session *s, char **names, size_t count);

// Set by Ctrl-C once cam_catch_interrupt() has been called.
void cam_catch_interrupt(void);
bool cam_interrupted(void);

#endif
