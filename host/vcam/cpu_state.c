// SPDX-License-Identifier: MIT
// The processor on Unicorn 2: its registers.

#include "host/vcam/cpu_unicorn.h"

static uint32_t get(struct vcam_cpu *cpu, int reg) {
    uint32_t value = 0;
    (void)uc_reg_read(cpu->uc, reg, &value);
    return value;
}

static void set(struct vcam_cpu *cpu, int reg, uint32_t value) {
    (void)uc_reg_write(cpu->uc, reg, &value);
}

static int core_register(int i) {
    return i < 13     ? UC_ARM_REG_R0 + i
            : i == 13 ? UC_ARM_REG_SP
            : i == 14 ? UC_ARM_REG_LR
                      : UC_ARM_REG_PC;
}

void vcam_cpu_get(struct vcam_cpu *cpu, struct vcam_core *core) {
    for (int i = 0; i < 16; i++) {
        core->r[i] = get(cpu, core_register(i));
    }
    core->r[15] &= ~1u;
    core->xpsr = get(cpu, UC_ARM_REG_XPSR);
    core->control = get(cpu, UC_ARM_REG_CONTROL);
    bool process =
            (core->xpsr & 0x1ff) == 0 && (core->control & VCAM_CONTROL_SPSEL);
    if (core->control & VCAM_CONTROL_NPRIV && (core->xpsr & 0x1ff) == 0) {
        // Unprivileged code reads these as zero, and so does the engine for
        // us: look as a handler would.
        uint32_t handler = (core->xpsr & ~0x1ffu) | 3;
        set(cpu, UC_ARM_REG_XPSR_NZCVQG, handler);
        core->msp = get(cpu, UC_ARM_REG_MSP);
        core->psp = get(cpu, UC_ARM_REG_PSP);
        core->primask = get(cpu, UC_ARM_REG_PRIMASK) & 1;
        core->basepri = get(cpu, UC_ARM_REG_BASEPRI) & 0xf0;
        core->faultmask = get(cpu, UC_ARM_REG_FAULTMASK) & 1;
        set(cpu, UC_ARM_REG_XPSR_NZCVQG, core->xpsr);
    } else {
        core->msp = get(cpu, UC_ARM_REG_MSP);
        core->psp = get(cpu, UC_ARM_REG_PSP);
        core->primask = get(cpu, UC_ARM_REG_PRIMASK) & 1;
        core->basepri = get(cpu, UC_ARM_REG_BASEPRI) & 0xf0;
        core->faultmask = get(cpu, UC_ARM_REG_FAULTMASK) & 1;
    }
    if (process) {
        core->psp = core->r[13];
    } else {
        core->msp = core->r[13];
    }
}

void vcam_cpu_set(struct vcam_cpu *cpu, const struct vcam_core *core) {
    // The engine refuses writes that unprivileged code could not make, and
    // SPSEL changes in handler mode. This order always works: be a handler,
    // become privileged, leave to thread mode, and only then the mode wanted.
    uint32_t flags = core->xpsr & ~0x1ffu;
    set(cpu, UC_ARM_REG_XPSR_NZCVQG, flags | 3);
    set(cpu, UC_ARM_REG_CONTROL, get(cpu, UC_ARM_REG_CONTROL) & ~1u);
    set(cpu, UC_ARM_REG_PRIMASK, core->primask);
    set(cpu, UC_ARM_REG_BASEPRI, core->basepri);
    set(cpu, UC_ARM_REG_FAULTMASK, core->faultmask);
    set(cpu, UC_ARM_REG_XPSR_NZCVQG, flags);
    set(cpu, UC_ARM_REG_CONTROL, core->control & ~1u);
    set(cpu, UC_ARM_REG_MSP, core->msp);
    set(cpu, UC_ARM_REG_PSP, core->psp);
    set(cpu, UC_ARM_REG_CONTROL, core->control);
    set(cpu, UC_ARM_REG_XPSR_NZCVQG, core->xpsr);
    for (int i = 0; i < 13; i++) {
        set(cpu, core_register(i), core->r[i]);
    }
    set(cpu, UC_ARM_REG_LR, core->r[14]);
    set(cpu, UC_ARM_REG_PC, core->r[15] | (core->xpsr >> 24 & 1));
    // A write of the flags makes the translator look at the mode again.
    set(cpu, UC_ARM_REG_APSR_NZCV, get(cpu, UC_ARM_REG_APSR_NZCV));
}

void vcam_cpu_get_fp(struct vcam_cpu *cpu, uint32_t s[32], uint32_t *fpscr) {
    for (int i = 0; i < 16; i++) {
        uint64_t d = 0;
        (void)uc_reg_read(cpu->uc, UC_ARM_REG_D0 + i, &d);
        s[2 * i] = (uint32_t)d;
        s[2 * i + 1] = (uint32_t)(d >> 32);
    }
    *fpscr = get(cpu, UC_ARM_REG_FPSCR);
}

void vcam_cpu_set_fp(struct vcam_cpu *cpu, const uint32_t s[32],
        uint32_t fpscr) {
    for (int i = 0; i < 16; i++) {
        uint64_t d = (uint64_t)s[2 * i + 1] << 32 | s[2 * i];
        (void)uc_reg_write(cpu->uc, UC_ARM_REG_D0 + i, &d);
    }
    set(cpu, UC_ARM_REG_FPSCR, fpscr);
}
