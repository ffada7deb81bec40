// SPDX-License-Identifier: MIT
// MDMA (RM0433 section 15): sixteen channels with buffer, block, repeated
// block and linked list transfers, started by software or by a trigger.
// Software's transfers take a bus clock for eight bytes, triggered ones no
// time at all.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/dma.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/master.h"
#include "host/vcam/rcc.h"

enum {
    GISR0 = 0x00,
    CHANNELS_AT = 0x40,
    CHANNEL_SIZE = 0x40,
    CHANNELS = 16,
    CISR = 0x00,
    CIFCR = 0x04,
    CESR = 0x08,
    CCR = 0x0c,
    CTCR = 0x10,
    CBNDTR = 0x14,
    CSAR = 0x18,
    CDAR = 0x1c,
    CBRUR = 0x20,
    CLAR = 0x24,
    CTBR = 0x28,
    CMAR = 0x30,
    CMDR = 0x34,
    TEIF = 1 << 0,
    CTCIF = 1 << 1,
    BRTIF = 1 << 2,
    BTIF = 1 << 3,
    TCIF = 1 << 4,
    CISR_CRQA = 1 << 16,
    CCR_EN = 1 << 0,
    CCR_BEX = 1 << 12,
    CCR_HEX = 1 << 13,
    CCR_WEX = 1 << 14,
    CCR_SWRQ = 1 << 16,
    CCR_ALL = 0x70fe,
    CCR_ALWAYS = 0x3f | CCR_SWRQ, // may be written while it runs
    CTCR_PKE = 1 << 25,
    CTCR_SWRM = 1 << 30,
    CBNDTR_BRSUM = 1 << 18,
    CBNDTR_BRDUM = 1 << 19,
    CBNDTR_BNDT = 0x1ffff,
    CTBR_SBUS = 1 << 16,
    CTBR_DBUS = 1 << 17,
    CESR_READ = 1 << 7,
    CESR_LINK = 1 << 8,
    CESR_MASK = 1 << 9,
    CESR_ALIGN = 1 << 10,
    CESR_BLOCK = 1 << 11,
    BY_BUFFER = 0,
    BY_BLOCK = 1,
    BY_REPEATED = 2,
    IRQ = 122,
    BUFFER = 128,
    ENDLESS = 1 << 20
};

struct channel {
    struct vcam *vm;
    struct vcam_master master;
    char name[20];
    uint32_t isr, esr, ccr, ctcr, bndtr, sar, dar, brur, lar, tbr, mar, mdr;
    uint32_t block; // bytes of a block, as written
    bool serving;
    struct vcam_event event;
};

struct mdma {
    bool trigger[VCAM_MDMA_TRIGGERS];
    struct channel channel[CHANNELS];
};

static bool running(const struct channel *c) {
    return c->ccr & CCR_EN;
}

static bool interrupts(const struct channel *c) {
    return c->isr & 0x1f & c->ccr >> 1;
}

static void update_irq(struct channel *c) {
    const struct mdma *m = c->vm->mdma;
    bool level = false;
    for (unsigned i = 0; i < CHANNELS; i++) {
        level |= interrupts(&m->channel[i]);
    }
    vcam_irq(c->vm, IRQ, level);
}

static void flag(struct channel *c, uint32_t flags) {
    c->isr |= flags;
    update_irq(c);
}

static void stop(struct channel *c) {
    c->ccr &= ~(uint32_t)(CCR_EN | CCR_SWRQ);
    vcam_event_cancel(c->vm, &c->event);
}

static void fail(struct channel *c, uint32_t why, uint32_t address) {
    c->esr = why | (address & 0x7f);
    stop(c);
    flag(c, TEIF);
}

// --- one buffer -----------------------------------------------------------

static unsigned size_field(const struct channel *c, unsigned shift) {
    return 1u << (c->ctcr >> shift & 3);
}

static void advance(const struct channel *c, uint32_t *address, unsigned inc,
        unsigned offset) {
    unsigned mode = c->ctcr >> inc & 3;
    uint32_t by = size_field(c, offset);
    *address += mode == 2 ? by : mode == 3 ? 0u - by : 0;
}

// The AHB side leads to ITCM and DTCM only.
static bool right_bus(struct channel *c, uint32_t address, bool ahb) {
    bool tcm = address < 0x10000 || address - 0x20000000 < 0x20000;
    if (tcm != ahb) {
        vcam_complain(c->vm,
                "%s accesses 0x%08x by the %s bus: TCM is behind AHB, all "
                "else behind AXI",
                c->name, (unsigned)address, ahb ? "AHB" : "AXI");
    }
    return tcm == ahb;
}

