// SPDX-License-Identifier: MIT
// The real-time clock and its backup registers (RM0433 section 46).

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/calendar.h"
#include "host/vcam/devices.h"
#include "host/vcam/gpio.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

enum {
    TR = 0x00,
    DR = 0x04,
    CR = 0x08,
    ISR = 0x0c,
    PRER = 0x10,
    WUTR = 0x14,
    ALRMAR = 0x1c,
    ALRMBR = 0x20,
    WPR = 0x24,
    SSR = 0x28,
    SHIFTR = 0x2c,
    TSTR = 0x30,
    TSDR = 0x34,
    TSSSR = 0x38,
    CALR = 0x3c,
    TAMPCR = 0x40,
    ALRMASSR = 0x44,
    ALRMBSSR = 0x48,
    OR = 0x4c,
    BKP0R = 0x50,
    BKP31R = 0xcc
};

enum {
    CR_WUCKSEL = 7,
    CR_ALRAE = 1 << 8,
    CR_WUTE = 1 << 10,
    CR_ALRAIE = 1 << 12,
    CR_WUTIE = 1 << 14,
    ISR_ALRAWF = 1 << 0,
    ISR_WUTWF = 1 << 2,
    ISR_SHPF = 1 << 3,
    ISR_INITS = 1 << 4,
    ISR_RSF = 1 << 5,
    ISR_INITF = 1 << 6,
    ISR_INIT = 1 << 7,
    ISR_ALRAF = 1 << 8,
    ISR_WUTF = 1 << 10,
    EXTI_ALARM = 17,
    EXTI_WAKEUP = 19
};

struct rtc {
    struct vcam *vm;
    uint32_t reg[0xd0 / 4];
    unsigned keys; // of the write protection that were right
    bool initialising;
    uint64_t set_at;  // time at which the calendar was `seconds`
    int64_t seconds;  // since 2000
    unsigned weekday; // days that the weekday is ahead of the calendar's
    uint64_t synced_at;
    bool date_locked; // TR was read: DR waits
    uint32_t locked_date;
    struct vcam_event second, wakeup;
};

static uint64_t async_divider(const struct rtc *r) {
    return (r->reg[PRER / 4] >> 16 & 0x7f) + 1;
}

static uint64_t sync_divider(const struct rtc *r) {
    return (r->reg[PRER / 4] & 0x7fff) + 1;
}

static uint32_t hertz(const struct rtc *r) {
    return vcam_clock(r->vm, CLOCK_RTC);
}

__extension__ typedef unsigned __int128 uint128;

// Ticks of the subsecond counter since the calendar was set.
static uint64_t subticks(const struct rtc *r) {
    uint32_t hz = hertz(r);
    if (!hz || r->initialising) {
        return 0;
    }
    return (uint64_t)((uint128)(vcam_now(r->vm) - r->set_at) * hz /
            ((uint128)VCAM_SECOND * async_divider(r)));
}

static uint64_t second_time(const struct rtc *r, uint64_t seconds) {
    uint128 cycles = (uint128)seconds * async_divider(r) * sync_divider(r);
    uint32_t hz = hertz(r);
    return r->set_at + (uint64_t)((cycles * VCAM_SECOND + hz - 1) / hz);
}

static int64_t now_seconds(const struct rtc *r) {
    return r->seconds + (int64_t)(subticks(r) / sync_divider(r));
}

// The weekday is whatever was written, and counts on from there.
static uint32_t date_register(const struct rtc *r) {
    uint32_t date = calendar_date(now_seconds(r));
    uint32_t day = ((date >> 13 & 7) - 1 + r->weekday) % 7 + 1;
    return (date & ~0xe000u) | day << 13;
}

static uint32_t time_register(const struct rtc *r) {
    return calendar_time(now_seconds(r), r->reg[CR / 4] >> 6 & 1);
}

// --- alarms and wake-up ---------------------------------------------------

static bool alarm_matches(const struct rtc *r, unsigned n) {
    uint32_t alarm = r->reg[ALRMAR / 4 + n];
    uint32_t time = time_register(r);
    uint32_t date = date_register(r);
    uint32_t day = alarm >> 30 & 1 ? (date >> 13 & 7) : (date & 0x3f);
    bool seconds = alarm >> 7 & 1 || ((alarm ^ time) & 0x7f) == 0;
    bool minutes = alarm >> 15 & 1 || ((alarm ^ time) & 0x7f00) == 0;
    bool hours = alarm >> 23 & 1 || ((alarm ^ time) & 0x7f0000) == 0;
    bool days = alarm >> 31 || (alarm >> 24 & 0x3f) == day;
    return seconds && minutes && hours && days;
}

