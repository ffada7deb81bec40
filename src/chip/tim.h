// SPDX-License-Identifier: MIT
// General-purpose timers (RM0433 chapters 38 to 40) as PWM generators.
#pragma once

#include "chip/device.h"

// Starts (or retunes) timer 1, 2, 4 or 12 at about `hz` and gives back the
// period in ticks; all channels of a timer share it. CHIP_EINVAL when the
// timer cannot count that slowly, or `hz` is above a third of its clock.
int chip_tim_period(uint32_t number, uint32_t hz, uint32_t *ticks);
// Output high for `high` ticks of each period on channel 1 to 4.
int chip_tim_output(uint32_t number, uint32_t channel, uint32_t high);
void chip_tim_output_off(uint32_t number, uint32_t channel);
// Frequency in force, 0 when stopped; ticks a second; ticks high.
uint32_t chip_tim_hz(uint32_t number);
uint32_t chip_tim_tick_hz(uint32_t number);
uint32_t chip_tim_high(uint32_t number, uint32_t channel);
