// SPDX-License-Identifier: MIT
// Independent watchdog (RM0433 chapter 45), clocked by the 32 kHz LSI.
#pragma once

#include "chip/device.h"

#define CHIP_IWDG_MAX_MS 32768U

// Starts it; it cannot be stopped again. 1 to CHIP_IWDG_MAX_MS milliseconds.
int chip_iwdg_start(uint32_t ms);

#define IWDG1_KR CHIP_REG(0x58004800U)
#define IWDG_KEY_FEED 0xAAAAU

// Restarts the count; does nothing when the watchdog is not running.
__attribute__((always_inline)) static inline void chip_iwdg_feed(void) {
    IWDG1_KR = IWDG_KEY_FEED;
}