static bool load(struct channel *c, uint8_t *to, unsigned size) {
    struct vcam *vm = c->vm;
    if (!right_bus(c, c->sar, c->tbr & CTBR_SBUS)) {
        return false;
    }
    unsigned part = size > 4 ? 4 : size;
    for (unsigned at = 0; at < size; at += part) {
        uint32_t value;
        if (!vcam_master_load(vm, &c->master, c->sar + at, part, &value)) {
            return false;
        }
        memcpy(to + at, &value, part);
    }
    return true;
}

static bool store(struct channel *c, const uint8_t *from, unsigned size) {
    struct vcam *vm = c->vm;
    if (!right_bus(c, c->dar, c->tbr & CTBR_DBUS)) {
        return false;
    }
    unsigned part = size > 4 ? 4 : size;
    for (unsigned at = 0; at < size; at += part) {
        uint32_t value = 0;
        memcpy(&value, from + at, part);
        if (!vcam_master_store(vm, &c->master, c->dar + at, part, value)) {
            return false;
        }
    }
    return true;
}

static void exchange(uint8_t *unit, unsigned size, unsigned part) {
    uint8_t other[4];
    for (unsigned at = 0; at + 2 * part <= size; at += 2 * part) {
        memcpy(other, unit + at, part);
        memcpy(unit + at, unit + at + part, part);
        memcpy(unit + at + part, other, part);
    }
}

// Without packing each source item becomes one item of the destination: PAM
// says where it lies in it.
static void align_item(const struct channel *c, const uint8_t *from,
        unsigned source, uint8_t *to, unsigned size) {
    unsigned pam = c->ctcr >> 26 & 3;
    unsigned common = source < size ? source : size;
    bool left = pam == 2;
    uint8_t fill = pam == 1 && from[source - 1] & 0x80 ? 0xff : 0;
    memset(to, fill, size);
    memcpy(to + (left ? size - common : 0), from + (left ? source - common : 0),
            common);
}

static bool write_items(struct channel *c, const uint8_t *bytes,
        unsigned count) {
    unsigned source = size_field(c, 4);
    unsigned size = size_field(c, 6);
    bool packed = c->ctcr & CTCR_PKE || source == size;
    unsigned step = packed ? size : source;
    for (unsigned at = 0; at < count; at += step) {
        uint8_t unit[8];
        if (packed) {
            memcpy(unit, bytes + at, size);
        } else {
            align_item(c, bytes + at, source, unit, size);
        }
        if (c->ccr & CCR_BEX) {
            exchange(unit, size, 1);
        }
        if (c->ccr & CCR_HEX) {
            exchange(unit, size, 2);
        }
        if (c->ccr & CCR_WEX) {
            exchange(unit, size, 4);
        }
        if (!store(c, unit, size)) {
            fail(c, 0, c->dar);
            return false;
        }
        advance(c, &c->dar, 2, 10);
    }
    return true;
}

static bool buffer(struct channel *c) {
    uint8_t bytes[BUFFER];
    unsigned left = c->bndtr & CBNDTR_BNDT;
    unsigned count = (c->ctcr >> 18 & 0x7f) + 1;
    count = count < left ? count : left;
    unsigned source = size_field(c, 4);
    unsigned size = c->ctcr & CTCR_PKE ? size_field(c, 6) : source;
    if (count % source || count % size) {
        vcam_complain(c->vm,
                "%s: %u bytes are no whole items of source or destination",
                c->name, count);
        fail(c, CESR_BLOCK, c->sar);
        return false;
    }
    for (unsigned at = 0; at < count; at += source) {
        if (!load(c, bytes + at, source)) {
            fail(c, CESR_READ, c->sar);
            return false;
        }
        advance(c, &c->sar, 0, 8);
    }
    if (!write_items(c, bytes, count)) {
        return false;
    }
    c->bndtr -= count;
    if (c->mar && !vcam_master_store(c->vm, &c->master, c->mar, 4, c->mdr)) {
        fail(c, CESR_MASK, c->mar);
        return false;
    }
    flag(c, TCIF);
    return true;
}

// --- blocks and lists -----------------------------------------------------

// The next node: ten words, of which the eighth is not used.
static bool follow(struct channel *c) {
    uint32_t node[10];
    if (c->lar & 7 ||
            !vcam_master_read(c->vm, &c->master, c->lar, node, sizeof node)) {
        fail(c, CESR_LINK, c->lar);
        return false;
    }
    c->ctcr = node[0];
    c->bndtr = node[1];
    c->block = c->bndtr & CBNDTR_BNDT;
    c->sar = node[2];
    c->dar = node[3];
    c->brur = node[4];
    c->lar = node[5];
    c->tbr = node[6];
    c->mar = node[8];
    c->mdr = node[9];
    return true;
}

