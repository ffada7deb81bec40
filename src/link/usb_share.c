// SPDX-License-Identifier: MIT
// Arbitration of the drive between the USB host and Python.

#include "link/usb_share.h"

void usb_share_begin(struct usb_share *share) {
    share->changed = false;
    share->host_wrote = false;
}

void usb_share_opened(struct usb_share *share) {
    share->open++;
}

void usb_share_closed(struct usb_share *share) {
    share->open -= share->open > 0 ? 1U : 0U;
}

void usb_share_python_wrote(struct usb_share *share, uint32_t now) {
    share->changed = true;
    share->python_ms = now;
}

bool usb_share_python_waits(const struct usb_share *share, uint32_t now) {
    return share->host_wrote && now - share->host_ms < USB_SHARE_BURST_MS;
}

enum usb_share_answer usb_share_host_writes(struct usb_share *share,
        uint32_t now) {
    if (share->open > 0) {
        return USB_SHARE_PROTECTED;
    }
    if (share->changed) {
        share->changed = false;
        return USB_SHARE_CHANGED;
    }
    share->host_wrote = true;
    share->host_ms = now;
    return USB_SHARE_YES;
}

bool usb_share_tell_host(struct usb_share *share, uint32_t now) {
    if (!share->changed || share->open > 0 ||
            now - share->python_ms < USB_SHARE_QUIET_MS) {
        return false;
    }
    share->changed = false;
    return true;
}