static void arm(struct rtc *r) {
    vcam_event_cancel(r->vm, &r->second);
    if (hertz(r) && !r->initialising &&
            r->reg[CR / 4] & (CR_ALRAE | CR_ALRAE << 1)) {
        uint64_t next = subticks(r) / sync_divider(r) + 1;
        vcam_event_set(r->vm, &r->second, second_time(r, next));
    }
}

static void on_second(void *context) {
    struct rtc *r = context;
    for (unsigned n = 0; n < 2; n++) {
        if (r->reg[CR / 4] & CR_ALRAE << n && alarm_matches(r, n)) {
            r->reg[ISR / 4] |= (uint32_t)ISR_ALRAF << n;
            if (r->reg[CR / 4] & CR_ALRAIE << n) {
                vcam_exti_line(r->vm, EXTI_ALARM);
            }
        }
    }
    arm(r);
}

static uint64_t wakeup_period(const struct rtc *r) {
    uint32_t hz = hertz(r);
    unsigned select = r->reg[CR / 4] & CR_WUCKSEL;
    uint64_t count = (r->reg[WUTR / 4] & 0xffff) + 1;
    if (!hz) {
        return 0;
    }
    if (select < 4) { // the RTC's clock by 16, 8, 4, 2
        return count * VCAM_SECOND * (16u >> select) / hz;
    }
    count += select >= 6 ? 0x10000 : 0;
    return (uint64_t)((uint128)count * VCAM_SECOND * async_divider(r) *
            sync_divider(r) / hz);
}

static void arm_wakeup(struct rtc *r) {
    uint64_t period = wakeup_period(r);
    if (r->reg[CR / 4] & CR_WUTE && period) {
        vcam_event_set(r->vm, &r->wakeup, vcam_now(r->vm) + period);
    } else {
        vcam_event_cancel(r->vm, &r->wakeup);
    }
}

static void on_wakeup(void *context) {
    struct rtc *r = context;
    r->reg[ISR / 4] |= ISR_WUTF;
    if (r->reg[CR / 4] & CR_WUTIE) {
        vcam_exti_line(r->vm, EXTI_WAKEUP);
    }
    arm_wakeup(r);
}

// --- registers ------------------------------------------------------------

static void rtc_reset(void *self, enum vcam_reset why) {
    struct rtc *r = self;
    if (why != VCAM_RESET_POWER) {
        return; // the backup domain outlives the others
    }
    memset(r->reg, 0, sizeof r->reg);
    r->reg[PRER / 4] = 0x007f00ff;
    r->reg[WUTR / 4] = 0xffff;
    r->keys = 0;
    r->initialising = false;
    r->date_locked = false;
    r->seconds = 0; // 2000-01-01, a Saturday that is called a Monday
    r->weekday = 2;
    r->set_at = vcam_now(r->vm);
    r->synced_at = 0;
    vcam_event_cancel(r->vm, &r->second);
    vcam_event_cancel(r->vm, &r->wakeup);
}

static uint32_t status(const struct rtc *r) {
    uint32_t value = r->reg[ISR / 4] & 0xff00;
    bool clocked = hertz(r) != 0;
    for (unsigned n = 0; n < 2; n++) {
        uint32_t on = r->reg[CR / 4] & (uint32_t)CR_ALRAE << n;
        value |= on ? 0 : (uint32_t)ISR_ALRAWF << n;
    }
    value |= (r->reg[CR / 4] & CR_WUTE) ? 0 : (uint32_t)ISR_WUTWF;
    if (r->initialising) {
        value |= ISR_INIT | (clocked ? (uint32_t)ISR_INITF : 0);
    } else if (clocked && vcam_now(r->vm) >= r->synced_at) {
        value |= ISR_RSF;
    }
    // INITS: the year has been set.
    value |= now_seconds(r) >= 366 * 86400 ? (uint32_t)ISR_INITS : 0;
    return value;
}

static bool rtc_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct rtc *r = self;
    (void)size;
    if (offset > BKP31R || offset == 0x18) {
        return false;
    }
    *value = r->reg[offset / 4];
    switch (offset) {
    case TR:
        *value = r->initialising ? r->reg[TR / 4] : time_register(r);
        r->date_locked = true;
        r->locked_date = date_register(r);
        break;
    case DR:
        *value = r->initialising ? r->reg[DR / 4]
                : r->date_locked ? r->locked_date
                                 : date_register(r);
        r->date_locked = false;
        break;
    case SSR:
        *value =
                (uint32_t)(sync_divider(r) - 1 - subticks(r) % sync_divider(r));
        break;
    case ISR:
        *value = status(r);
        break;
    case WPR:
    case SHIFTR:
        *value = 0;
        break;
    default:
        break;
    }
    return true;
}

