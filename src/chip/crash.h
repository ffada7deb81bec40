// SPDX-License-Identifier: MIT
// Faults: what the core knew is kept across the reset that follows.
#pragma once

#include "chip/device.h"

enum chip_crash_reason {
    CHIP_CRASH_NMI = 1,
    CHIP_CRASH_HARD, // these numbers are the blinks of the red LED
    CHIP_CRASH_MEMORY,
    CHIP_CRASH_BUS,
    CHIP_CRASH_USAGE,
    CHIP_CRASH_STACK, // the stack ran into its guard
    CHIP_CRASH_IRQ,   // an interrupt nobody serves
    CHIP_CRASH_ABORT  // the firmware gave up; see `text`
};

struct chip_crash {
    uint32_t magic;
    uint32_t reason;
    uint32_t r[13];
    uint32_t sp; // before the exception
    uint32_t lr;
    uint32_t pc;
    uint32_t xpsr;
    uint32_t exc_return;
    uint32_t cfsr; // fault status registers, PM0253 section 4.3
    uint32_t hfsr;
    uint32_t mmfar;
    uint32_t bfar;
    uint32_t ms;    // time since boot
    uint32_t count; // faults since power was applied
    char text[64];
    uint32_t check; // over all words above
};

// The last fault, or NULL when there was none since power was applied.
const struct chip_crash *chip_crash_last(void);
void chip_crash_clear(void);
const char *chip_crash_name(uint32_t reason);

// Ends the program with a reason of the firmware's own.
_Noreturn void chip_abort(const char *text);

// Provided by the board: the pin of the red LED (active low).
extern const uint8_t chip_board_crash_led;
