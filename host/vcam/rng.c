// SPDX-License-Identifier: MIT
// The random number generator (RM0433 section 33); reproducible here.

#include <errno.h>
#include <stdlib.h>

#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

enum {
    CR = 0x00,
    SR = 0x04,
    DR = 0x08,
    CR_RNGEN = 1 << 2,
    CR_IE = 1 << 3,
    CR_CED = 1 << 5,
    SR_DRDY = 1 << 0,
    SR_CECS = 1 << 1,
    SR_CEIS = 1 << 5,
    SR_SEIS = 1 << 6,
    WORD_CYCLES = 40, // of the RNG's clock, for a word
    RNG_IRQ = 80
};

struct rng {
    struct vcam *vm;
    uint32_t cr, held; // held: CEIS and SEIS
    uint64_t state;
    struct vcam_event ready;
    bool available;
};

static uint32_t next_word(struct rng *r) {
    // SplitMix64 (Steele, Lea and Flood, 2014).
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(z >> 32);
}

static void update_irq(struct rng *r) {
    vcam_irq(r->vm, RNG_IRQ, (r->cr & CR_IE) && (r->available || r->held != 0));
}

static void start(struct rng *r) {
    uint32_t hz = vcam_clock(r->vm, CLOCK_RNG);
    if (!(r->cr & CR_RNGEN)) {
        vcam_event_cancel(r->vm, &r->ready);
        r->available = false;
    } else if (!hz) {
        r->held |= r->cr & CR_CED ? 0u : (uint32_t)SR_CEIS;
    } else if (!r->available && !r->ready.set) {
        vcam_event_set(r->vm, &r->ready,
                vcam_now(r->vm) + WORD_CYCLES * VCAM_SECOND / hz);
    }
    update_irq(r);
}

static void on_ready(void *context) {
    struct rng *r = context;
    r->available = true;
    update_irq(r);
}

static void rng_reset(void *self, enum vcam_reset why) {
    struct rng *r = self;
    r->cr = r->held = 0;
    if (why == VCAM_RESET_POWER) {
        r->state = r->vm->config.seed;
    }
    start(r);
}

static bool rng_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct rng *r = self;
    (void)size;
    switch (offset) {
    case CR:
        *value = r->cr;
        return true;
    case SR: {
        bool clockless = (r->cr & CR_RNGEN) && !(r->cr & CR_CED) &&
                !vcam_clock(r->vm, CLOCK_RNG);
        *value = r->held | (r->available ? (uint32_t)SR_DRDY : 0) |
                (clockless ? (uint32_t)SR_CECS : 0);
        return true;
    }
    case DR:
        *value = 0;
        if (r->available) {
            *value = next_word(r);
            r->available = false;
            start(r);
        }
        return true;
    default:
        return false;
    }
}

static bool rng_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct rng *r = self;
    (void)size;
    switch (offset) {
    case CR:
        r->cr = value & (CR_RNGEN | CR_IE | CR_CED);
        start(r);
        return true;
    case SR: // its two interrupt flags are cleared by zeros
        r->held &= value;
        update_irq(r);
        return true;
    case DR:
        return true;
    default:
        return false;
    }
}

int vcam_rng_create(struct vcam *vm) {
    struct rng *r = calloc(1, sizeof *r);
    if (!r) {
        return -ENOMEM;
    }
    r->vm = vm;
    r->ready = (struct vcam_event){.fire = on_ready, .context = r};
    vcam_add_device(vm,
            &(struct vcam_device){.name = "RNG",
                    .base = 0x48021800,
                    .size = 0x400,
                    .gate = VCAM_GATE(0xdc, 6),
                    .read = rng_read,
                    .write = rng_write,
                    .reset = rng_reset,
                    .destroy = free,
                    .self = r});
    return 0;
}
