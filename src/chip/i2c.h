// SPDX-License-Identifier: MIT
// I2C controllers 1, 2 and 4 as bus masters (RM0433 chapter 47), polled.
#pragma once

#include "chip/device.h"

// Configures a bus (1: camera sensor, 2: P4/P5, 4: P7/P8) for 10 kHz to
// 1 MHz; the pins are the caller's.
int chip_i2c_init(uint32_t bus, uint32_t hz);

// Frees a bus that a chip holds in the middle of a byte, as after a reset that
// came while it was answering: clocks it by hand until it lets go, then sends a
// STOP. To be called before chip_i2c_init(); leaves the pins as inputs with
// pull-ups. CHIP_EBUSY when a line stays low.
int chip_i2c_recover(uint8_t scl, uint8_t sda);

enum { CHIP_I2C_READ = 1, CHIP_I2C_STOP = 2 };

// One message to or from a 7-bit address. Without CHIP_I2C_STOP the bus is
// kept and the next message begins with a repeated start. `timeout_us` bounds
// each byte. CHIP_ENODEV when the address, CHIP_EIO when a byte is refused,
// CHIP_EBUSY when somebody holds the bus.
int chip_i2c_transfer(uint32_t bus, uint8_t address, uint8_t *data,
        size_t count, uint32_t flags, uint32_t timeout_us);
