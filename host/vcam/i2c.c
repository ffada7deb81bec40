// SPDX-License-Identifier: MIT
// I2C controllers as masters (RM0433 section 47). A bus without targets has
// pull-ups and nobody who acknowledges.

#include "host/vcam/i2c.h"

#include <errno.h>
#include <stdlib.h>

#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

enum {
    CR1 = 0x00,
    CR2 = 0x04,
    OAR1 = 0x08,
    OAR2 = 0x0c,
    TIMINGR = 0x10,
    TIMEOUTR = 0x14,
    ISR = 0x18,
    ICR = 0x1c,
    PECR = 0x20,
    RXDR = 0x24,
    TXDR = 0x28,
    CR1_PE = 1 << 0,
    CR2_RD = 1 << 10,
    CR2_START = 1 << 13,
    CR2_STOP = 1 << 14,
    CR2_RELOAD = 1 << 24,
    CR2_AUTOEND = 1 << 25,
    ISR_TXE = 1 << 0,
    ISR_TXIS = 1 << 1,
    ISR_RXNE = 1 << 2,
    ISR_NACKF = 1 << 4,
    ISR_STOPF = 1 << 5,
    ISR_TC = 1 << 6,
    ISR_TCR = 1 << 7,
    ISR_BUSY = 1 << 15,
    ICR_CLEARS = 0x3f38
};

// What the bus does until the next event.
enum phase { IDLE, ADDRESS, SENDING, RECEIVING, WAITING, STOPPING };

struct i2c {
    struct vcam *vm;
    const char *name;
    unsigned event_irq, error_irq;
    enum vcam_clock clock;
    uint32_t cr1, cr2, oar1, oar2, timing, timeout, isr;
    uint8_t rx, tx;
    bool tx_full;
    unsigned left; // bytes of NBYTES still to go
    enum phase phase;
    struct vcam_event event;
    struct vcam_i2c_target *targets, *target;
};

static const struct {
    const char *name;
    uint32_t base;
    uint16_t gate;
    uint8_t irq;
    enum vcam_clock clock;
} BUSES[] = {
        {"I2C1", 0x40005400, VCAM_GATE(0xe8, 21), 31, CLOCK_I2C123},
        {"I2C2", 0x40005800, VCAM_GATE(0xe8, 22), 33, CLOCK_I2C123},
        {"I2C3", 0x40005c00, VCAM_GATE(0xe8, 23), 72, CLOCK_I2C123},
        {"I2C4", 0x58001c00, VCAM_GATE(0xf4, 7), 95, CLOCK_I2C4},
};

enum { COUNT = sizeof BUSES / sizeof *BUSES };

void vcam_i2c_attach(struct vcam *vm, unsigned bus,
        struct vcam_i2c_target *target) {
    struct i2c *i = vcam_find_device(vm, BUSES[(bus - 1) % COUNT].name);
    target->next = i->targets;
    i->targets = target;
}

static uint64_t bit_time(const struct i2c *i) {
    uint32_t hz = vcam_clock(i->vm, i->clock);
    uint64_t cycles = ((i->timing & 0xff) + (i->timing >> 8 & 0xff) + 2) *
            ((i->timing >> 28) + 1ull);
    return hz ? cycles * VCAM_SECOND / hz : VCAM_SECOND;
}

static void update_irq(struct i2c *i) {
    uint32_t s = i->isr;
    uint32_t on = i->cr1;
    bool event = (s & ISR_TXIS && on & 2) || (s & ISR_RXNE && on & 4) ||
            (s & ISR_NACKF && on & 0x10) || (s & ISR_STOPF && on & 0x20) ||
            (s & (ISR_TC | ISR_TCR) && on & 0x40);
    vcam_irq(i->vm, i->event_irq, event);
    vcam_irq(i->vm, i->error_irq, (s & 0x3f00) && on & 0x80);
}

