// SPDX-License-Identifier: MIT
// The medium that the USB host sees as a drive.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define USB_BLOCK 512U

// All functions are called from usb_task(), never from interrupts and never
// while the flash is busy. Results are 0 or negative.
struct usb_medium {
    char product[16]; // padded with spaces or zeros
    uint32_t blocks;
    int (*read)(uint32_t block, uint32_t count, void *to);
    // What was written stays when the power fails after it has returned.
    int (*write)(uint32_t block, uint32_t count, const void *from);
    struct usb_share *share; // who may write, usb_share.h
    // Closes files that no script can reach any more; they are in the way.
    void (*release)(void);
};

// Another medium, or none (NULL), copied; the host is told of the change.
void usb_msc_set_medium(const struct usb_medium *medium);
// Between usb_msc_accept(true) and (false) a read or write that the host asks
// for is taken up; usb_msc_work() then does it, true when there was one. All
// else that the host asks is answered at any time.
void usb_msc_accept(bool accept);
bool usb_msc_work(void);
