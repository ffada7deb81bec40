// SPDX-License-Identifier: MIT
// PWR and SYSCFG: supply, voltage scale, backup access (RM0433 6, 12).

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/gpio.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

// PWR
enum {
    CR1 = 0x00,
    CSR1 = 0x04,
    CR2 = 0x08,
    CR3 = 0x0c,
    CPUCR = 0x10,
    D3CR = 0x18,
    WKUPCR = 0x20,
    WKUPFR = 0x24,
    WKUPEPR = 0x28,
    CR1_DBP = 1 << 8,
    CR2_BREN = 1,
    CR2_BRRDY = 1 << 16,
    CR3_BYPASS = 1,
    CR3_LDOEN = 2,
    CR3_SCUEN = 4,
    CR3_USB33DEN = 1 << 24,
    CR3_USB33RDY = 1 << 26,
    VOSRDY = 1 << 13
};

// SYSCFG
enum {
    PMCR = 0x04,
    EXTICR1 = 0x08,
    EXTICR4 = 0x14,
    CFGR = 0x18,
    CCCSR = 0x20,
    CCVR = 0x24,
    CCCR = 0x28,
    PWRCR = 0x2c,
    PKGR = 0x124,
    UR0 = 0x300,
    UR17 = 0x344
};

struct pwr {
    struct vcam *vm;
    uint32_t reg[0x30 / 4];
    bool supply_chosen; // CR3 takes one write after power on
    uint64_t scale_ready_at;
    uint32_t syscfg[0x130 / 4];
};

static const uint64_t SCALE_TIME = VCAM_SECOND / 1000000 * 50;

bool vcam_backup_open(const struct vcam *vm) {
    return vm->pwr->reg[CR1 / 4] & CR1_DBP;
}

unsigned vcam_voltage_scale(const struct vcam *vm) {
    const struct pwr *p = vm->pwr;
    unsigned vos = p->reg[D3CR / 4] >> 14 & 3;
    if (vcam_now(vm) < p->scale_ready_at) {
        return 3; // not yet there: the worst it may be
    }
    if (vos == 3) {
        return p->syscfg[PWRCR / 4] & 1 ? 0 : 1;
    }
    return vos == 2 ? 2 : 3;
}

uint32_t vcam_exti_port(const struct vcam *vm, unsigned line) {
    return vm->pwr->syscfg[EXTICR1 / 4 + line / 4] >> 4 * (line % 4) & 15;
}

static void pwr_reset(void *self, enum vcam_reset why) {
    struct pwr *p = self;
    uint32_t supply = p->reg[CR3 / 4];
    uint32_t backup = p->reg[CR2 / 4];
    memset(p->reg, 0, sizeof p->reg);
    p->reg[CR1 / 4] = 0xf000c000;
    p->reg[CR3 / 4] = why == VCAM_RESET_POWER ? 6 : supply;
    p->reg[CR2 / 4] = why == VCAM_RESET_POWER ? 0 : backup;
    p->reg[D3CR / 4] = 0x00004000; // scale 3
    p->scale_ready_at = 0;
    if (why == VCAM_RESET_POWER) {
        p->supply_chosen = false;
    }
}

static bool pwr_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct pwr *p = self;
    (void)size;
    bool ready = p->supply_chosen && vcam_now(p->vm) >= p->scale_ready_at;
    switch (offset) {
    case CSR1:
        *value = (p->reg[D3CR / 4] & 0xc000) | (ready ? (uint32_t)VOSRDY : 0);
        return true;
    case CR2:
        *value = p->reg[CR2 / 4] |
                (p->reg[CR2 / 4] & CR2_BREN ? (uint32_t)CR2_BRRDY : 0);
        return true;
    case CR3:
        *value = p->reg[CR3 / 4] |
                (p->reg[CR3 / 4] & CR3_USB33DEN ? (uint32_t)CR3_USB33RDY : 0);
        return true;
    case D3CR:
        *value = p->reg[D3CR / 4] | (ready ? (uint32_t)VOSRDY : 0);
        return true;
    case WKUPCR:
        *value = 0;
        return true;
    case CR1:
    case CPUCR:
    case WKUPFR:
    case WKUPEPR:
        *value = p->reg[offset / 4];
        return true;
    default:
        return false;
    }
}

static void write_supply(struct pwr *p, uint32_t value) {
    uint32_t keep = CR3_BYPASS | CR3_LDOEN | CR3_SCUEN;
    if (p->supply_chosen) { // the lower byte is locked until power off
        value = (value & ~keep) | (p->reg[CR3 / 4] & keep);
    } else if ((value & keep & ~(uint32_t)CR3_SCUEN) != CR3_LDOEN) {
        vcam_complain(p->vm, "PWR_CR3 = 0x%08x: the core runs from the LDO",
                (unsigned)value);
    }
    p->supply_chosen = true;
    p->reg[CR3 / 4] = value & 0x03000307;
}