static void after_bits(struct i2c *i, enum phase phase, unsigned bits) {
    i->phase = phase;
    vcam_event_set(i->vm, &i->event, vcam_now(i->vm) + bits * bit_time(i));
}

static void stop_bus(struct i2c *i) {
    after_bits(i, STOPPING, 1);
}

// All bytes of NBYTES are through.
static void block_done(struct i2c *i) {
    i->phase = WAITING;
    if (i->cr2 & CR2_RELOAD) {
        i->isr |= ISR_TCR;
    } else if (i->cr2 & CR2_AUTOEND) {
        stop_bus(i);
    } else {
        i->isr |= ISR_TC;
    }
}

// Goes on with the next byte, as far as it can.
static void proceed(struct i2c *i) {
    if (i->left == 0) {
        block_done(i);
    } else if (i->cr2 & CR2_RD) {
        if (i->isr & ISR_RXNE) {
            i->phase = WAITING; // stretches the clock until it is read
        } else {
            after_bits(i, RECEIVING, 9);
        }
    } else if (i->tx_full) {
        i->tx_full = false;
        i->isr |= ISR_TXE;
        after_bits(i, SENDING, 9);
    } else {
        i->phase = WAITING;
        i->isr |= ISR_TXIS;
    }
}

static void refused(struct i2c *i) {
    i->isr |= ISR_NACKF;
    i->phase = WAITING;
    if (i->cr2 & CR2_AUTOEND) {
        stop_bus(i);
    }
}

static bool answers(const struct vcam_i2c_target *target, uint8_t address) {
    return target->address == address &&
            (!target->present || target->present(target->self));
}

static void on_address(struct i2c *i) {
    uint8_t address = (uint8_t)(i->cr2 >> 1 & 0x7f);
    i->cr2 &= ~(uint32_t)CR2_START;
    i->target = i->targets;
    while (i->target && !answers(i->target, address)) {
        i->target = i->target->next;
    }
    if (!i->target) {
        refused(i);
        return;
    }
    i->target->start(i->target->self, i->cr2 & CR2_RD);
    proceed(i);
}

static void on_event(void *context) {
    struct i2c *i = context;
    switch (i->phase) {
    case ADDRESS:
        on_address(i);
        break;
    case SENDING:
        i->left--;
        if (i->target && i->target->write(i->target->self, i->tx)) {
            proceed(i);
        } else {
            refused(i);
        }
        break;
    case RECEIVING:
        i->left--;
        i->rx = i->target ? i->target->read(i->target->self) : 0xff;
        i->isr |= ISR_RXNE;
        proceed(i);
        break;
    case STOPPING:
        i->isr |= ISR_STOPF;
        i->isr &= ~(uint32_t)(ISR_BUSY | ISR_TC | ISR_TCR | ISR_TXIS);
        i->cr2 &= ~(uint32_t)CR2_STOP;
        i->phase = IDLE;
        if (i->target) {
            i->target->stop(i->target->self);
            i->target = NULL;
        }
        break;
    default:
        break;
    }
    update_irq(i);
}

static void i2c_reset(void *self, enum vcam_reset why) {
    struct i2c *i = self;
    (void)why;
    i->cr1 = i->cr2 = i->oar1 = i->oar2 = i->timing = i->timeout = 0;
    i->isr = ISR_TXE;
    i->tx_full = false;
    i->phase = IDLE;
    i->target = NULL;
    vcam_event_cancel(i->vm, &i->event);
    update_irq(i);
}

static bool i2c_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct i2c *i = self;
    (void)size;
    switch (offset) {
    case CR1:
        *value = i->cr1;
        return true;
    case CR2:
        *value = i->cr2;
        return true;
    case OAR1:
        *value = i->oar1;
        return true;
    case OAR2:
        *value = i->oar2;
        return true;
    case TIMINGR:
        *value = i->timing;
        return true;
    case TIMEOUTR:
        *value = i->timeout;
        return true;
    case ISR:
        *value = i->isr;
        return true;
    case ICR:
    case PECR:
        *value = 0;
        return true;
    case RXDR:
        *value = i->rx;
        if (i->isr & ISR_RXNE) {
            i->isr &= ~(uint32_t)ISR_RXNE;
            if (i->phase == WAITING && i->left) {
                proceed(i);
            }
            update_irq(i);
        }
        return true;
    case TXDR:
        *value = i->tx;
        return true;
    default:
        return false;
    }
}

