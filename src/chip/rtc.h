// SPDX-License-Identifier: MIT
// Calendar (RM0433 chapter 46) on the LSI: it drifts by percents, and keeps
// going over resets but not without power.
#pragma once

#include "chip/device.h"

struct chip_time {
    uint16_t year;   // 2000 to 2099
    uint8_t month;   // 1 to 12
    uint8_t day;     // 1 to 31
    uint8_t weekday; // 1 is Monday
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
    uint32_t micros; // in steps of 1/1000 s
};

// Starts the clock unless it runs already; then 2000-01-01 00:00:00.
int chip_rtc_init(void);
int chip_rtc_get(struct chip_time *time);
// CHIP_EINVAL for a date that does not exist; `micros` is not set.
int chip_rtc_set(const struct chip_time *time);
