// SPDX-License-Identifier: MIT
// Timers TIM1 to TIM17 (RM0433 sections 38 to 42): counting, update and
// compare events and their interrupts. Waveforms at pins, captures, slave
// modes and centre-aligned counting are not there.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"
#include "host/vcam/tim.h"

enum {
    CR1 = 0x00,
    CR2 = 0x04,
    SMCR = 0x08,
    DIER = 0x0c,
    SR = 0x10,
    EGR = 0x14,
    CCMR1 = 0x18,
    CCMR2 = 0x1c,
    CCER = 0x20,
    CNT = 0x24,
    PSC = 0x28,
    ARR = 0x2c,
    RCR = 0x30,
    CCR1 = 0x34,
    CCR4 = 0x40,
    BDTR = 0x44,
    DCR = 0x48,
    DMAR = 0x4c,
    LAST = 0x68,
    CR1_CEN = 1 << 0,
    CR1_UDIS = 1 << 1,
    CR1_URS = 1 << 2,
    CR1_OPM = 1 << 3,
    CR1_DIR = 1 << 4,
    CR1_CMS = 3 << 5,
    CR1_ARPE = 1 << 7,
    SR_UIF = 1 << 0
};

struct tim {
    struct vcam *vm;
    unsigned index;
    uint32_t reg[LAST / 4 + 1];
    uint32_t psc, arr; // as the counter uses them
    uint64_t since;    // time at which the count was `from`
    uint32_t from;
    // Where nothing waits for the flags they are worked out when they are
    // looked at: ticks since `since` that this has been done for.
    bool lazy;
    uint64_t seen;
    unsigned repeats;
    struct vcam_event event;
};

static const struct {
    const char *name;
    uint32_t base;
    uint16_t gate;
    uint8_t update_irq, compare_irq;
    bool wide;
    uint8_t channels;
    bool second; // on APB2
} TIMERS[] = {
        {"TIM1", 0x40010000, VCAM_GATE(0xf0, 0), 25, 27, false, 4, true},
        {"TIM2", 0x40000000, VCAM_GATE(0xe8, 0), 28, 28, true, 4, false},
        {"TIM3", 0x40000400, VCAM_GATE(0xe8, 1), 29, 29, false, 4, false},
        {"TIM4", 0x40000800, VCAM_GATE(0xe8, 2), 30, 30, false, 4, false},
        {"TIM5", 0x40000c00, VCAM_GATE(0xe8, 3), 50, 50, true, 4, false},
        {"TIM6", 0x40001000, VCAM_GATE(0xe8, 4), 54, 54, false, 0, false},
        {"TIM7", 0x40001400, VCAM_GATE(0xe8, 5), 55, 55, false, 0, false},
        {"TIM8", 0x40010400, VCAM_GATE(0xf0, 1), 44, 46, false, 4, true},
        {"TIM12", 0x40001800, VCAM_GATE(0xe8, 6), 43, 43, false, 2, false},
        {"TIM13", 0x40001c00, VCAM_GATE(0xe8, 7), 44, 44, false, 1, false},
        {"TIM14", 0x40002000, VCAM_GATE(0xe8, 8), 45, 45, false, 1, false},
        {"TIM15", 0x40014000, VCAM_GATE(0xf0, 16), 116, 116, false, 2, true},
        {"TIM16", 0x40014400, VCAM_GATE(0xf0, 17), 117, 117, false, 1, true},
        {"TIM17", 0x40014800, VCAM_GATE(0xf0, 18), 118, 118, false, 1, true},
};

enum { COUNT = sizeof TIMERS / sizeof *TIMERS };

__extension__ typedef unsigned __int128 uint128;

static uint32_t hertz(const struct tim *t) {
    return vcam_clock(t->vm,
            TIMERS[t->index].second ? CLOCK_TIMERS2 : CLOCK_TIMERS1);
}

