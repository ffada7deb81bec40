// SPDX-License-Identifier: MIT
// SysTick (DDI 0403, B3.3): counted in cycles of the core clock.

#include "host/vcam/machine_state.h"

enum { ENABLE = 1, TICKINT = 2, CLKSOURCE = 4, COUNTFLAG = 1 << 16 };

// The other source is the core clock divided by eight (RM0433 8.5.6).
static uint64_t scale(const struct vcam_scs *s) {
    return s->systick_csr & CLKSOURCE ? 1 : 8;
}

// Cycles from the start to the first time the count reaches zero.
static uint64_t first_zero(const struct vcam_scs *s) {
    uint64_t ticks = s->systick_from ? s->systick_from : s->systick_rvr + 1ull;
    return ticks * scale(s);
}

static void arm(struct vcam *vm) {
    struct vcam_scs *s = &vm->scs;
    if ((s->systick_csr & ENABLE) && (s->systick_rvr || s->systick_from)) {
        vcam_event_set(vm, &vm->systick,
                vcam_time_of(vm, s->systick_start + first_zero(s)));
    } else {
        vcam_event_cancel(vm, &vm->systick);
    }
}

static uint32_t current(struct vcam *vm) {
    struct vcam_scs *s = &vm->scs;
    if (!(s->systick_csr & ENABLE)) {
        return s->systick_from;
    }
    uint64_t gone = (vcam_cycles(vm) - s->systick_start) / scale(s);
    uint64_t from = s->systick_from;
    if (from == 0 && gone) { // the reload takes a tick
        from = s->systick_rvr + 1ull;
    }
    if (gone <= from) {
        return (uint32_t)(from - gone);
    }
    // The event is late by less than a block: it has wrapped.
    uint64_t period = s->systick_rvr + 1ull;
    uint64_t over = (gone - from) % period;
    return over ? (uint32_t)(period - over) : 0;
}

static void fire(void *context) {
    struct vcam *vm = context;
    struct vcam_scs *s = &vm->scs;
    s->systick_start += first_zero(s);
    s->systick_from = 0;
    s->systick_csr |= COUNTFLAG;
    if (s->systick_csr & TICKINT) {
        vcam_pend(vm, EXC_SYSTICK);
    }
    if (s->systick_rvr) {
        arm(vm);
    }
}

// Starts to count anew from the present value.
static void restart(struct vcam *vm, uint32_t from) {
    vm->scs.systick_from = from;
    vm->scs.systick_start = vcam_cycles(vm);
    arm(vm);
}

void vcam_systick_reset(struct vcam *vm) {
    vcam_event_cancel(vm, &vm->systick);
    vm->systick.fire = fire;
    vm->systick.context = vm;
}

void vcam_systick_clocks(struct vcam *vm) {
    if (vm->scs.systick_csr & ENABLE) {
        arm(vm);
    }
}

uint32_t vcam_systick_read(struct vcam *vm, uint32_t offset) {
    struct vcam_scs *s = &vm->scs;
    switch (offset) {
    case 0x10: {
        uint32_t value = s->systick_csr;
        s->systick_csr &= ~(uint32_t)COUNTFLAG;
        return value;
    }
    case 0x14:
        return s->systick_rvr;
    case 0x18:
        return current(vm);
    default:
        return 0x40000000; // no exact calibration (RM0433 19.1.2)
    }
}

void vcam_systick_write(struct vcam *vm, uint32_t offset, uint32_t value) {
    struct vcam_scs *s = &vm->scs;
    uint32_t now = current(vm);
    switch (offset) {
    case 0x10:
        s->systick_csr = (s->systick_csr & COUNTFLAG) | (value & 7);
        restart(vm, now);
        break;
    case 0x14:
        // The reload of the running period has been decided already.
        s->systick_rvr = value & 0xffffff;
        if (s->systick_csr & ENABLE && now == 0) {
            restart(vm, 0);
        }
        break;
    case 0x18:
        s->systick_csr &= ~(uint32_t)COUNTFLAG;
        restart(vm, 0);
        break;
    default:
        break;
    }
}
