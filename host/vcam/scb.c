// SPDX-License-Identifier: MIT
// The system control block, identification and caches (DDI 0403, B3.2, B4).

#include "host/vcam/cache.h"
#include "host/vcam/machine_state.h"

enum { SHCSR_ENABLES = 7 << 16 };
#define AIRCR_KEY 0x05fau

static uint32_t read_icsr(struct vcam *vm) {
    const struct vcam_scs *s = &vm->scs;
    uint32_t value = s->depth ? s->stack[s->depth - 1] : 0;
    bool external = false;
    unsigned first = 0;
    for (unsigned i = 1; i < SCS_EXCEPTIONS; i++) {
        if (vcam_bit(s->pending, i) && vcam_bit(s->enabled, i)) {
            external |= i >= EXC_IRQ0;
            if (!first || vcam_priority(s, i) < vcam_priority(s, first)) {
                first = i;
            }
        }
    }
    value |= first << 12;
    value |= (uint32_t)(s->depth <= 1) << 11;
    value |= (uint32_t)external << 22;
    value |= (uint32_t)vcam_bit(s->pending, EXC_SYSTICK) << 26;
    value |= (uint32_t)vcam_bit(s->pending, EXC_PENDSV) << 28;
    value |= (uint32_t)vcam_bit(s->pending, EXC_NMI) << 31;
    return value;
}

static void write_icsr(struct vcam *vm, uint32_t value) {
    if (value >> 31) {
        vcam_pend(vm, EXC_NMI);
    }
    if (value >> 28 & 1) {
        vcam_pend(vm, EXC_PENDSV);
    }
    if (value >> 27 & 1) {
        vcam_unpend(vm, EXC_PENDSV);
    }
    if (value >> 26 & 1) {
        vcam_pend(vm, EXC_SYSTICK);
    }
    if (value >> 25 & 1) {
        vcam_unpend(vm, EXC_SYSTICK);
    }
    vcam_cpu_kick(vm->cpu);
}

// SHCSR: which system exceptions are active, pending and enabled.
static const struct {
    uint8_t bit, exception;
    bool pending;
} HANDLERS[] = {{0, EXC_MEM, false}, {1, EXC_BUS, false}, {3, EXC_USAGE, false},
        {7, EXC_SVC, false}, {8, EXC_DEBUG, false}, {10, EXC_PENDSV, false},
        {11, EXC_SYSTICK, false}, {12, EXC_USAGE, true}, {13, EXC_MEM, true},
        {14, EXC_BUS, true}, {15, EXC_SVC, true}};

static uint32_t read_shcsr(const struct vcam_scs *s) {
    uint32_t value = s->shcsr_enable;
    for (unsigned i = 0; i < sizeof HANDLERS / sizeof *HANDLERS; i++) {
        const uint32_t *set = HANDLERS[i].pending ? s->pending : s->active;
        value |= (uint32_t)vcam_bit(set, HANDLERS[i].exception)
                << HANDLERS[i].bit;
    }
    return value;
}

static uint32_t priorities(const struct vcam_scs *s, unsigned first) {
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        value |= (uint32_t)s->priority[first + i] << 8 * i;
    }
    return value;
}

static void set_priorities(struct vcam_scs *s, unsigned first, uint32_t value) {
    static const uint16_t there = 1 << EXC_MEM | 1 << EXC_BUS | 1 << EXC_USAGE |
            1 << EXC_SVC | 1 << EXC_DEBUG | 1 << EXC_PENDSV | 1 << EXC_SYSTICK;
    for (unsigned i = 0; i < 4; i++) {
        if (there >> (first + i) & 1) {
            s->priority[first + i] = value >> 8 * i & 0xf0;
        }
    }
}

// Registers that always read the same: DDI 0489 table 3-1 and RM0433 60.
static const struct {
    uint16_t offset;
    uint32_t value;
} FIXED[] = {
        {0xd00, 0x411fc271}, // CPUID: Cortex-M7 r1p1
        {0xd3c, 0},          // AFSR
        {0xd40, 0x00000030}, // ID_PFR0
        {0xd44, 0x00000200}, // ID_PFR1
        {0xd48, 0x00100000}, // ID_DFR0
        {0xd4c, 0},          // ID_AFR0
        {0xd50, 0x00100030}, // ID_MMFR0
        {0xd54, 0},          // ID_MMFR1
        {0xd58, 0x01000000}, // ID_MMFR2
        {0xd5c, 0},          // ID_MMFR3
        {0xd60, 0x01101110}, // ID_ISAR0
        {0xd64, 0x02112000}, // ID_ISAR1
        {0xd68, 0x20232231}, // ID_ISAR2
        {0xd6c, 0x01111131}, // ID_ISAR3
        {0xd70, 0x01310132}, // ID_ISAR4
        {0xd78, 0x09000003}, // CLIDR: both caches, one level
        {0xd7c, 0x8303c003}, // CTR
        {0xf40, 0x10110221}, // MVFR0: single and double
        {0xf44, 0x12000011}, // MVFR1
        {0xf48, 0x00000040}, // MVFR2
        {0xf90, 0x0000003b}, // ITCMCR: 64 KiB, on
        {0xf94, 0x00000043}, // DTCMCR: 128 KiB, on
        {0xf98, 0x00000001}, // AHBPCR
        {0xf9c, 0x00000002}, // CACR
        {0xfa0, 0x00000081}, // AHBSCR
        {0xfa8, 0},          // ABFSR
};

