// SPDX-License-Identifier: MIT
// What runs between two instructions of a script and while it waits.

#include "link/usb.h"
#include "src/py/console.h"
#include "src/py/link.h"
#include "src/py/port.h"

void port_poll(void) {
    static bool polling;
    if (polling) {
        return;
    }
    polling = true;
    usb_task();
    console_poll();
    link_poll();
    polling = false;
    if (usb_touched()) {
        port_bootloader();
    }
}