static void write_scale(struct pwr *p, uint32_t value) {
    unsigned vos = value >> 14 & 3;
    if (vos == 0) {
        vcam_complain(p->vm, "PWR_D3CR.VOS = 0 is reserved");
    }
    if (!p->supply_chosen) {
        vcam_complain(p->vm,
                "voltage scale set before PWR_CR3: it takes no effect");
        return;
    }
    if ((p->reg[D3CR / 4] ^ value) & 0xc000) {
        p->scale_ready_at = vcam_now(p->vm) + SCALE_TIME;
    }
    p->reg[D3CR / 4] = value & 0xc000;
}

static bool pwr_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct pwr *p = self;
    (void)size;
    switch (offset) {
    case CR1:
        p->reg[CR1 / 4] = (value & 0x0007c3f1) | 0xf0000000;
        return true;
    case CSR1:
        return true;
    case CR2:
        if (vcam_backup_open(p->vm)) {
            p->reg[CR2 / 4] = value & 0x11;
        } else if ((value ^ p->reg[CR2 / 4]) & 0x11) {
            vcam_complain(p->vm, "PWR_CR2 written without PWR_CR1.DBP");
        }
        return true;
    case CR3:
        write_supply(p, value);
        return true;
    case CPUCR:
        p->reg[CPUCR / 4] = value & 0x00000c07;
        return true;
    case D3CR:
        write_scale(p, value);
        return true;
    case WKUPCR:
        p->reg[WKUPFR / 4] &= ~value;
        return true;
    case WKUPFR:
        return true;
    case WKUPEPR:
        p->reg[offset / 4] = value;
        return true;
    default:
        return false;
    }
}

static void syscfg_reset(void *self, enum vcam_reset why) {
    struct pwr *p = self;
    (void)why;
    memset(p->syscfg, 0, sizeof p->syscfg);
}

static bool syscfg_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct pwr *p = self;
    (void)size;
    switch (offset) {
    case CCCSR: // the compensation cell is ready as soon as it is on
        *value =
                p->syscfg[CCCSR / 4] | (p->syscfg[CCCSR / 4] & 1 ? 1u << 8 : 0);
        return true;
    case CCVR:
        *value = 0x88;
        return true;
    case PMCR:
    case CFGR:
    case CCCR:
    case PWRCR:
        *value = p->syscfg[offset / 4];
        return true;
    case PKGR:
        *value = 0; // LQFP100, the STM32H743VI's
        return true;
    default:
        if (offset >= EXTICR1 && offset <= EXTICR4) {
            *value = p->syscfg[offset / 4];
            return true;
        }
        *value = 0; // user registers mirror the option bytes
        return offset >= UR0 && offset <= UR17;
    }
}

static bool syscfg_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct pwr *p = self;
    (void)size;
    switch (offset) {
    case PWRCR:
        if (p->vm->config.silicon_y) {
            vcam_complain(p->vm, "SYSCFG_PWRCR: revision Y has no scale 0");
        } else if ((value & 1) && (p->reg[D3CR / 4] >> 14 & 3) != 3) {
            vcam_complain(p->vm, "overdrive switched on without scale 1");
        }
        if ((p->syscfg[PWRCR / 4] ^ value) & 1) {
            p->scale_ready_at = vcam_now(p->vm) + SCALE_TIME;
        }
        p->syscfg[PWRCR / 4] = value & 1;
        return true;
    case CCCSR:
        p->syscfg[CCCSR / 4] = value & 0x10003;
        return true;
    case CCVR:
    case PKGR:
        return true;
    case PMCR:
    case CFGR:
    case CCCR:
        p->syscfg[offset / 4] = value;
        return true;
    default:
        if (offset >= EXTICR1 && offset <= EXTICR4) {
            p->syscfg[offset / 4] = value & 0xffff;
            return true;
        }
        return false;
    }
}

int vcam_pwr_create(struct vcam *vm) {
    struct pwr *p = calloc(1, sizeof *p);
    if (!p) {
        return -ENOMEM;
    }
    p->vm = vm;
    vm->pwr = p;
    vcam_add_device(vm,
            &(struct vcam_device){.name = "PWR",
                    .base = 0x58024800,
                    .size = 0x400,
                    .read = pwr_read,
                    .write = pwr_write,
                    .reset = pwr_reset,
                    .destroy = free,
                    .self = p});
    vcam_add_device(vm,
            &(struct vcam_device){.name = "SYSCFG",
                    .base = 0x58000400,
                    .size = 0x400,
                    .gate = VCAM_GATE(0xf4, 1),
                    .read = syscfg_read,
                    .write = syscfg_write,
                    .reset = syscfg_reset,
                    .self = p});
    return 0;
}