bool vcam_scb_read(struct vcam *vm, uint32_t offset, uint32_t *value) {
    struct vcam_scs *s = &vm->scs;
    for (unsigned i = 0; i < sizeof FIXED / sizeof *FIXED; i++) {
        if (FIXED[i].offset == offset) {
            *value = FIXED[i].value;
            return true;
        }
    }
    switch (offset) {
    case 0x004: // ICTR: how many words of interrupts
        *value = (SCS_IRQS - 1) / 32;
        return true;
    case 0x008:
        *value = s->actlr;
        return true;
    case 0xd04:
        *value = read_icsr(vm);
        return true;
    case 0xd08:
        *value = s->vtor;
        return true;
    case 0xd0c:
        *value = 0xfa050000 | s->prigroup << 8;
        return true;
    case 0xd10:
        *value = s->scr;
        return true;
    case 0xd14:
        *value = s->ccr;
        return true;
    case 0xd18:
    case 0xd1c:
    case 0xd20:
        *value = priorities(s, offset - 0xd18 + 4);
        return true;
    case 0xd24:
        *value = read_shcsr(s);
        return true;
    case 0xd28:
        *value = s->cfsr;
        return true;
    case 0xd2c:
        *value = s->hfsr;
        return true;
    case 0xd30:
        *value = s->dfsr;
        return true;
    case 0xd34:
        *value = s->mmfar;
        return true;
    case 0xd38:
        *value = s->bfar;
        return true;
    case 0xd80: // CCSIDR: 16 KiB each, lines of 32 bytes
        *value = s->csselr & 1 ? 0xf01fe009 : 0xf00fe019;
        return true;
    case 0xd84:
        *value = s->csselr;
        return true;
    case 0xd88:
        *value = s->cpacr;
        return true;
    case 0xdf0: // DHCSR: no debugger
        *value = vm->config.debug ? 1 : 0;
        return true;
    case 0xdfc:
        *value = s->demcr;
        return true;
    case 0xf34:
        *value = s->fpccr;
        return true;
    case 0xf38:
        *value = s->fpcar;
        return true;
    case 0xf3c:
        *value = s->fpdscr;
        return true;
    default:
        return false;
    }
}

static void write_aircr(struct vcam *vm, uint32_t value) {
    if (value >> 16 != AIRCR_KEY) {
        return;
    }
    vm->scs.prigroup = value >> 8 & 7;
    if (value & 4) {
        vcam_request_reset(vm, VCAM_RESET_SOFTWARE);
    }
}

static void write_cpacr(struct vcam *vm, uint32_t value) {
    // CP10 and CP11 must agree; 1 is privileged access, which all code has.
    vm->scs.cpacr = value & 0x00f00000;
    vcam_cpu_enable_fpu(vm->cpu, (value >> 20 & 3) && (value >> 22 & 3));
    vcam_cpu_kick(vm->cpu);
}

static bool write_tcm(struct vcam *vm, uint32_t offset, uint32_t value) {
    if ((offset == 0xf90 || offset == 0xf94) && !(value & 1)) {
        vcam_complain(vm, "%s switched off", offset == 0xf90 ? "ITCM" : "DTCM");
    }
    return offset >= 0xf90 && offset <= 0xfa8;
}

bool vcam_scb_write(struct vcam *vm, uint32_t offset, uint32_t value) {
    struct vcam_scs *s = &vm->scs;
    switch (offset) {
    case 0x008:
        s->actlr = value;
        return true;
    case 0xd04:
        write_icsr(vm, value);
        return true;
    case 0xd08:
        s->vtor = value & ~127u;
        // Aligned to the table's size: 166 words round up to 256.
        if (value & 1023) {
            vcam_complain(vm, "VTOR = 0x%08x is not a multiple of 1024",
                    (unsigned)value);
        }
        return true;
    case 0xd0c:
        write_aircr(vm, value);
        return true;
    case 0xd10:
        s->scr = value & 0x16;
        return true;
    case 0xd14:
        // DIV_0_TRP and UNALIGN_TRP are kept, but nothing acts on them.
        s->ccr = (value & 0x0007031b) | 0x00040200;
        vcam_cache_switch(vm, value >> 16 & 1);
        return true;
    case 0xd18:
    case 0xd1c:
    case 0xd20:
        set_priorities(s, offset - 0xd18 + 4, value);
        vcam_cpu_kick(vm->cpu);
        return true;
    case 0xd24:
        s->shcsr_enable = value & SHCSR_ENABLES;
        return true;
    case 0xd28:
        s->cfsr &= ~value;
        return true;
    case 0xd2c:
        s->hfsr &= ~value;
        return true;
    case 0xd30:
        s->dfsr &= ~value;
        return true;
    case 0xd34:
        s->mmfar = value;
        return true;
    case 0xd38:
        s->bfar = value;
        return true;
    case 0xd84:
        s->csselr = value & 15;
        return true;
    case 0xd88:
        write_cpacr(vm, value);
        return true;
    case 0xdf0:
        return true; // software cannot halt itself
    case 0xdfc:
        vcam_demcr_write(vm, value);
        return true;
    case 0xf00: // STIR
        if ((value & 0x1ff) < SCS_IRQS) {
            vcam_pend(vm, EXC_IRQ0 + (value & 0x1ff));
        }
        return true;
    case 0xf34:
        s->fpccr = value & 0xc0000000;
        return true;
    case 0xf38:
        s->fpcar = value & ~7u;
        return true;
    case 0xf3c:
        s->fpdscr = value & 0x07c00000;
        return true;
    default:
        return vcam_cache_maintain(vm, offset, value) ||
                write_tcm(vm, offset, value);
    }
}
