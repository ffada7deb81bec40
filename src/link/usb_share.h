// SPDX-License-Identifier: MIT
// Who may change the drive that the USB host and Python both see.
//
// A host keeps parts of a file system in its memory and writes them back when
// it likes; so does Python. Rules that keep the file system whole:
//
// - While Python has a file of the drive open, in whatever mode, the host is
//   refused to write (write protected). What Python reads does not change
//   under it, what Python writes is not overwritten.
// - When Python has written, what the host remembers is out of date. Its next
//   write is refused with "medium may have changed", after which it reads
//   anew. Without one it is told so at its next question, once Python has
//   been quiet.
// - While the host is in the middle of writing, Python waits before it opens a
//   file to write or changes a folder.
//
// Times are milliseconds that wrap. Portable C, no state but the structure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Python's last write must be this long ago before a host is told unasked.
#define USB_SHARE_QUIET_MS 1000U
// Between two writes of one file copied, a host rests shorter than this.
#define USB_SHARE_BURST_MS 300U
// Python does not wait longer for a host that goes on writing.
#define USB_SHARE_PATIENCE_MS 3000U

struct usb_share {
    uint32_t open;      // files that Python has open
    bool changed;       // Python wrote, and the host does not know
    bool host_wrote;    // at host_ms, the last time
    uint32_t python_ms; // when Python wrote
    uint32_t host_ms;
};

enum usb_share_answer {
    USB_SHARE_YES,
    USB_SHARE_PROTECTED, // Python has a file open
    USB_SHARE_CHANGED    // the host's memory is out of date; said once
};

// A host begins anew, it remembers nothing.
void usb_share_begin(struct usb_share *share);

void usb_share_opened(struct usb_share *share);
void usb_share_closed(struct usb_share *share);
void usb_share_python_wrote(struct usb_share *share, uint32_t now);
// True: the host is writing, wait (at most USB_SHARE_PATIENCE_MS in all).
bool usb_share_python_waits(const struct usb_share *share, uint32_t now);

// May the host write? USB_SHARE_YES counts as a write of the host.
enum usb_share_answer usb_share_host_writes(struct usb_share *share,
        uint32_t now);
// The host asks whether the medium is ready: true, once, when it changed.
bool usb_share_tell_host(struct usb_share *share, uint32_t now);
