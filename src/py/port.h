// SPDX-License-Identifier: MIT
// What the files of this port share.
#pragma once

#include "board.h"
#include "chip/device.h"
#include "py/obj.h"

// Puts peripherals that Python objects opened back to rest: a soft reset has
// freed the objects.
void port_deinit_peripherals(void);
void port_pins_deinit(void);
void port_uarts_deinit(void);
void port_pwm_deinit(void);
// Serves USB and what hangs on it; from the interpreter's loop and from waits,
// never in the middle of a file system's work. Raises nothing.
void port_poll(void);
// From PendSV, where the tick found that port_poll() has not been called for
// too long: the same, but for the drive. False: what it would interrupt is
// itself at the USB.
bool port_poll_is_late(uint32_t ms);
bool port_poll_late(void);
// Between the two a script is not left by force: a driver is at work.
extern volatile uint32_t port_held;
static inline void port_hold(void) {
    port_held++;
}
static inline void port_release(void) {
    port_held--;
}
// Leaves a word for the bootloader, which then stays, and resets.
NORETURN void port_bootloader(void);
// Raises OSError for a negative error of src/chip.
void port_check(int err);

extern const mp_obj_type_t machine_led_type;

// The header pin that a Python argument names: a Pin, "P4", or the number 4.
// Raises ValueError when the board has no such pin.
const struct board_pin *port_pin(mp_obj_t pin);
