// SPDX-License-Identifier: MIT
// EXTI: edges of pins and events of blocks to interrupts (RM0433 section 20).

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/gpio.h"
#include "host/vcam/machine_state.h"

// Offsets in a group of lines; groups are 0x20, or in the second half 0x10,
// apart.
enum {
    RTSR = 0x00,
    FTSR = 0x04,
    SWIER = 0x08,
    D3PMR = 0x0c,
    D3PCRL = 0x10,
    D3PCRH = 0x14,
    CPU = 0x80,
    IMR = 0x00,
    EMR = 0x04,
    PR = 0x08
};

struct group {
    uint32_t rising, falling, d3[3], mask, event, pending;
};

struct exti {
    struct vcam *vm;
    struct group group[3];
};

static const struct exti *state(const struct vcam *vm) {
    return vcam_find_device(vm, "EXTI");
}

static void update_irq(struct exti *e) {
    // Interrupt position of a set of lines of the first group.
    static const struct {
        uint32_t lines;
        uint8_t irq;
    } table[] = {{1u << 0, 6}, {1u << 1, 7}, {1u << 2, 8}, {1u << 3, 9},
            {1u << 4, 10}, {0x1fu << 5, 23}, {0x3fu << 10, 40}, {1u << 16, 1},
            {1u << 17, 41}, {1u << 18, 2}, {1u << 19, 3}};
    uint32_t active = e->group[0].pending & e->group[0].mask;
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++) {
        vcam_irq(e->vm, table[i].irq, (active & table[i].lines) != 0);
    }
}

static void edge(struct exti *e, unsigned line, bool rising) {
    struct group *g = &e->group[line / 32];
    uint32_t bit = 1u << line % 32;
    if ((rising ? g->rising : g->falling) & bit) {
        g->pending |= bit;
        if (g->event & bit) {
            e->vm->scs.event = true;
        }
        update_irq(e);
    }
}

void vcam_exti_edge(struct vcam *vm, unsigned pin, bool level) {
    if (vcam_exti_port(vm, pin % 16) == pin / 16) {
        edge((struct exti *)state(vm), pin % 16, level);
    }
}

void vcam_exti_line(struct vcam *vm, unsigned line) {
    edge((struct exti *)state(vm), line, true);
}

static void exti_reset(void *self, enum vcam_reset why) {
    struct exti *e = self;
    (void)why;
    memset(e->group, 0, sizeof e->group);
    // Lines straight from blocks are not masked.
    e->group[0].mask = 0xffc00000;
    update_irq(e);
}

static uint32_t *word_at(struct exti *e, uint32_t offset) {
    if (offset >= CPU) {
        struct group *g = &e->group[(offset - CPU) >> 4];
        switch (offset & 0xf) {
        case IMR:
            return &g->mask;
        case EMR:
            return &g->event;
        case PR:
            return &g->pending;
        default:
            return NULL;
        }
    }
    struct group *g = &e->group[offset >> 5];
    switch (offset & 0x1f) {
    case RTSR:
        return &g->rising;
    case FTSR:
        return &g->falling;
    case D3PMR:
    case D3PCRL:
    case D3PCRH:
        return &g->d3[((offset & 0x1f) - D3PMR) / 4];
    default:
        return NULL;
    }
}

static bool within(uint32_t offset) {
    return offset < 0x58 || (offset >= CPU && offset < 0xac);
}

static bool exti_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct exti *e = self;
    (void)size;
    const uint32_t *word = within(offset) ? word_at(e, offset) : NULL;
    *value = word ? *word : 0;
    return word || (offset < 0x58 && (offset & 0x1f) == SWIER);
}

static bool exti_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct exti *e = self;
    (void)size;
    if (!within(offset)) {
        return false;
    }
    if (offset < CPU && (offset & 0x1f) == SWIER) {
        struct group *g = &e->group[offset >> 5];
        g->pending |= value & (g->mask | g->event);
    } else {
        uint32_t *word = word_at(e, offset);
        if (!word) {
            return false;
        }
        bool pending = offset >= CPU && (offset & 0xf) == PR;
        *word = pending ? *word & ~value : value;
    }
    update_irq(e);
    return true;
}

int vcam_exti_create(struct vcam *vm) {
    struct exti *e = calloc(1, sizeof *e);
    if (!e) {
        return -ENOMEM;
    }
    e->vm = vm;
    vcam_add_device(vm,
            &(struct vcam_device){.name = "EXTI",
                    .base = 0x58000000,
                    .size = 0x400,
                    .read = exti_read,
                    .write = exti_write,
                    .reset = exti_reset,
                    .destroy = free,
                    .self = e});
    return 0;
}
