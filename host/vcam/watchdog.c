// SPDX-License-Identifier: MIT
// The independent and the window watchdog (RM0433 sections 44 and 43).

#include <errno.h>
#include <stdlib.h>

#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

// IWDG
enum {
    KR = 0x00,
    PR = 0x04,
    RLR = 0x08,
    SR = 0x0c,
    WINR = 0x10,
    KEY_OPEN = 0x5555,
    KEY_RELOAD = 0xaaaa,
    KEY_START = 0xcccc
};

// WWDG
enum { WCR = 0x00, WCFR = 0x04, WSR = 0x08, WDGA = 0x80, WWDG_IRQ = 0 };

struct watchdog {
    struct vcam *vm;
    bool open, running;
    uint32_t pr, rlr, winr;
    uint64_t updated[3]; // when PR, RLR and WINR have reached the counter
    uint64_t reloaded;
    struct vcam_event bite;
    uint32_t wcr, wcfr, wsr;
    uint64_t wstart;
    struct vcam_event wbite, wearly;
};

// --- independent ----------------------------------------------------------

static uint64_t tick(const struct watchdog *w) {
    unsigned code = w->pr > 6 ? 6 : w->pr;
    return (VCAM_SECOND << (2 + code)) / vcam_clock(w->vm, CLOCK_LSI);
}

static void reload(struct watchdog *w) {
    struct vcam *vm = w->vm;
    uint64_t now = vcam_now(vm);
    if (!w->running) {
        return;
    }
    if (w->winr < 0xfff) { // a window: not before the count is down to it
        uint64_t gone = (now - w->reloaded) / tick(w);
        if (gone < w->rlr && w->rlr - gone > w->winr) {
            vcam_request_reset(vm, VCAM_RESET_WATCHDOG);
            return;
        }
    }
    w->reloaded = now;
    vcam_event_set(vm, &w->bite, now + (w->rlr + 1) * tick(w));
}

static void on_bite(void *context) {
    struct watchdog *w = context;
    vcam_request_reset(w->vm, VCAM_RESET_WATCHDOG);
}

static void iwdg_reset(void *self, enum vcam_reset why) {
    struct watchdog *w = self;
    (void)why;
    w->open = w->running = false;
    w->pr = 0;
    w->rlr = w->winr = 0xfff;
    w->updated[0] = w->updated[1] = w->updated[2] = 0;
    vcam_event_cancel(w->vm, &w->bite);
}

static bool iwdg_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct watchdog *w = self;
    (void)size;
    switch (offset) {
    case KR:
        *value = 0;
        return true;
    case PR:
        *value = w->pr;
        return true;
    case RLR:
        *value = w->rlr;
        return true;
    case WINR:
        *value = w->winr;
        return true;
    case SR:
        *value = 0;
        for (unsigned i = 0; i < 3; i++) {
            *value |= (uint32_t)(vcam_now(w->vm) < w->updated[i]) << i;
        }
        return true;
    default:
        return false;
    }
}

static void set_open(struct watchdog *w, unsigned which, uint32_t *to,
        uint32_t value) {
    uint64_t now = vcam_now(w->vm);
    if (!w->open) {
        vcam_complain(w->vm, "IWDG written without its key");
        return;
    }
    if (now < w->updated[which]) {
        vcam_complain(w->vm, "IWDG written while IWDG_SR says wait");
    }
    *to = value;
    // Five periods of LSI until the counter's side has it.
    w->updated[which] = now + 5 * VCAM_SECOND / vcam_clock(w->vm, CLOCK_LSI);
    if (which == 2) {
        reload(w); // a new window starts a new count
    }
}

static bool iwdg_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct watchdog *w = self;
    (void)size;
    switch (offset) {
    case KR:
        w->open = (value & 0xffff) == KEY_OPEN;
        if ((value & 0xffff) == KEY_START && !w->running) {
            w->running = true;
            w->reloaded = vcam_now(w->vm);
            vcam_event_set(w->vm, &w->bite,
                    w->reloaded + (w->rlr + 1) * tick(w));
        } else if ((value & 0xffff) == KEY_RELOAD) {
            reload(w);
        }
        return true;
    case PR:
        set_open(w, 0, &w->pr, value & 7);
        return true;
    case RLR:
        set_open(w, 1, &w->rlr, value & 0xfff);
        return true;
    case WINR:
        set_open(w, 2, &w->winr, value & 0xfff);
        return true;
    default:
        return offset == SR;
    }
}