static void write_status(struct rtc *r, uint32_t value) {
    bool init = value & ISR_INIT;
    r->reg[ISR / 4] &= value | ~0xff00u;
    if (!(value & ISR_RSF)) { // two clocks until the shadows are fresh
        uint32_t hz = hertz(r);
        r->synced_at =
                vcam_now(r->vm) + (hz ? 2 * VCAM_SECOND / hz : VCAM_SECOND);
    }
    if (init && !r->initialising) {
        r->reg[TR / 4] = time_register(r);
        r->reg[DR / 4] = date_register(r);
        r->initialising = true;
    } else if (!init && r->initialising) {
        r->initialising = false;
        r->seconds = calendar_seconds(r->reg[TR / 4], r->reg[DR / 4]);
        r->set_at = vcam_now(r->vm);
        uint32_t day = calendar_date(r->seconds) >> 13 & 7;
        r->weekday = ((r->reg[DR / 4] >> 13 & 7) + 7 - day) % 7;
        if (!hertz(r)) {
            vcam_complain(r->vm, "RTC set while it has no clock");
        }
    }
    arm(r);
}

static void write_protected(struct rtc *r, uint32_t offset, uint32_t value) {
    bool calendar = offset == TR || offset == DR || offset == PRER;
    if (calendar && !r->initialising) {
        vcam_complain(r->vm, "RTC + 0x%02x written outside initialisation",
                (unsigned)offset);
        return;
    }
    if (offset == WUTR && r->reg[CR / 4] & CR_WUTE) {
        vcam_complain(r->vm, "RTC_WUTR written while the timer is on");
    }
    uint32_t old = r->reg[CR / 4];
    r->reg[offset / 4] = value;
    if (offset == CR) {
        r->reg[CR / 4] = value & 0x00ffff7f;
        if ((old ^ value) & (CR_WUTE | CR_WUCKSEL)) {
            arm_wakeup(r);
        }
        arm(r);
    }
}

static bool rtc_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct rtc *r = self;
    (void)size;
    if (offset > BKP31R || offset == 0x18) {
        return false;
    }
    if (offset == SSR || (offset >= TSTR && offset <= TSSSR)) {
        return true; // read only
    }
    if (!vcam_backup_open(r->vm)) {
        vcam_complain(r->vm, "RTC + 0x%02x written without PWR_CR1.DBP",
                (unsigned)offset);
        return true;
    }
    if (offset >= BKP0R || offset == TAMPCR || offset == OR) {
        r->reg[offset / 4] = value;
        return true;
    }
    if (offset == WPR) {
        uint32_t key = value & 0xff;
        r->keys = key == 0xca ? 1 : key == 0x53 && r->keys == 1 ? 2 : 0;
        return true;
    }
    if (offset == ISR && !(value & ISR_INIT) == !r->initialising) {
        write_status(r, value); // flags need no key
        return true;
    }
    if (r->keys != 2) {
        vcam_complain(r->vm, "RTC + 0x%02x written while it is protected",
                (unsigned)offset);
        return true;
    }
    if (offset == ISR) {
        write_status(r, value);
    } else if (offset == SHIFTR) {
        vcam_complain(r->vm, "RTC_SHIFTR is not modelled");
    } else {
        write_protected(r, offset, value);
    }
    return true;
}

static void rtc_clocks(void *self, bool after) {
    struct rtc *r = self;
    if (after) {
        arm(r);
        return;
    }
    // Freezes what has been counted at the old clock.
    r->seconds = now_seconds(r);
    uint64_t whole = subticks(r) / sync_divider(r);
    if (hertz(r) && !r->initialising) {
        r->set_at = second_time(r, whole);
    } else {
        r->set_at = vcam_now(r->vm);
    }
}

int vcam_rtc_create(struct vcam *vm) {
    struct rtc *r = calloc(1, sizeof *r);
    if (!r) {
        return -ENOMEM;
    }
    r->vm = vm;
    r->second = (struct vcam_event){.fire = on_second, .context = r};
    r->wakeup = (struct vcam_event){.fire = on_wakeup, .context = r};
    vcam_add_device(vm,
            &(struct vcam_device){.name = "RTC",
                    .base = 0x58004000,
                    .size = 0x400,
                    .gate = VCAM_GATE(0xf4, 16),
                    .read = rtc_read,
                    .write = rtc_write,
                    .reset = rtc_reset,
                    .clocks = rtc_clocks,
                    .destroy = free,
                    .self = r});
    return 0;
}
