// SPDX-License-Identifier: MIT
// What runs between two instructions of a script and while it waits; and from
// an interrupt when a script does neither.

#include "chip/systick.h"
#include "link/usb.h"
#include "src/py/console.h"
#include "src/py/link.h"
#include "src/py/port.h"

// A script that has not polled for so long is in native code, or in a long
// loop of some C function.
#define LATE_MS 50U

static volatile bool polling;
static volatile uint32_t polled_ms;

void port_poll(void) {
    if (polling) {
        return;
    }
    polling = true;
    polled_ms = chip_ms();
    usb_task();
    console_poll();
    link_poll();
    polling = false;
    if (usb_touched()) {
        port_bootloader();
    }
}

CHIP_FASTCODE bool port_poll_is_late(uint32_t ms) {
    return ms - polled_ms >= LATE_MS;
}

bool port_poll_late(void) {
    if (polling || usb_is_busy()) {
        return false;
    }
    polling = true;
    usb_serve();
    console_poll();
    link_poll();
    polling = false;
    return true;
}