static bool held(const struct i2c *i) {
    const struct vcam_i2c_target *t = i->targets;
    while (t && !(t->holds && t->holds(t->self))) {
        t = t->next;
    }
    return t != NULL;
}

static void write_cr2(struct i2c *i, uint32_t value) {
    bool start = value & CR2_START;
    i->cr2 = value & 0x07ffffff;
    if (!(i->cr1 & CR1_PE)) {
        i->cr2 &= ~(uint32_t)(CR2_START | CR2_STOP);
        return;
    }
    if (start) {
        i->left = value >> 16 & 0xff;
        i->isr |= ISR_BUSY;
        i->isr &= ~(uint32_t)(ISR_TC | ISR_TCR);
        if (!held(i)) { // else the START waits for a free bus
            after_bits(i, ADDRESS, 10);
        }
    } else if (i->isr & ISR_TCR && value >> 16 & 0xff) {
        i->left = value >> 16 & 0xff;
        i->isr &= ~(uint32_t)ISR_TCR;
        proceed(i);
    } else if (value & CR2_STOP && i->isr & ISR_BUSY) {
        i->isr &= ~(uint32_t)ISR_TC;
        stop_bus(i);
    }
}

static bool i2c_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct i2c *i = self;
    (void)size;
    switch (offset) {
    case CR1:
        i->cr1 = value & 0x00ffdfff;
        if (!(value & CR1_PE)) { // lets go of the bus
            i->isr = ISR_TXE;
            i->phase = IDLE;
            vcam_event_cancel(i->vm, &i->event);
        }
        break;
    case CR2:
        write_cr2(i, value);
        break;
    case OAR1:
        i->oar1 = value & 0x87ff;
        break;
    case OAR2:
        i->oar2 = value & 0x87fe;
        break;
    case TIMINGR:
        if (i->cr1 & CR1_PE) {
            vcam_complain(i->vm, "%s: timing changed while it is on", i->name);
        }
        i->timing = value;
        break;
    case TIMEOUTR:
        i->timeout = value;
        break;
    case ISR:
        if (value & ISR_TXE) { // flush
            i->tx_full = false;
            i->isr |= ISR_TXE;
            i->isr &= ~(uint32_t)ISR_TXIS;
        }
        break;
    case ICR:
        i->isr &= ~(value & ICR_CLEARS);
        break;
    case TXDR:
        i->tx = (uint8_t)value;
        i->tx_full = true;
        i->isr &= ~(uint32_t)(ISR_TXE | ISR_TXIS);
        if (i->phase == WAITING && i->left && !(i->isr & ISR_NACKF)) {
            proceed(i);
        }
        break;
    default:
        return false;
    }
    update_irq(i);
    return true;
}

int vcam_i2c_create(struct vcam *vm) {
    for (unsigned n = 0; n < COUNT; n++) {
        struct i2c *i = calloc(1, sizeof *i);
        if (!i) {
            return -ENOMEM;
        }
        i->vm = vm;
        i->name = BUSES[n].name;
        i->event_irq = BUSES[n].irq;
        i->error_irq = BUSES[n].irq + 1u;
        i->clock = BUSES[n].clock;
        i->event = (struct vcam_event){.fire = on_event, .context = i};
        vcam_add_device(vm,
                &(struct vcam_device){.name = i->name,
                        .base = BUSES[n].base,
                        .size = 0x400,
                        .gate = BUSES[n].gate,
                        .read = i2c_read,
                        .write = i2c_write,
                        .reset = i2c_reset,
                        .destroy = free,
                        .self = i});
    }
    return 0;
}