// --- window ---------------------------------------------------------------

static uint64_t wtick(const struct watchdog *w) {
    uint32_t hz = vcam_clock(w->vm, CLOCK_PCLK3);
    return hz ? (VCAM_SECOND * 4096 << (w->wcfr >> 11 & 7)) / hz : VCAM_SECOND;
}

static uint32_t wcount(const struct watchdog *w) {
    if (!(w->wcr & WDGA)) {
        return w->wcr & 0x7f;
    }
    uint64_t gone = (vcam_now(w->vm) - w->wstart) / wtick(w);
    return ((w->wcr & 0x7f) - (uint32_t)gone) & 0x7f;
}

static void warm(struct watchdog *w) {
    uint32_t count = w->wcr & 0x7f;
    if (!(w->wcr & WDGA)) {
        return;
    }
    w->wstart = vcam_now(w->vm);
    if (count < 0x40) {
        vcam_request_reset(w->vm, VCAM_RESET_WINDOW);
        return;
    }
    vcam_event_set(w->vm, &w->wbite, w->wstart + (count - 0x3f) * wtick(w));
    vcam_event_set(w->vm, &w->wearly, w->wstart + (count - 0x40) * wtick(w));
}

static void on_wbite(void *context) {
    struct watchdog *w = context;
    vcam_request_reset(w->vm, VCAM_RESET_WINDOW);
}

static void on_wearly(void *context) {
    struct watchdog *w = context;
    w->wsr = 1;
    vcam_irq(w->vm, WWDG_IRQ, w->wcfr >> 9 & 1);
}

static void wwdg_reset(void *self, enum vcam_reset why) {
    struct watchdog *w = self;
    (void)why;
    w->wcr = w->wcfr = 0x7f;
    w->wsr = 0;
    vcam_event_cancel(w->vm, &w->wbite);
    vcam_event_cancel(w->vm, &w->wearly);
    vcam_irq(w->vm, WWDG_IRQ, false);
}

static bool wwdg_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct watchdog *w = self;
    (void)size;
    *value = offset == WCR   ? (w->wcr & WDGA) | wcount(w)
            : offset == WCFR ? w->wcfr
                             : w->wsr;
    return offset <= WSR;
}

static bool wwdg_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct watchdog *w = self;
    (void)size;
    switch (offset) {
    case WCR:
        if ((w->wcr & WDGA) && wcount(w) > (w->wcfr & 0x7f)) {
            vcam_request_reset(w->vm, VCAM_RESET_WINDOW);
        }
        w->wcr = (value & 0xff) | (w->wcr & WDGA);
        warm(w);
        return true;
    case WCFR:
        w->wcfr = value & 0x3a7f;
        return true;
    case WSR:
        w->wsr &= value;
        vcam_irq(w->vm, WWDG_IRQ, w->wsr && w->wcfr >> 9 & 1);
        return true;
    default:
        return false;
    }
}

int vcam_watchdog_create(struct vcam *vm) {
    struct watchdog *w = calloc(1, sizeof *w);
    if (!w) {
        return -ENOMEM;
    }
    w->vm = vm;
    w->bite = (struct vcam_event){.fire = on_bite, .context = w};
    w->wbite = (struct vcam_event){.fire = on_wbite, .context = w};
    w->wearly = (struct vcam_event){.fire = on_wearly, .context = w};
    vcam_add_device(vm,
            &(struct vcam_device){.name = "IWDG",
                    .base = 0x58004800,
                    .size = 0x400,
                    .read = iwdg_read,
                    .write = iwdg_write,
                    .reset = iwdg_reset,
                    .destroy = free,
                    .self = w});
    vcam_add_device(vm,
            &(struct vcam_device){.name = "WWDG",
                    .base = 0x50003000,
                    .size = 0x400,
                    .gate = VCAM_GATE(0xe4, 6),
                    .read = wwdg_read,
                    .write = wwdg_write,
                    .reset = wwdg_reset,
                    .self = w});
    return 0;
}
