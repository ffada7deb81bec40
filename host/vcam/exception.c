// SPDX-License-Identifier: MIT
// Exceptions: frames, entry, return and faults (DDI 0403, B1.5.6 to B1.5.15).
//
// FPU state is stacked at once, also where the core would do it lazily: the
// frame in memory is the same as soon as the handler uses the FPU.

#include <string.h>

#include "host/vcam/machine_state.h"

enum {
    FRAME_BASIC = 0x20,
    FRAME_FP = 0x68,
    XPSR_ALIGN = 1 << 9,
    EXC_RETURN_THREAD = 1 << 3,
    EXC_RETURN_PSP = 1 << 2,
    EXC_RETURN_BASIC = 1 << 4,
    SCR_SLEEPONEXIT = 1 << 1
};
#define FPCCR_ASPEN 0x80000000u

static bool stack_access(struct vcam *vm, uint32_t address, void *data,
        size_t size, bool write) {
    if (!vcam_mpu_allows(vm, address, write) ||
            !vcam_mpu_allows(vm, address + (uint32_t)size - 1, write)) {
        return false;
    }
    // Only what the engine has mapped: a bank without clock does not answer.
    uint8_t *at = vcam_cpu_memory(vm->cpu, address, size);
    if (!at || (write && address - VCAM_FLASH < VCAM_FLASH_SIZE)) {
        return false;
    }
    if (write) {
        memcpy(at, data, size);
    } else {
        memcpy(data, at, size);
    }
    return true;
}

// Returns the CFSR bit of a failed stacking, or 0.
static uint32_t push(struct vcam *vm, struct vcam_core *core,
        uint32_t *exc_return) {
    bool fp = (core->control & VCAM_CONTROL_FPCA) &&
            (vm->scs.fpccr & FPCCR_ASPEN);
    bool thread = (core->xpsr & 0x1ff) == 0;
    bool psp = thread && (core->control & VCAM_CONTROL_SPSEL);
    uint32_t size = fp ? FRAME_FP : FRAME_BASIC;
    uint32_t sp = core->r[13];
    uint32_t frame[FRAME_FP / 4] = {0};
    uint32_t align = sp & 4;
    sp = (sp - size) & ~4u;
    memcpy(frame, core->r, 4 * sizeof *frame);
    frame[4] = core->r[12];
    frame[5] = core->r[14];
    frame[6] = core->r[15];
    frame[7] = (core->xpsr & ~(uint32_t)XPSR_ALIGN) |
            (align ? (uint32_t)XPSR_ALIGN : 0);
    if (fp) {
        uint32_t s[32];
        uint32_t fpscr;
        vcam_cpu_get_fp(vm->cpu, s, &fpscr);
        memcpy(frame + 8, s, 16 * sizeof *frame);
        frame[24] = fpscr;
        vcam_cpu_set_fp(vm->cpu, s, vm->scs.fpdscr & 0x07c00000);
        vm->scs.fpcar = sp + FRAME_BASIC;
    }
    *exc_return = 0xffffffe1u | (thread ? (uint32_t)EXC_RETURN_THREAD : 0) |
            (psp ? (uint32_t)EXC_RETURN_PSP : 0) |
            (fp ? 0 : (uint32_t)EXC_RETURN_BASIC);
    core->r[13] = sp;
    if (psp) {
        core->psp = sp;
    } else {
        core->msp = sp;
    }
    if (stack_access(vm, sp, frame, size, true)) {
        return 0;
    }
    return vcam_mpu_allows(vm, sp, true) ? CFSR_STKERR : CFSR_MSTKERR;
}

static bool is_fault(unsigned exception) {
    return exception >= EXC_HARD && exception <= EXC_USAGE;
}

static unsigned escalated(struct vcam *vm, unsigned exception, int running) {
    struct vcam_scs *s = &vm->scs;
    bool on = exception == EXC_MEM ? s->shcsr_enable >> 16 & 1
            : exception == EXC_BUS ? s->shcsr_enable >> 17 & 1
                                   : s->shcsr_enable >> 18 & 1;
    if (on && vcam_priority(s, exception) < running) {
        return exception;
    }
    s->hfsr |= HFSR_FORCED;
    return EXC_HARD;
}

