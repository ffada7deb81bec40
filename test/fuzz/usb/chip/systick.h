// SPDX-License-Identifier: MIT
// Stands in for src/chip/systick.h on the host: time is what the test says.
#pragma once

#include <stdint.h>

enum { CHIP_EIO = -5, CHIP_ENODEV = -19 };

extern uint32_t fake_ms;

static inline uint32_t chip_ms(void) {
    return fake_ms;
}
