// SPDX-License-Identifier: MIT
// The interrupt controller: what is pending, what may be entered, and the
// registers of B3.4 (DDI 0403).

#include <string.h>

#include "host/vcam/machine_state.h"

void vcam_scs_reset(struct vcam *vm) {
    struct vcam_scs *s = &vm->scs;
    uint32_t line[SCS_WORDS];
    memcpy(line, s->line, sizeof line);
    *s = (struct vcam_scs){0};
    memcpy(s->line, line, sizeof line);
    s->vtor = VCAM_FLASH; // BOOT_ADD0 as the camera has it
    s->ccr = 0x00040200;  // BP and STKALIGN read as one
    s->fpccr = 0xc0000000;
    s->dwt_ctrl = 0x40000000; // four comparators
    vcam_systick_reset(vm);
    vcam_cpu_enable_fpu(vm->cpu, false);
    for (unsigned i = 0; i < EXC_IRQ0; i++) {
        vcam_put_bit(s->enabled, i, true);
    }
}

void vcam_pend(struct vcam *vm, unsigned exception) {
    struct vcam_scs *s = &vm->scs;
    if (!vcam_bit(s->pending, exception)) {
        vcam_put_bit(s->pending, exception, true);
        if (s->scr & 0x10) {
            s->event = true; // SEVONPEND
        }
        vcam_cpu_kick(vm->cpu);
    }
}

void vcam_unpend(struct vcam *vm, unsigned exception) {
    vcam_put_bit(vm->scs.pending, exception, false);
}

void vcam_irq(struct vcam *vm, unsigned irq, bool level) {
    struct vcam_scs *s = &vm->scs;
    unsigned exception = EXC_IRQ0 + irq;
    bool was = vcam_bit(s->line, exception);
    vcam_put_bit(s->line, exception, level);
    // The rise is latched; a line that falls again leaves it pending.
    if (level && !was) {
        vcam_pend(vm, exception);
    }
}

int vcam_priority(const struct vcam_scs *s, unsigned exception) {
    switch (exception) {
    case EXC_NMI:
        return -2;
    case EXC_HARD:
        return -1;
    default:
        return s->priority[exception];
    }
}

// The part of a priority that decides about preemption.
static int group(const struct vcam_scs *s, int priority) {
    return priority < 0 ? priority
                        : priority & ~((2 << s->prigroup) - 1) & 0xff;
}

int vcam_running_priority(struct vcam *vm, const struct vcam_core *core) {
    const struct vcam_scs *s = &vm->scs;
    int running = SCS_LOWEST;
    for (unsigned i = 0; i < s->depth; i++) {
        int p = group(s, vcam_priority(s, s->stack[i]));
        running = p < running ? p : running;
    }
    if (core->basepri && group(s, (int)core->basepri) < running) {
        running = group(s, (int)core->basepri);
    }
    if (core->primask && running > 0) {
        running = 0;
    }
    if (core->faultmask && running > -1) {
        running = -1;
    }
    return running;
}

// The pending and enabled exception that comes first, or 0.
static unsigned first_pending(const struct vcam_scs *s) {
    unsigned best = 0;
    int best_priority = SCS_LOWEST + 1;
    for (unsigned w = 0; w < SCS_WORDS; w++) {
        uint32_t set = s->pending[w] & s->enabled[w];
        for (unsigned n = w * 32; set; set >>= 1, n++) {
            if ((set & 1) && vcam_priority(s, n) < best_priority) {
                best = n;
                best_priority = vcam_priority(s, n);
            }
        }
    }
    return best;
}

unsigned vcam_next_exception(struct vcam *vm) {
    const struct vcam_scs *s = &vm->scs;
    unsigned best = first_pending(s);
    if (!best) {
        vcam_cpu_watch_mask(vm->cpu, SCS_LOWEST);
        return 0;
    }
    struct vcam_core core;
    vcam_cpu_get(vm->cpu, &core);
    int priority = group(s, vcam_priority(s, best));
    if (priority < vcam_running_priority(vm, &core)) {
        return best;
    }
    // Would it be entered, were it not for the masks?
    struct vcam_core open = core;
    open.primask = open.basepri = open.faultmask = 0;
    bool masked = priority < vcam_running_priority(vm, &open);
    vcam_cpu_watch_mask(vm->cpu, masked ? (unsigned)priority : SCS_LOWEST);
    return 0;
}