static void enter(struct vcam *vm, struct vcam_core *core, unsigned exception) {
    struct vcam_scs *s = &vm->scs;
    if (is_fault(exception)) {
        vm->faults++;
        // The registers still are those of the culprit.
        vcam_cpu_set(vm->cpu, core);
        if (vm->config.fault) {
            vm->config.fault(vm->config.owner);
        }
        if (vm->config.stop_at_fault) {
            vm->end_pc = core->r[15];
            vcam_finish(vm, VCAM_END_FAULT, "the firmware took a fault");
            return;
        }
    }
    uint32_t exc_return;
    uint32_t failed = push(vm, core, &exc_return);
    if (failed) {
        s->cfsr |= failed;
        if (!is_fault(exception)) {
            // The fault of stacking comes first; the exception stays pending.
            int running = vcam_running_priority(vm, core);
            exception = escalated(vm, failed == CFSR_STKERR ? EXC_BUS : EXC_MEM,
                    running);
            vm->faults++;
            if (vm->config.fault) {
                vm->config.fault(vm->config.owner);
            }
            if (vm->config.stop_at_fault) {
                vm->end_pc = core->r[15];
                vcam_finish(vm, VCAM_END_FAULT,
                        "no stack for an exception: 0x%08x is no memory",
                        (unsigned)core->r[13]);
                return;
            }
        }
    }
    uint32_t vector = 0;
    if (!vcam_peek(vm, s->vtor + 4 * exception, &vector, sizeof vector)) {
        s->hfsr |= HFSR_VECTTBL;
        vcam_finish(vm, VCAM_END_LOCKUP, "lock-up: no vector table at 0x%08x",
                (unsigned)s->vtor);
        return;
    }
    vcam_put_bit(s->pending, exception, false);
    vcam_put_bit(s->active, exception, true);
    s->stack[s->depth++] = exception;
    core->control &= ~(uint32_t)(VCAM_CONTROL_SPSEL | VCAM_CONTROL_FPCA);
    core->r[13] = core->msp;
    core->r[14] = exc_return;
    core->r[15] = vector & ~1u;
    core->xpsr = exception | (vector & 1) << 24;
    vcam_cpu_set(vm->cpu, core);
}

void vcam_enter(struct vcam *vm, unsigned exception) {
    struct vcam_core core;
    vcam_cpu_get(vm->cpu, &core);
    enter(vm, &core, exception);
}

static void lock_up(struct vcam *vm, const char *why) {
    struct vcam_core core;
    vcam_cpu_get(vm->cpu, &core);
    vm->end_pc = core.r[15];
    vm->faults++;
    vcam_finish(vm, VCAM_END_LOCKUP, "lock-up: %s", why);
}

void vcam_fault(struct vcam *vm, unsigned exception, uint32_t cfsr,
        uint32_t address) {
    struct vcam_scs *s = &vm->scs;
    struct vcam_core core;
    vcam_cpu_get(vm->cpu, &core);
    s->cfsr |= cfsr;
    if (cfsr & CFSR_BFARVALID) {
        s->bfar = address;
    }
    if (cfsr & CFSR_MMARVALID) {
        s->mmfar = address;
    }
    int running = vcam_running_priority(vm, &core);
    if (exception != EXC_HARD) {
        exception = escalated(vm, exception, running);
    }
    if (exception == EXC_HARD && running <= -1) {
        lock_up(vm, "a fault in the handler of a hard fault");
        return;
    }
    enter(vm, &core, exception);
}

void vcam_svc(struct vcam *vm) {
    struct vcam_core core;
    vcam_cpu_get(vm->cpu, &core);
    if (vcam_priority(&vm->scs, EXC_SVC) < vcam_running_priority(vm, &core)) {
        enter(vm, &core, EXC_SVC);
    } else {
        vm->scs.hfsr |= HFSR_FORCED;
        vcam_fault(vm, EXC_HARD, 0, 0);
    }
}

void vcam_bkpt(struct vcam *vm) {
    vm->scs.hfsr |= HFSR_DEBUGEVT;
    vm->scs.dfsr |= 2;
    vcam_fault(vm, EXC_HARD, 0, 0);
}

