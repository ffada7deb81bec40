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
// Leaves a word for the bootloader, which then stays, and resets.
NORETURN void port_bootloader(void);
// Raises OSError for a negative error of src/chip.
void port_check(int err);

extern const mp_obj_type_t machine_led_type;

// The header pin that a Python argument names: a Pin, "P4", or the number 4.
// Raises ValueError when the board has no such pin.
const struct board_pin *port_pin(mp_obj_t pin);
