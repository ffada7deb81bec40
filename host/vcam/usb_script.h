// SPDX-License-Identifier: MIT
// What the virtual USB host and its user do, and when: one line an action.
//
//   SECONDS plug | unplug | suspend | resume
//   SECONDS open BAUD | close | type TEXT | mute | listen
//   SECONDS write IMAGE | save IMAGE
//
// Times are virtual, in rising order. TEXT goes to the end of the line, with
// \r, \n, \\ and \xNN in it. `mute` stops reading from the open port. What is
// received is written to the file that --usb-serial names. `write` makes the
// disk what IMAGE is, `save` stores what the host knows of it. Lines that
// begin with # and empty ones are passed over.
#ifndef HOST_VCAM_USB_SCRIPT_H
#define HOST_VCAM_USB_SCRIPT_H

#include "host/vcam/usb_host.h"

struct usb_script;

// 0, or CLI_FAILED after a sentence on stderr. `serial` may be null.
int usb_script_open(struct usb_script **out, struct usb_host *host,
        const char *path, const char *serial);
void usb_script_close(struct usb_script *script);

#endif