static void update_address(uint32_t *address, uint32_t by, bool down) {
    *address += down ? 0u - by : by;
}

// A block is through. True when that was all of a repeated block.
static bool end_block(struct channel *c) {
    flag(c, BTIF);
    uint32_t repeats = c->bndtr >> 20;
    if (repeats == 0) {
        flag(c, BRTIF);
        return true;
    }
    update_address(&c->sar, c->brur & 0xffff, c->bndtr & CBNDTR_BRSUM);
    update_address(&c->dar, c->brur >> 16, c->bndtr & CBNDTR_BRDUM);
    c->bndtr = (c->bndtr & (CBNDTR_BRSUM | CBNDTR_BRDUM)) |
            (repeats - 1) << 20 | c->block;
    return false;
}

// What one request moves.
static void transfer(struct channel *c) {
    unsigned mode = c->ctcr >> 28 & 3;
    bool done = false;
    while (!done && running(c)) {
        if (!buffer(c)) {
            return;
        }
        done = mode == BY_BUFFER;
        if (c->bndtr & CBNDTR_BNDT) {
            continue;
        }
        done |= mode == BY_BLOCK;
        if (!end_block(c)) {
            continue;
        }
        done |= mode == BY_REPEATED;
        if (!c->lar) {
            stop(c);
            flag(c, CTCIF);
        } else if (!follow(c)) {
            return;
        }
    }
}

static void on_event(void *context) {
    struct channel *c = context;
    c->ccr &= ~(uint32_t)CCR_SWRQ;
    if (running(c)) {
        transfer(c);
    }
}

// --- requests -------------------------------------------------------------

static void serve(struct channel *c, unsigned trigger) {
    const struct mdma *m = c->vm->mdma;
    if (c->serving) {
        return; // the loop below goes on with it
    }
    c->serving = true;
    unsigned steps = 0;
    while (running(c) && m->trigger[trigger] && !(c->ctcr & CTCR_SWRM)) {
        transfer(c);
        if (++steps == ENDLESS) {
            vcam_complain(c->vm,
                    "%s: trigger %u does not go away by being served", c->name,
                    trigger);
            break;
        }
    }
    c->serving = false;
}

void vcam_mdma_request(struct vcam *vm, unsigned trigger, bool high) {
    struct mdma *m = vm->mdma;
    if (trigger >= VCAM_MDMA_TRIGGERS || m->trigger[trigger] == high) {
        return;
    }
    m->trigger[trigger] = high;
    // The highest priority first, then the lowest number.
    for (unsigned priority = 4; high && priority-- > 0;) {
        for (unsigned i = 0; i < CHANNELS; i++) {
            struct channel *c = &m->channel[i];
            if ((c->ccr >> 6 & 3) == priority && running(c) &&
                    (c->tbr & 0x3f) == trigger) {
                serve(c, trigger);
            }
        }
    }
}

static void request(struct channel *c) {
    uint64_t hz = vcam_clock(c->vm, CLOCK_HCLK);
    uint64_t bytes = c->bndtr & CBNDTR_BNDT;
    c->ccr |= CCR_SWRQ;
    vcam_event_set(c->vm, &c->event,
            vcam_now(c->vm) + (bytes / 8 + 1) * VCAM_SECOND / (hz ? hz : 1));
}

static void start(struct channel *c) {
    if (c->isr & 0x1f) {
        vcam_complain(c->vm,
                "%s is started with flags of its last transfer set", c->name);
    }
    if (!(c->bndtr & CBNDTR_BNDT)) {
        vcam_complain(c->vm, "%s is started with nothing to transfer", c->name);
        fail(c, CESR_BLOCK, c->sar);
        return;
    }
    c->esr = 0;
    if (!(c->ctcr & CTCR_SWRM)) {
        serve(c, c->tbr & 0x3f);
    }
}

// --- registers ------------------------------------------------------------

static void write_ccr(struct channel *c, uint32_t value) {
    bool was = running(c);
    if (was && value & CCR_EN &&
            (value ^ c->ccr) & CCR_ALL & ~(uint32_t)CCR_ALWAYS) {
        vcam_complain(c->vm, "%s: settings changed while it runs", c->name);
    }
    uint32_t keep = c->ccr & CCR_SWRQ;
    c->ccr = (value & (CCR_ALL | CCR_EN)) | keep;
    if (!running(c)) {
        stop(c);
        if (was) {
            flag(c, CTCIF);
        }
    } else {
        if (!was) {
            start(c);
        }
        if (value & CCR_SWRQ && running(c) && c->ctcr & CTCR_SWRM) {
            request(c);
        }
    }
    update_irq(c);
}

