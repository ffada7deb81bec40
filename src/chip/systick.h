// SPDX-License-Identifier: MIT
// Time: the millisecond tick (SysTick) and the cycle counter (DWT).
#pragma once

#include "chip/device.h"

// Starts the 1 kHz tick and the cycle counter for the clock in force.
void chip_systick_init(void);
// Milliseconds and microseconds since then; both wrap at 2^32.
uint32_t chip_ms(void);
uint32_t chip_us(void);
// 64-bit microseconds, for time.time_ns().
uint64_t chip_us64(void);
static inline uint32_t chip_cycles(void) {
    return DWT->CYCCNT;
}
// Busy wait; for microseconds up to 8 seconds.
void chip_delay_us(uint32_t us);
// Provided by the user of this module; called from the tick interrupt. Must
// be fast code: it also runs while the flash is busy.
void chip_tick(uint32_t ms);
