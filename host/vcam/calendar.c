// SPDX-License-Identifier: MIT
// The RTC's calendar.

#include "host/vcam/calendar.h"

enum { DAY = 86400 };

static uint32_t to_bcd(unsigned value) {
    return value / 10 << 4 | value % 10;
}

static unsigned from_bcd(uint32_t value) {
    return (value >> 4) * 10 + (value & 15);
}

static unsigned days_in(unsigned year, unsigned month) {
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
            31};
    // From 2000 to 2099 every fourth year is a leap year.
    return days[month - 1] + (month == 2 && year % 4 == 0);
}

uint32_t calendar_time(int64_t seconds, bool twelve) {
    unsigned of_day = (unsigned)(seconds % DAY);
    unsigned hour = of_day / 3600;
    uint32_t pm = 0;
    if (twelve) {
        pm = hour >= 12 ? 1u << 22 : 0;
        hour = hour % 12 ? hour % 12 : 12;
    }
    return pm | to_bcd(hour) << 16 | to_bcd(of_day / 60 % 60) << 8 |
            to_bcd(of_day % 60);
}

uint32_t calendar_date(int64_t seconds) {
    unsigned days = (unsigned)(seconds / DAY % 36525);
    unsigned weekday = (days + 5) % 7 + 1; // 2000-01-01 was a Saturday
    unsigned year = 0;
    unsigned month = 1;
    while (days >= (year % 4 ? 365u : 366u)) {
        days -= year % 4 ? 365 : 366;
        year++;
    }
    while (days >= days_in(year, month)) {
        days -= days_in(year, month);
        month++;
    }
    return to_bcd(year) << 16 | weekday << 13 | to_bcd(month) << 8 |
            to_bcd(days + 1);
}

int64_t calendar_seconds(uint32_t time, uint32_t date) {
    unsigned year = from_bcd(date >> 16 & 0xff);
    unsigned month = from_bcd(date >> 8 & 0x1f);
    unsigned day = from_bcd(date & 0x3f);
    unsigned hour = from_bcd(time >> 16 & 0x3f);
    if (time >> 22 & 1) { // PM
        hour = hour % 12 + 12;
    }
    int64_t days = (int64_t)year * 365 + (year + 3) / 4;
    for (unsigned m = 1; m < month && m < 12; m++) {
        days += days_in(year, m);
    }
    days += day ? day - 1 : 0;
    return days * DAY + hour * 3600 + from_bcd(time >> 8 & 0x7f) * 60 +
            from_bcd(time & 0x7f);
}
