// SPDX-License-Identifier: MIT
// Bulk-only transport (USB mass storage, bulk-only 1.0): one SCSI command at a
// time, with the sense data of those that fail.
#ifndef HOST_VCAM_USB_BOT_H
#define HOST_VCAM_USB_BOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/vcam/usb_host.h"

enum usb_bot_result {
    BOT_PASSED,
    BOT_FAILED, // see `sense`
    BOT_GONE
};

struct usb_bot {
    struct usb_host *host;
    bool busy;
    uint8_t block[31]; // the command block wrapper
    uint8_t status[13];
    uint32_t tag;
    uint8_t code; // of the command, not of the question for its sense
    bool in, sensing, retried;
    uint8_t *data;
    size_t size;
    size_t moved;     // bytes of the data stage
    uint8_t sense[3]; // key, code, qualifier
    uint8_t sense_data[18];
    void *context;
    void (*done)(void *context, enum usb_bot_result result);
};

// Starts a command; `data` must live until `done` was called.
void usb_bot_start(struct usb_bot *bot, const uint8_t *command, size_t length,
        bool in, void *data, size_t size,
        void (*done)(void *, enum usb_bot_result), void *context);

#endif
