// SPDX-License-Identifier: MIT
// Real-time clock of the STM32H743 (RM0433 chapter 46).

#include "chip/rtc.h"

#include "chip/pwr.h"
#include "chip/rcc.h"

// Registers: RM0433 section 46.6.
#define RTC_BASE 0x58004000U
#define RTC_TR CHIP_REG(RTC_BASE + 0x00)
#define RTC_DR CHIP_REG(RTC_BASE + 0x04)
#define RTC_CR CHIP_REG(RTC_BASE + 0x08)
#define RTC_ISR CHIP_REG(RTC_BASE + 0x0C)
#define RTC_PRER CHIP_REG(RTC_BASE + 0x10)
#define RTC_WPR CHIP_REG(RTC_BASE + 0x24)
#define RTC_SSR CHIP_REG(RTC_BASE + 0x28)

#define RTC_CR_BYPSHAD (1U << 5)
#define RTC_ISR_INITS (1U << 4)
#define RTC_ISR_INITF (1U << 6)
#define RTC_ISR_INIT (1U << 7)

// LSI is 32 kHz nominal: 32 * 1000 = 32000, so a sub-second is 1 ms.
#define PREDIV_A 31U
#define PREDIV_S 999U
#define INIT_US 1000U

static uint32_t to_bcd(uint32_t value) {
    return value / 10U << 4 | value % 10U;
}

static uint32_t from_bcd(uint32_t bcd) {
    return (bcd >> 4) * 10U + (bcd & 15U);
}

static void unlock(void) {
    RTC_WPR = 0xCA;
    RTC_WPR = 0x53;
}

static void lock(void) {
    RTC_WPR = 0xFF;
}

static int days_in(uint32_t year, uint32_t month) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
            31};
    // 2000 to 2099: every fourth year is a leap year.
    return days[month - 1U] + (month == 2U && year % 4U == 0 ? 1 : 0);
}

static bool valid(const struct chip_time *t) {
    return t->year >= 2000U && t->year <= 2099U && t->month >= 1U &&
            t->month <= 12U && t->day >= 1U &&
            t->day <= days_in(t->year, t->month) && t->weekday >= 1U &&
            t->weekday <= 7U && t->hour < 24U && t->minute < 60U &&
            t->second < 60U;
}

int chip_rtc_init(void) {
    chip_rcc_enable(GATE_RTC);
    int err = chip_pwr_backup_access();
    if (!err) {
        err = chip_rcc_lsi_for_rtc();
    }
    if (err) {
        return err;
    }
    unlock();
    RTC_CR |= RTC_CR_BYPSHAD;
    lock();
    if (RTC_ISR & RTC_ISR_INITS) {
        return 0;
    }
    static const struct chip_time start = {2000, 1, 1, 6, 0, 0, 0, 0};
    return chip_rtc_set(&start);
}

int chip_rtc_set(const struct chip_time *t) {
    if (!valid(t)) {
        return CHIP_EINVAL;
    }
    uint32_t tr =
            to_bcd(t->hour) << 16 | to_bcd(t->minute) << 8 | to_bcd(t->second);
    uint32_t dr = to_bcd(t->year - 2000U) << 16 | (uint32_t)t->weekday << 13 |
            to_bcd(t->month) << 8 | to_bcd(t->day);
    unlock();
    RTC_ISR |= RTC_ISR_INIT;
    int err = chip_wait(&RTC_ISR, RTC_ISR_INITF, RTC_ISR_INITF, INIT_US);
    if (!err) {
        // Two writes, section 46.3.7: the synchronous half first.
        RTC_PRER = PREDIV_S;
        RTC_PRER = PREDIV_A << 16 | PREDIV_S;
        RTC_TR = tr;
        RTC_DR = dr;
    }
    RTC_ISR &= ~RTC_ISR_INIT;
    lock();
    return err;
}

int chip_rtc_get(struct chip_time *t) {
    // Without shadow registers the three are read until they agree.
    for (int i = 0; i < 4; i++) {
        uint32_t ssr = RTC_SSR & 0xFFFFU;
        uint32_t tr = RTC_TR;
        uint32_t dr = RTC_DR;
        if (ssr != (RTC_SSR & 0xFFFFU) || tr != RTC_TR || dr != RTC_DR) {
            continue;
        }
        t->year = (uint16_t)(2000U + from_bcd(dr >> 16 & 0xFFU));
        t->weekday = dr >> 13 & 7U;
        t->month = (uint8_t)from_bcd(dr >> 8 & 0x1FU);
        t->day = (uint8_t)from_bcd(dr & 0x3FU);
        t->hour = (uint8_t)from_bcd(tr >> 16 & 0x3FU);
        t->minute = (uint8_t)from_bcd(tr >> 8 & 0x7FU);
        t->second = (uint8_t)from_bcd(tr & 0x7FU);
        t->micros = ssr <= PREDIV_S ? (PREDIV_S - ssr) * 1000U : 0;
        return 0;
    }
    return CHIP_EIO;
}
