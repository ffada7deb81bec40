// SPDX-License-Identifier: MIT
// The RTC's calendar: seconds since 2000 and the registers RTC_TR, RTC_DR
// (RM0433 46.6.1 and 46.6.2).
#ifndef HOST_VCAM_CALENDAR_H
#define HOST_VCAM_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

// RTC_TR for a time, in 24 hours or with AM and PM.
uint32_t calendar_time(int64_t seconds, bool twelve);
// RTC_DR.
uint32_t calendar_date(int64_t seconds);
// Back again; fields out of range are taken as they count.
int64_t calendar_seconds(uint32_t time, uint32_t date);

#endif