static uint32_t *plain(struct channel *c, uint32_t offset) {
    switch (offset) {
    case CTCR:
        return &c->ctcr;
    case CBNDTR:
        return &c->bndtr;
    case CSAR:
        return &c->sar;
    case CDAR:
        return &c->dar;
    case CBRUR:
        return &c->brur;
    case CLAR:
        return &c->lar;
    case CTBR:
        return &c->tbr;
    case CMAR:
        return &c->mar;
    case CMDR:
        return &c->mdr;
    default:
        return NULL;
    }
}

static bool write_channel(struct channel *c, uint32_t offset, uint32_t value) {
    switch (offset) {
    case CISR:
    case CESR:
        return true;
    case CIFCR:
        c->isr &= ~(value & 0x1f);
        update_irq(c);
        return true;
    case CCR:
        write_ccr(c, value);
        return true;
    default:
        break;
    }
    uint32_t *reg = plain(c, offset);
    if (!reg) {
        return false;
    }
    if (running(c)) {
        vcam_complain(c->vm, "%s: settings changed while it runs", c->name);
        return true;
    }
    *reg = value;
    if (offset == CBNDTR) {
        c->block = value & CBNDTR_BNDT;
    }
    return true;
}

static bool mdma_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct mdma *m = self;
    (void)size;
    if (offset < CHANNELS_AT) {
        return offset == GISR0;
    }
    offset -= CHANNELS_AT;
    return offset / CHANNEL_SIZE < CHANNELS &&
            write_channel(&m->channel[offset / CHANNEL_SIZE],
                    offset % CHANNEL_SIZE, value);
}

static bool mdma_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct mdma *m = self;
    (void)size;
    *value = 0;
    if (offset == GISR0) {
        for (unsigned i = 0; i < CHANNELS; i++) {
            *value |= (uint32_t)interrupts(&m->channel[i]) << i;
        }
        return true;
    }
    if (offset < CHANNELS_AT ||
            (offset - CHANNELS_AT) / CHANNEL_SIZE >= CHANNELS) {
        return false;
    }
    struct channel *c = &m->channel[(offset - CHANNELS_AT) / CHANNEL_SIZE];
    offset = (offset - CHANNELS_AT) % CHANNEL_SIZE;
    const uint32_t *reg = plain(c, offset);
    switch (offset) {
    case CISR:
        *value = c->isr | (c->ccr & CCR_SWRQ ? CISR_CRQA : 0u);
        return true;
    case CIFCR:
        return true;
    case CESR:
        *value = c->esr;
        return true;
    case CCR:
        *value = c->ccr & ~(uint32_t)CCR_SWRQ;
        return true;
    default:
        *value = reg ? *reg : 0;
        return reg != NULL;
    }
}

static void mdma_reset(void *self, enum vcam_reset why) {
    struct mdma *m = self;
    (void)why;
    for (unsigned i = 0; i < CHANNELS; i++) {
        struct channel *c = &m->channel[i];
        vcam_event_cancel(c->vm, &c->event);
        c->isr = c->esr = c->ccr = c->ctcr = c->bndtr = c->sar = c->dar = 0;
        c->brur = c->lar = c->tbr = c->mar = c->mdr = c->block = 0;
        update_irq(c);
    }
}

int vcam_mdma_create(struct vcam *vm) {
    struct mdma *m = calloc(1, sizeof *m);
    if (!m) {
        return -ENOMEM;
    }
    vm->mdma = m;
    for (unsigned i = 0; i < CHANNELS; i++) {
        struct channel *c = &m->channel[i];
        c->vm = vm;
        (void)snprintf(c->name, sizeof c->name, "MDMA channel %u", i);
        c->master = (struct vcam_master){.name = c->name, .tcm = true};
        c->event = (struct vcam_event){.fire = on_event, .context = c};
    }
    vcam_add_device(vm,
            &(struct vcam_device){.name = "MDMA",
                    .base = 0x52000000,
                    .size = 0x1000,
                    .gate = VCAM_GATE(0xd4, 0),
                    .read = mdma_read,
                    .write = mdma_write,
                    .reset = mdma_reset,
                    .destroy = free,
                    .self = m});
    return 0;
}
