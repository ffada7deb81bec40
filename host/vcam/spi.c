// SPDX-License-Identifier: MIT
// SPI controllers as masters (RM0433 section 50). Nothing is connected: what
// comes in are ones, as from a line with a pull-up.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

enum {
    CR1 = 0x00,
    CR2 = 0x04,
    CFG1 = 0x08,
    CFG2 = 0x0c,
    IER = 0x10,
    SR = 0x14,
    IFCR = 0x18,
    TXDR = 0x20,
    RXDR = 0x30,
    CRCPOLY = 0x40,
    LAST = 0x50,
    CR1_SPE = 1 << 0,
    CR1_CSTART = 1 << 9,
    CR1_CSUSP = 1 << 10,
    CFG2_MASTER = 1 << 22,
    SR_RXP = 1 << 0,
    SR_TXP = 1 << 1,
    SR_DXP = 1 << 2,
    SR_EOT = 1 << 3,
    SR_TXTF = 1 << 4,
    SR_OVR = 1 << 6,
    SR_MODF = 1 << 9,
    SR_SUSP = 1 << 11,
    SR_TXC = 1 << 12,
    SR_RXWNE = 1 << 15,
    SR_HELD = 0x0bf8, // set by events, cleared by IFCR
    FIFO = 16
};

struct spi {
    struct vcam *vm;
    const char *name;
    unsigned irq;
    enum vcam_clock clock;
    uint32_t reg[LAST / 4 + 1];
    uint32_t held;
    unsigned tx, rx; // frames in the FIFOs
    unsigned left;   // frames of TSIZE to go
    bool endless;    // TSIZE was 0
    bool shifting;
    struct vcam_event event;
};

static const struct {
    const char *name;
    uint32_t base;
    uint16_t gate;
    uint8_t irq;
    enum vcam_clock clock;
} PORTS[] = {
        {"SPI1", 0x40013000, VCAM_GATE(0xf0, 12), 35, CLOCK_SPI123},
        {"SPI2", 0x40003800, VCAM_GATE(0xe8, 14), 36, CLOCK_SPI123},
        {"SPI3", 0x40003c00, VCAM_GATE(0xe8, 15), 51, CLOCK_SPI123},
        {"SPI4", 0x40013400, VCAM_GATE(0xf0, 13), 84, CLOCK_SPI45},
        {"SPI5", 0x40015000, VCAM_GATE(0xf0, 20), 85, CLOCK_SPI45},
        {"SPI6", 0x58001400, VCAM_GATE(0xf4, 5), 86, CLOCK_SPI6},
};

static unsigned frame_bits(const struct spi *s) {
    return (s->reg[CFG1 / 4] & 31) + 1;
}

static unsigned frame_bytes(const struct spi *s) {
    unsigned bits = frame_bits(s);
    return bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
}

static unsigned packet(const struct spi *s) {
    return (s->reg[CFG1 / 4] >> 5 & 15) + 1;
}

static unsigned room(const struct spi *s) {
    return FIFO / frame_bytes(s) - s->tx;
}

static uint32_t status(const struct spi *s) {
    uint32_t value = s->held;
    value |= room(s) >= packet(s) ? (uint32_t)SR_TXP : 0;
    value |= s->rx >= packet(s) ? (uint32_t)SR_RXP : 0;
    value |= (value & 3) == 3 ? (uint32_t)SR_DXP : 0;
    value |= !s->shifting && s->tx == 0 ? (uint32_t)SR_TXC : 0;
    value |= s->rx * frame_bytes(s) >= 4 ? (uint32_t)SR_RXWNE : 0;
    value |= (s->rx * frame_bytes(s) & 3) << 13;
    return value | (uint32_t)s->left << 16;
}

static void update_irq(struct spi *s) {
    vcam_irq(s->vm, s->irq, (status(s) & s->reg[IER / 4] & 0x7ff) != 0);
}

// The next frame, if there is one to send and room for what comes.
static void shift(struct spi *s) {
    bool run = s->reg[CR1 / 4] & CR1_CSTART && s->reg[CR1 / 4] & CR1_SPE;
    if (s->shifting || !run || s->tx == 0 || (!s->endless && !s->left) ||
            s->rx == FIFO / frame_bytes(s)) {
        return;
    }
    uint32_t hz = vcam_clock(s->vm, s->clock);
    if (!hz) {
        vcam_complain(s->vm, "%s runs without a kernel clock", s->name);
        return;
    }
    s->tx--;
    s->shifting = true;
    unsigned divide = 2u << (s->reg[CFG1 / 4] >> 28 & 7);
    vcam_event_set(s->vm, &s->event,
            vcam_now(s->vm) + VCAM_SECOND * frame_bits(s) * divide / hz);
}