static void deactivate(struct vcam *vm, unsigned exception) {
    struct vcam_scs *s = &vm->scs;
    vcam_put_bit(s->active, exception, false);
    for (unsigned i = s->depth; i > 0; i--) {
        if (s->stack[i - 1] == exception) {
            s->depth--;
            memmove(s->stack + i - 1, s->stack + i,
                    (s->depth - (i - 1)) * sizeof *s->stack);
            break;
        }
    }
    if (vcam_bit(s->line, exception)) {
        vcam_pend(vm, exception);
    }
}

// Takes the frame off the stack; the CFSR bit of a failure, or 0.
static uint32_t pop(struct vcam *vm, struct vcam_core *core,
        uint32_t exc_return) {
    bool fp = !(exc_return & EXC_RETURN_BASIC);
    bool psp = (exc_return & EXC_RETURN_PSP) != 0;
    uint32_t sp = psp ? core->psp : core->msp;
    uint32_t size = fp ? FRAME_FP : FRAME_BASIC;
    uint32_t frame[FRAME_FP / 4];
    if (!stack_access(vm, sp, frame, size, false)) {
        return vcam_mpu_allows(vm, sp, false) ? CFSR_UNSTKERR : CFSR_MUNSTKERR;
    }
    memcpy(core->r, frame, 4 * sizeof *frame);
    core->r[12] = frame[4];
    core->r[14] = frame[5];
    core->r[15] = frame[6] & ~1u;
    core->xpsr = frame[7] & ~(uint32_t)XPSR_ALIGN;
    sp += size;
    if (frame[7] & XPSR_ALIGN) {
        sp |= 4;
    }
    if (psp) {
        core->psp = sp;
    } else {
        core->msp = sp;
    }
    core->r[13] = sp;
    core->control &= ~(uint32_t)(VCAM_CONTROL_SPSEL | VCAM_CONTROL_FPCA);
    core->control |=
            (psp ? VCAM_CONTROL_SPSEL : 0) | (fp ? VCAM_CONTROL_FPCA : 0);
    if (fp) {
        uint32_t s[32];
        uint32_t fpscr;
        vcam_cpu_get_fp(vm->cpu, s, &fpscr);
        memcpy(s, frame + 8, 16 * sizeof *frame);
        vcam_cpu_set_fp(vm->cpu, s, frame[24]);
    }
    return 0;
}

// The checks of B1.5.8: what is returned to must fit what is active.
static bool plausible(const struct vcam_scs *s, uint32_t exc_return) {
    bool thread = (exc_return & EXC_RETURN_THREAD) != 0;
    if ((exc_return & 3) != 1 || (exc_return & 0xffffffe0) != 0xffffffe0) {
        return false;
    }
    if (!thread) { // to a handler, which always has the main stack
        return s->depth > 1 && !(exc_return & EXC_RETURN_PSP);
    }
    return s->depth == 1 || (s->ccr & 1); // NONBASETHRDENA
}

void vcam_leave(struct vcam *vm, uint32_t exc_return) {
    struct vcam_scs *s = &vm->scs;
    struct vcam_core core;
    vcam_cpu_get(vm->cpu, &core);
    unsigned exception = core.xpsr & 0x1ff;
    bool good = exception < SCS_EXCEPTIONS && vcam_bit(s->active, exception) &&
            plausible(s, exc_return);
    if (exception < SCS_EXCEPTIONS) {
        deactivate(vm, exception);
    }
    if (exception != EXC_NMI) {
        core.faultmask = 0;
    }
    uint32_t failed = good ? pop(vm, &core, exc_return) : CFSR_INVPC;
    if (!failed &&
            ((core.xpsr & 0x1ff) == 0) !=
                    ((exc_return & EXC_RETURN_THREAD) != 0)) {
        failed = CFSR_INVPC;
    }
    if (failed) {
        core.r[15] = exc_return & ~1u;
        vcam_cpu_set(vm->cpu, &core);
        vcam_fault(vm,
                failed == CFSR_INVPC              ? EXC_USAGE
                        : failed == CFSR_UNSTKERR ? EXC_BUS
                                                  : EXC_MEM,
                failed, 0);
        return;
    }
    vcam_cpu_set(vm->cpu, &core);
    s->event = true;
    if (s->scr & SCR_SLEEPONEXIT && s->depth == 0) {
        vm->waiting = true;
    }
}