static uint64_t ticks_between(const struct tim *t, uint64_t from, uint64_t to) {
    return (uint64_t)((uint128)(to - from) * hertz(t) /
            ((uint128)VCAM_SECOND * (t->psc + 1ull)));
}

static uint64_t after_ticks(const struct tim *t, uint64_t ticks) {
    uint32_t hz = hertz(t);
    if (!hz) {
        return UINT64_MAX;
    }
    uint128 time = (uint128)ticks * VCAM_SECOND * (t->psc + 1ull);
    return t->since + (uint64_t)((time + hz - 1) / hz);
}

static bool running(const struct tim *t) {
    return t->reg[CR1 / 4] & CR1_CEN;
}

static bool down(const struct tim *t) {
    return t->reg[CR1 / 4] & CR1_DIR;
}

// How far the counter is on its way to the next update.
static uint64_t position(const struct tim *t) {
    uint64_t gone =
            running(t) ? ticks_between(t, t->since, vcam_now(t->vm)) : 0;
    uint32_t start = down(t) ? t->arr - t->from : t->from;
    return start + gone;
}

static uint32_t count(const struct tim *t) {
    uint64_t at = position(t) % (t->arr + 1ull);
    return down(t) ? t->arr - (uint32_t)at : (uint32_t)at;
}

static bool irq_level(const struct tim *t, unsigned irq) {
    uint32_t active = t->reg[SR / 4] & t->reg[DIER / 4];
    return (irq == TIMERS[t->index].update_irq && active & SR_UIF) ||
            (irq == TIMERS[t->index].compare_irq && active & 0x1e);
}

// Some timers share an interrupt.
static void update_irq(struct tim *t) {
    const uint8_t irqs[2] = {TIMERS[t->index].update_irq,
            TIMERS[t->index].compare_irq};
    for (unsigned k = 0; k < 2; k++) {
        bool level = false;
        for (unsigned i = 0; i < COUNT; i++) {
            if (TIMERS[i].update_irq == irqs[k] ||
                    TIMERS[i].compare_irq == irqs[k]) {
                const struct tim *other =
                        vcam_find_device(t->vm, TIMERS[i].name);
                level |= other && irq_level(other, irqs[k]);
            }
        }
        vcam_irq(t->vm, irqs[k], level);
    }
}

// Nothing but flags comes of the ticks: XCLK alone is millions a second.
static bool can_be_lazy(const struct tim *t) {
    return !(t->reg[DIER / 4] & 0x1f) && !(t->reg[CR1 / 4] & CR1_OPM) &&
            t->repeats == 0 && t->reg[RCR / 4] == 0 &&
            t->psc == t->reg[PSC / 4] && t->arr == t->reg[ARR / 4];
}

// How often the counter comes by `match` on its way up to `reached`.
static uint64_t passes(uint64_t reached, uint64_t match, uint64_t period) {
    return reached < match ? 0 : (reached - match) / period + 1;
}

static void catch_up(struct tim *t) {
    if (!t->lazy || !running(t)) {
        return;
    }
    uint64_t period = t->arr + 1ull;
    uint64_t at = down(t) ? t->arr - t->from : t->from;
    uint64_t old = at + t->seen;
    t->seen = ticks_between(t, t->since, vcam_now(t->vm));
    uint64_t reached = at + t->seen;
    if (reached / period > old / period && !(t->reg[CR1 / 4] & CR1_UDIS)) {
        t->reg[SR / 4] |= SR_UIF;
    }
    for (unsigned i = 0; i < TIMERS[t->index].channels; i++) {
        uint32_t ccr = t->reg[CCR1 / 4 + i];
        uint64_t match = down(t) ? t->arr - ccr : ccr;
        if (ccr <= t->arr &&
                passes(reached, match, period) > passes(old, match, period)) {
            t->reg[SR / 4] |= 2u << i;
        }
    }
}