static void on_frame(void *context) {
    struct spi *s = context;
    s->shifting = false;
    s->rx++;
    if (!s->endless && --s->left == 0) {
        s->held |= SR_EOT | SR_TXTF;
        s->reg[CR1 / 4] &= ~(uint32_t)CR1_CSTART;
    }
    shift(s);
    update_irq(s);
}

static void spi_reset(void *self, enum vcam_reset why) {
    struct spi *s = self;
    (void)why;
    memset(s->reg, 0, sizeof s->reg);
    s->reg[CFG1 / 4] = 0x00070007;
    s->reg[CRCPOLY / 4] = 0x107;
    s->held = 0;
    s->tx = s->rx = s->left = 0;
    s->shifting = false;
    vcam_event_cancel(s->vm, &s->event);
    update_irq(s);
}

static bool spi_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct spi *s = self;
    if (offset > LAST || (offset & 3)) {
        return false;
    }
    *value = s->reg[offset / 4];
    if (offset == SR) {
        *value = status(s);
    } else if (offset == RXDR) {
        unsigned frames = size / frame_bytes(s);
        frames = frames ? frames : 1;
        s->rx = s->rx > frames ? s->rx - frames : 0;
        *value = size == 4 ? 0xffffffff : (1u << 8 * size) - 1;
        shift(s);
        update_irq(s);
    }
    return true;
}

static void write_cr1(struct spi *s, uint32_t value) {
    uint32_t old = s->reg[CR1 / 4];
    s->reg[CR1 / 4] = value & ~(uint32_t)CR1_CSUSP;
    if (!(value & CR1_SPE)) {
        s->tx = s->rx = 0;
        s->shifting = false;
        s->reg[CR1 / 4] &= ~(uint32_t)CR1_CSTART;
        vcam_event_cancel(s->vm, &s->event);
    } else if (!(old & CR1_SPE)) {
        s->left = s->reg[CR2 / 4] & 0xffff;
        s->endless = s->left == 0;
    }
    if (value & CR1_CSUSP) {
        s->reg[CR1 / 4] &= ~(uint32_t)CR1_CSTART;
        s->held |= SR_SUSP;
    }
    shift(s);
}

static void write_data(struct spi *s, unsigned size) {
    unsigned frames = size / frame_bytes(s);
    frames = frames ? frames : 1;
    if (!(s->reg[CR1 / 4] & CR1_SPE)) {
        vcam_complain(s->vm, "%s given data while it is off", s->name);
    } else if (frames > room(s)) {
        vcam_complain(s->vm, "%s given data while it is full", s->name);
    } else {
        s->tx += frames;
        shift(s);
    }
}

static bool spi_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct spi *s = self;
    if (offset > LAST || (offset & 3)) {
        return false;
    }
    bool on = s->reg[CR1 / 4] & CR1_SPE;
    switch (offset) {
    case CR1:
        write_cr1(s, value);
        break;
    case SR:
    case RXDR:
        break;
    case IFCR:
        s->held &= ~(value & SR_HELD);
        break;
    case TXDR:
        write_data(s, size);
        break;
    case CFG1:
    case CFG2:
        if (on && value != s->reg[offset / 4]) {
            vcam_complain(s->vm, "%s: configured while it is on", s->name);
        }
        s->reg[offset / 4] = value;
        break;
    default:
        s->reg[offset / 4] = value;
        break;
    }
    update_irq(s);
    return true;
}

int vcam_spi_create(struct vcam *vm) {
    for (unsigned n = 0; n < sizeof PORTS / sizeof *PORTS; n++) {
        struct spi *s = calloc(1, sizeof *s);
        if (!s) {
            return -ENOMEM;
        }
        s->vm = vm;
        s->name = PORTS[n].name;
        s->irq = PORTS[n].irq;
        s->clock = PORTS[n].clock;
        s->event = (struct vcam_event){.fire = on_frame, .context = s};
        vcam_add_device(vm,
                &(struct vcam_device){.name = s->name,
                        .base = PORTS[n].base,
                        .size = 0x400,
                        .gate = PORTS[n].gate,
                        .narrow = true,
                        .read = spi_read,
                        .write = spi_write,
                        .reset = spi_reset,
                        .destroy = free,
                        .self = s});
    }
    return 0;
}
