// SPDX-License-Identifier: MIT
// People and programs while it runs: the keyboard at the console, a PTY at the
// serial port of USB.
#ifndef HOST_VCAM_LIVE_H
#define HOST_VCAM_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/vcam/machine.h"
#include "host/vcam/usb_host.h"

struct vcam_live {
    struct vcam *vm;
    bool keyboard;    // stdin is a terminal, in raw mode
    int pty;          // or -1
    const char *path; // of the link to the PTY
    bool left;        // the user asked to leave
    uint64_t started; // nanoseconds on the host's clock
    uint64_t from;    // virtual time then
    struct usb_host *usb;
    uint8_t pending[8192]; // received, and not yet taken by the PTY
    size_t pending_count;
    struct vcam_event tick;
};

// Opens what is asked for; `usb` is needed with a PTY. Virtual time then does
// not run ahead of the host's clock. Without either it only watches for signals
// to end. 0, or CLI_FAILED after a sentence on stderr.
int vcam_live_open(struct vcam_live *live, struct vcam *vm, bool keyboard,
        struct usb_host *usb, const char *pty_path);
// Restores the terminal, removes the link.
void vcam_live_close(struct vcam_live *live);

#endif