// The next tick at which something happens that may interrupt.
static void arm(struct tim *t) {
    vcam_event_cancel(t->vm, &t->event);
    t->seen = 0;
    t->lazy = can_be_lazy(t);
    if (!running(t) || t->arr == 0 || t->lazy) {
        return;
    }
    uint64_t period = t->arr + 1ull;
    uint64_t at = down(t) ? t->arr - t->from : t->from;
    uint64_t next = period - at % period; // to the update
    for (unsigned i = 0; i < TIMERS[t->index].channels; i++) {
        uint32_t ccr = t->reg[CCR1 / 4 + i];
        if ((t->reg[DIER / 4] >> (1 + i) & 1) && ccr <= t->arr) {
            uint64_t match = down(t) ? t->arr - ccr : ccr;
            uint64_t way = (match + period - at % period) % period;
            way = way ? way : period;
            next = way < next ? way : next;
        }
    }
    uint64_t when = after_ticks(t, next);
    if (when != UINT64_MAX) {
        vcam_event_set(t->vm, &t->event, when);
    }
}

// Counts on from `from`, now.
static void start_from(struct tim *t, uint32_t from) {
    t->from = from;
    t->since = vcam_now(t->vm);
    arm(t);
}

static void load_shadows(struct tim *t) {
    t->psc = t->reg[PSC / 4];
    t->arr = t->reg[ARR / 4];
}

static void on_event(void *context) {
    struct tim *t = context;
    uint64_t period = t->arr + 1ull;
    uint64_t at = down(t) ? t->arr - t->from : t->from;
    uint64_t ticks = ticks_between(t, t->since, t->event.at);
    uint64_t reached = at + ticks;
    uint32_t value = (uint32_t)(reached % period);
    value = down(t) ? t->arr - value : value;
    t->since = t->event.at;
    t->from = value;
    for (unsigned i = 0; i < TIMERS[t->index].channels; i++) {
        if (t->reg[CCR1 / 4 + i] == value) {
            t->reg[SR / 4] |= 2u << i;
        }
    }
    if (reached >= period && !(t->reg[CR1 / 4] & CR1_UDIS)) {
        if (t->repeats) {
            t->repeats--;
        } else {
            t->repeats = t->reg[RCR / 4];
            t->reg[SR / 4] |= SR_UIF;
            load_shadows(t);
            if (t->reg[CR1 / 4] & CR1_OPM) {
                t->reg[CR1 / 4] &= ~(uint32_t)CR1_CEN;
            }
        }
    }
    arm(t);
    update_irq(t);
}

// Edge-aligned PWM and toggling; main output enable only where there is one.
uint32_t vcam_tim_output_hz(const struct vcam *vm, const char *timer,
        unsigned channel) {
    const struct tim *t = vcam_find_device(vm, timer);
    if (!t || channel - 1 >= TIMERS[t->index].channels || !running(t) ||
            !(t->reg[CCER / 4] >> 4 * (channel - 1) & 1) ||
            !vcam_device_clocked(vm, TIMERS[t->index].gate)) {
        return 0;
    }
    if (TIMERS[t->index].second && !(t->reg[BDTR / 4] >> 15 & 1)) {
        return 0;
    }
    uint32_t ccmr =
            t->reg[CCMR1 / 4 + (channel - 1) / 2] >> 8 * ((channel - 1) & 1);
    unsigned mode = ccmr >> 4 & 7;
    uint32_t ccr = t->reg[CCR1 / 4 + channel - 1];
    uint64_t hz = hertz(t) / ((t->psc + 1ull) * (t->arr + 1ull));
    if (mode == 3) { // toggles at each match
        return ccr <= t->arr ? (uint32_t)(hz / 2) : 0;
    }
    bool pwm = mode >= 6 && ccr > 0 && ccr <= t->arr;
    return pwm && !(ccmr & 3) && !(ccmr >> 16 & 1) ? (uint32_t)hz : 0;
}

