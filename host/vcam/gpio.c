// SPDX-License-Identifier: MIT
// GPIO (RM0433 section 11): eleven ports of sixteen pins.

#include <errno.h>
#include <stdlib.h>

#include "host/vcam/gpio.h"
#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"

enum {
    PORTS = 11,
    MODER = 0x00,
    OTYPER = 0x04,
    OSPEEDR = 0x08,
    PUPDR = 0x0c,
    IDR = 0x10,
    ODR = 0x14,
    BSRR = 0x18,
    LCKR = 0x1c,
    AFRL = 0x20,
    AFRH = 0x24
};

struct port {
    struct vcam *vm;
    unsigned index;
    uint32_t reg[0x28 / 4];
    uint16_t driven, drive; // by what is outside
    uint16_t level;         // as last told to EXTI
    struct vcam_pin_watch *watches;
};

static const char *const NAMES[PORTS] = {"GPIOA", "GPIOB", "GPIOC", "GPIOD",
        "GPIOE", "GPIOF", "GPIOG", "GPIOH", "GPIOI", "GPIOJ", "GPIOK"};

static struct port *port_at(const struct vcam *vm, unsigned index) {
    return index < PORTS ? vcam_find_device(vm, NAMES[index]) : NULL;
}

static unsigned mode(const struct port *p, unsigned n) {
    return p->reg[MODER / 4] >> 2 * n & 3;
}

// What the input sees: an output, else the outside, else the pull.
static bool level(const struct port *p, unsigned n) {
    bool open_drain = p->reg[OTYPER / 4] >> n & 1;
    bool out = p->reg[ODR / 4] >> n & 1;
    unsigned m = mode(p, n);
    if (m == 3) {
        return false; // analog: the input is off
    }
    if (m == 1 && (!open_drain || !out)) {
        return out;
    }
    if (p->driven >> n & 1) {
        return p->drive >> n & 1;
    }
    if (m == 2 && !open_drain) {
        return true; // lines of peripherals idle high
    }
    return (p->reg[PUPDR / 4] >> 2 * n & 3) == 1 || (m == 1 && out);
}

static void tell(struct port *p, unsigned n, bool now) {
    struct vcam_pin_watch *w = p->watches;
    for (; w; w = w->next) {
        if (w->pin % 16 == n) {
            w->changed(w->self, now);
        }
    }
}

static void update(struct port *p) {
    for (unsigned n = 0; n < 16; n++) {
        bool now = level(p, n);
        if (now != (p->level >> n & 1)) {
            p->level = (uint16_t)(p->level ^ 1u << n);
            vcam_exti_edge(p->vm, p->index * 16 + n, now);
            tell(p, n, now);
        }
    }
}

bool vcam_pin_is_af(const struct vcam *vm, unsigned pin, unsigned function) {
    const struct port *p = port_at(vm, pin / 16);
    unsigned n = pin % 16;
    return p && mode(p, n) == 2 &&
            (p->reg[AFRL / 4 + n / 8] >> 4 * (n % 8) & 15) == function;
}

bool vcam_pin_level(const struct vcam *vm, unsigned pin) {
    const struct port *p = port_at(vm, pin / 16);
    return p && level(p, pin % 16);
}

void vcam_pin_drive(struct vcam *vm, unsigned pin, int drive) {
    struct port *p = port_at(vm, pin / 16);
    if (!p) {
        return;
    }
    uint16_t bit = (uint16_t)(1u << pin % 16);
    p->driven = (uint16_t)(drive < 0 ? p->driven & ~bit : p->driven | bit);
    p->drive = (uint16_t)(drive > 0 ? p->drive | bit : p->drive & ~bit);
    update(p);
}

void vcam_pin_watch(struct vcam *vm, struct vcam_pin_watch *watch) {
    struct port *p = port_at(vm, watch->pin / 16);
    if (p) {
        watch->next = p->watches;
        p->watches = watch;
    }
}

static void port_reset(void *self, enum vcam_reset why) {
    struct port *p = self;
    (void)why;
    for (unsigned i = 0; i < sizeof p->reg / sizeof *p->reg; i++) {
        p->reg[i] = 0;
    }
    // The debug port's pins: PA13-15, PB3 and PB4.
    p->reg[MODER / 4] = p->index == 0 ? 0xabffffff
            : p->index == 1           ? 0xfffffebf
                                      : 0xffffffff;
    p->reg[OSPEEDR / 4] = p->index == 0 ? 0x0c000000
            : p->index == 1             ? 0x000000c0
                                        : 0;
    p->reg[PUPDR / 4] = p->index == 0 ? 0x64000000
            : p->index == 1           ? 0x00000100
                                      : 0;
    uint16_t old = p->level;
    p->level = 0;
    for (unsigned n = 0; n < 16; n++) {
        p->level = (uint16_t)(p->level | (unsigned)level(p, n) << n);
    }
    for (unsigned n = 0; n < 16; n++) {
        if ((old ^ p->level) >> n & 1) {
            tell(p, n, p->level >> n & 1);
        }
    }
}

static bool port_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct port *p = self;
    (void)size;
    if (offset > AFRH) {
        return false;
    }
    *value = p->reg[offset / 4];
    if (offset == IDR) {
        for (unsigned n = 0; n < 16; n++) {
            *value |= (uint32_t)level(p, n) << n;
        }
    } else if (offset == BSRR) {
        *value = 0;
    }
    return true;
}

static bool port_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct port *p = self;
    (void)size;
    switch (offset) {
    case MODER:
    case OSPEEDR:
    case PUPDR:
    case AFRL:
    case AFRH:
        p->reg[offset / 4] = value;
        break;
    case OTYPER:
    case ODR:
        p->reg[offset / 4] = value & 0xffff;
        break;
    case LCKR: // the lock is remembered, not kept
        p->reg[offset / 4] = value & 0x1ffff;
        break;
    case IDR:
        break;
    case BSRR: // set wins
        p->reg[ODR / 4] = (p->reg[ODR / 4] & ~(value >> 16)) | (value & 0xffff);
        break;
    default:
        return false;
    }
    update(p);
    return true;
}

int vcam_gpio_create(struct vcam *vm) {
    for (unsigned i = 0; i < PORTS; i++) {
        struct port *p = calloc(1, sizeof *p);
        if (!p) {
            return -ENOMEM;
        }
        p->vm = vm;
        p->index = i;
        vcam_add_device(vm,
                &(struct vcam_device){.name = NAMES[i],
                        .base = 0x58020000 + 0x400 * i,
                        .size = 0x400,
                        .gate = VCAM_GATE(0xe0, i),
                        .read = port_read,
                        .write = port_write,
                        .reset = port_reset,
                        .destroy = free,
                        .self = p});
    }
    return 0;
}