bool vcam_wakes(struct vcam *vm) {
    const struct vcam_scs *s = &vm->scs;
    unsigned best = first_pending(s);
    if (!best) {
        return false;
    }
    struct vcam_core core;
    vcam_cpu_get(vm->cpu, &core);
    core.primask = 0;
    return group(s, vcam_priority(s, best)) < vcam_running_priority(vm, &core);
}

// --- registers, by offset from 0xe000e000 ---------------------------------

// Where in an array of bits the register at `offset` from its base begins;
// false when the chip has no such interrupts.
static bool interrupts_at(uint32_t offset, unsigned *irq) {
    *irq = offset / 4 * 32;
    return *irq < SCS_IRQS;
}

static uint32_t gather(const uint32_t *set, unsigned irq) {
    uint32_t value = 0;
    for (unsigned i = 0; i < 32 && irq + i < SCS_IRQS; i++) {
        value |= (uint32_t)vcam_bit(set, EXC_IRQ0 + irq + i) << i;
    }
    return value;
}

static void change(uint32_t *set, unsigned irq, uint32_t bits, bool on) {
    for (unsigned i = 0; i < 32 && irq + i < SCS_IRQS; i++) {
        if (bits >> i & 1) {
            vcam_put_bit(set, EXC_IRQ0 + irq + i, on);
        }
    }
}

bool vcam_nvic_read(struct vcam *vm, uint32_t offset, uint32_t *value) {
    const struct vcam_scs *s = &vm->scs;
    unsigned irq;
    if (offset >= 0x400 && offset < 0x400 + 160) {
        *value = 0;
        for (unsigned i = 0; i < 4; i++) {
            unsigned n = offset - 0x400 + i;
            if (n < SCS_IRQS) {
                *value |= (uint32_t)s->priority[EXC_IRQ0 + n] << 8 * i;
            }
        }
        return true;
    }
    if (!interrupts_at(offset & 0x7f, &irq)) {
        *value = 0;
        return offset < 0x280; // reserved, read as zero
    }
    switch (offset & ~0x7fu) {
    case 0x100:
    case 0x180:
        *value = gather(s->enabled, irq);
        return true;
    case 0x200:
    case 0x280:
        *value = gather(s->pending, irq);
        return true;
    case 0x300:
        *value = gather(s->active, irq);
        return true;
    default:
        return false;
    }
}

// Lines that are still high keep their interrupts pending.
static void repend(struct vcam *vm, unsigned irq) {
    for (unsigned i = 0; i < 32 && irq + i < SCS_IRQS; i++) {
        unsigned n = EXC_IRQ0 + irq + i;
        if (vcam_bit(vm->scs.line, n) && !vcam_bit(vm->scs.active, n)) {
            vcam_put_bit(vm->scs.pending, n, true);
        }
    }
}

bool vcam_nvic_write(struct vcam *vm, uint32_t offset, uint32_t value) {
    struct vcam_scs *s = &vm->scs;
    unsigned irq;
    vcam_cpu_kick(vm->cpu);
    if (offset >= 0x400 && offset < 0x400 + 160) {
        for (unsigned i = 0; i < 4; i++) {
            unsigned n = offset - 0x400 + i;
            if (n < SCS_IRQS) { // four bits are there (RM0433 19.1)
                s->priority[EXC_IRQ0 + n] = value >> 8 * i & 0xf0;
            }
        }
        return true;
    }
    if (!interrupts_at(offset & 0x7f, &irq)) {
        return offset < 0x300;
    }
    switch (offset & ~0x7fu) {
    case 0x100:
        change(s->enabled, irq, value, true);
        return true;
    case 0x180:
        change(s->enabled, irq, value, false);
        return true;
    case 0x200:
        change(s->pending, irq, value, true);
        return true;
    case 0x280:
        change(s->pending, irq, value, false);
        repend(vm, irq);
        return true;
    case 0x300:
        return true; // read only
    default:
        return false;
    }
}