static void tim_reset(void *self, enum vcam_reset why) {
    struct tim *t = self;
    (void)why;
    memset(t->reg, 0, sizeof t->reg);
    t->reg[ARR / 4] = TIMERS[t->index].wide ? 0xffffffff : 0xffff;
    load_shadows(t);
    t->from = 0;
    t->repeats = 0;
    vcam_event_cancel(t->vm, &t->event);
    update_irq(t);
}

static void tim_clocks(void *self, bool after) {
    struct tim *t = self;
    if (!running(t)) {
        return;
    }
    if (after) {
        arm(t);
    } else {
        catch_up(t);
        t->from = count(t);
        t->since = vcam_now(t->vm);
    }
}

static bool tim_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct tim *t = self;
    (void)size;
    if (offset > LAST) {
        return false;
    }
    if (offset == SR) {
        catch_up(t);
    }
    *value = offset == CNT ? count(t) : t->reg[offset / 4];
    return true;
}

static void generate(struct tim *t, uint32_t events) {
    if (events & 1) { // UG
        load_shadows(t);
        t->repeats = t->reg[RCR / 4];
        if (!(t->reg[CR1 / 4] & (CR1_URS | CR1_UDIS))) {
            t->reg[SR / 4] |= SR_UIF;
        }
        start_from(t, down(t) ? t->arr : 0);
    }
    t->reg[SR / 4] |= events & 0x1e;
}

static void write_cr1(struct tim *t, uint32_t value) {
    uint32_t now = count(t);
    if (value & CR1_CMS) {
        vcam_complain(t->vm, "%s: centre-aligned mode is not modelled",
                TIMERS[t->index].name);
    }
    t->reg[CR1 / 4] = value & 0x0bff;
    start_from(t, now);
}

static bool tim_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct tim *t = self;
    (void)size;
    catch_up(t);
    uint32_t now = count(t);
    uint32_t mask = TIMERS[t->index].wide ? 0xffffffff : 0xffff;
    switch (offset) {
    case CR1:
        write_cr1(t, value);
        break;
    case SR: // zeros clear
        t->reg[SR / 4] &= value;
        break;
    case EGR:
        generate(t, value);
        break;
    case CNT:
        start_from(t, value & mask);
        break;
    case PSC:
        t->reg[PSC / 4] = value & 0xffff;
        break;
    case ARR:
        t->reg[ARR / 4] = value & mask;
        if (!(t->reg[CR1 / 4] & CR1_ARPE)) {
            t->arr = value & mask;
            start_from(t, now);
        }
        break;
    case SMCR:
        if (value & 0x10007) {
            vcam_complain(t->vm, "%s: slave modes are not modelled",
                    TIMERS[t->index].name);
        }
        t->reg[SMCR / 4] = value;
        break;
    case DIER:
        t->reg[DIER / 4] = value;
        start_from(t, now);
        break;
    default:
        if (offset > LAST) {
            return false;
        }
        t->reg[offset / 4] =
                offset >= CCR1 && offset <= CCR4 ? value & mask : value;
        start_from(t, now);
        break;
    }
    update_irq(t);
    return true;
}

int vcam_tim_create(struct vcam *vm) {
    for (unsigned i = 0; i < COUNT; i++) {
        struct tim *t = calloc(1, sizeof *t);
        if (!t) {
            return -ENOMEM;
        }
        t->vm = vm;
        t->index = i;
        t->event = (struct vcam_event){.fire = on_event, .context = t};
        vcam_add_device(vm,
                &(struct vcam_device){.name = TIMERS[i].name,
                        .base = TIMERS[i].base,
                        .size = 0x400,
                        .gate = TIMERS[i].gate,
                        .read = tim_read,
                        .write = tim_write,
                        .reset = tim_reset,
                        .clocks = tim_clocks,
                        .destroy = free,
                        .self = t});
    }
    return 0;
}
