// SPDX-License-Identifier: MIT
// The USB device controller OTG_FS (RM0433 chapter 60) as the wire sees it.
#ifndef HOST_VCAM_OTG_H
#define HOST_VCAM_OTG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vcam;

enum { VCAM_OTG_PACKET = 64 };

// What the device answers to a token.
enum vcam_usb_answer {
    VCAM_USB_ACK, // or data
    VCAM_USB_NAK,
    VCAM_USB_STALL,
    VCAM_USB_SILENCE // not its address, off, or in reset
};

// Voltage at the plug.
void vcam_otg_vbus(struct vcam *vm, bool on);
// The pull-up is on: the host sees a device.
bool vcam_otg_attached(const struct vcam *vm);

// Both lines low, and the end of it.
void vcam_otg_bus_reset(struct vcam *vm, bool on);
// No frames for 3 ms; and traffic again.
void vcam_otg_suspend(struct vcam *vm, bool on);
// Start of a frame, 0 to 2047.
void vcam_otg_frame(struct vcam *vm, unsigned number);

// Transactions. `toggle` is DATA0 or DATA1; OUT packets of the wrong one are
// acknowledged and thrown away, IN tells what came.
enum vcam_usb_answer vcam_otg_setup(struct vcam *vm, unsigned address,
        const uint8_t request[8]);
enum vcam_usb_answer vcam_otg_out(struct vcam *vm, unsigned address,
        unsigned endpoint, bool toggle, const uint8_t *data, size_t size);
enum vcam_usb_answer vcam_otg_in(struct vcam *vm, unsigned address,
        unsigned endpoint, bool *toggle, uint8_t *data, size_t *size);

#endif
