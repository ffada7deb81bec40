// SPDX-License-Identifier: MIT
// The machine: its life, and the loop that runs it.

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/cache.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/master.h"

// --- ends and complaints --------------------------------------------------

__attribute__((format(printf, 3, 0))) static void finish(struct vcam *vm,
        enum vcam_end end, const char *format, va_list args) {
    if (vm->end == VCAM_END_NONE) {
        vm->end = end;
        (void)vsnprintf(vm->message, sizeof vm->message, format, args);
    }
    vcam_cpu_kick(vm->cpu);
}

void vcam_finish(struct vcam *vm, enum vcam_end end, const char *format, ...) {
    va_list args;
    va_start(args, format);
    finish(vm, end, format, args);
    va_end(args);
}

static bool said_before(struct vcam *vm, const char *text) {
    uint32_t hash = 2166136261u;
    for (; *text; text++) {
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    }
    unsigned room = sizeof vm->noted / sizeof *vm->noted;
    for (unsigned i = 0; i < vm->notes; i++) {
        if (vm->noted[i] == hash) {
            return true;
        }
    }
    if (vm->notes < room) {
        vm->noted[vm->notes++] = hash;
    }
    return false;
}

void vcam_note_once(struct vcam *vm, const char *text) {
    if (vm->config.note && !said_before(vm, text)) {
        vm->config.note(vm->config.owner, text);
    }
}

void vcam_complain(struct vcam *vm, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (vm->config.strict) {
        if (vm->end == VCAM_END_NONE) {
            vm->end_pc =
                    vm->accessing ? vcam_cpu_access_pc(vm->cpu, vm->access) : 0;
        }
        finish(vm, VCAM_END_COMPLAINT, format, args);
    } else {
        char text[VCAM_MESSAGE];
        (void)vsnprintf(text, sizeof text, format, args);
        vcam_note_once(vm, text);
    }
    va_end(args);
}

// --- life -----------------------------------------------------------------

int vcam_create(struct vcam **out, const struct vcam_config *config) {
    struct vcam *vm = calloc(1, sizeof *vm);
    if (!vm) {
        return -ENOMEM;
    }
    vm->config = *config;
    vm->hz = 64000000;
    int err = vcam_bus_create(vm);
    if (!err) {
        err = vcam_devices_create(vm);
    }
    if (err) {
        vcam_destroy(vm);
        return err;
    }
    vcam_cpu_check_alignment(vm->cpu, config->strict);
    memset(vcam_flash(vm), 0xff, VCAM_FLASH_SIZE);
    vcam_bootloader_install(vcam_flash(vm));
    *out = vm;
    return 0;
}

void vcam_destroy(struct vcam *vm) {
    if (vm) {
        vcam_bus_destroy(vm);
        vcam_cache_destroy(vm);
        free(vm);
    }
}

static void reset(struct vcam *vm, enum vcam_reset why) {
    vcam_bus_reset(vm, why);
    vcam_scs_reset(vm);
    vcam_cache_reset(vm);
    // What the core takes from the vector table (B1.5.5).
    uint32_t vector[2] = {0, 0};
    (void)vcam_peek(vm, vm->scs.vtor, vector, sizeof vector);
    struct vcam_core core = {.xpsr = (vector[1] & 1) << 24,
            .msp = vector[0] & ~3u};
    core.r[13] = core.msp;
    core.r[14] = 0xffffffff;
    core.r[15] = vector[1] & ~1u;
    vcam_cpu_set(vm->cpu, &core);
    vcam_cpu_watch_mask(vm->cpu, SCS_LOWEST);
}

void vcam_power_on(struct vcam *vm) {
    // The memory may have been filled since code was last translated.
    vcam_cpu_invalidate(vm->cpu, VCAM_FLASH, VCAM_FLASH_SIZE);
    reset(vm, VCAM_RESET_POWER);
    vm->powered = true;
}

void vcam_request_reset(struct vcam *vm, enum vcam_reset why) {
    vm->reset_wanted = true;
    vm->reset_why = why;
    vcam_cpu_kick(vm->cpu);
}

// --- running --------------------------------------------------------------

static void wait_for_event(struct vcam *vm, uint64_t until) {
    while (vm->end == VCAM_END_NONE && !vm->reset_wanted) {
        if (vcam_wakes(vm)) {
            vm->waiting = false;
            return;
        }
        uint64_t next = vm->events ? vm->events->at : until;
        if (next >= until) {
            vcam_sleep_to(vm, vcam_cycle_at(vm, until));
            return;
        }
        vcam_sleep_to(vm, vcam_cycle_at(vm, next));
        vcam_fire_events(vm);
    }
}

static void take_fault(struct vcam *vm, const struct vcam_stop_info *stop,
        unsigned exception, uint32_t cfsr) {
    vcam_fault(vm, exception, cfsr, stop->address);
}

static void handle(struct vcam *vm, const struct vcam_stop_info *stop) {
    switch (stop->why) {
    case VCAM_STOP_LIMIT:
        break;
    case VCAM_STOP_WFI:
        if (vm->scs.scr & 4) {
            vcam_complain(vm, "WFI with SLEEPDEEP: only sleep is modelled");
        }
        vm->waiting = true;
        break;
    case VCAM_STOP_WFE:
        vm->waiting = !vm->scs.event;
        vm->scs.event = false;
        break;
    case VCAM_STOP_SVC:
        vcam_svc(vm);
        break;
    case VCAM_STOP_RETURN:
        vcam_leave(vm, stop->address);
        break;
    case VCAM_STOP_BKPT:
        vcam_bkpt(vm);
        break;
    case VCAM_STOP_UNDEF:
        take_fault(vm, stop, EXC_USAGE, CFSR_UNDEFINSTR);
        break;
    case VCAM_STOP_NOCP:
        if (vm->scs.cpacr >> 20 & 1) {
            take_fault(vm, stop, EXC_USAGE, CFSR_NOCP);
        } else {
            vm->end_pc = stop->pc;
            vcam_finish(vm, VCAM_END_COMPLAINT,
                    "an instruction of the FPU at 0x%08x "
                    "while CPACR has it off",
                    (unsigned)stop->pc);
        }
        break;
    case VCAM_STOP_ARM:
        take_fault(vm, stop, EXC_USAGE, CFSR_INVSTATE);
        break;
    case VCAM_STOP_FETCH:
        take_fault(vm, stop, EXC_BUS, CFSR_IBUSERR);
        break;
    case VCAM_STOP_NOEXEC:
        take_fault(vm, stop, EXC_MEM, CFSR_IACCVIOL);
        break;
    case VCAM_STOP_LOAD:
    case VCAM_STOP_STORE:
        if (vcam_mpu_allows(vm, stop->address, stop->why == VCAM_STOP_STORE)) {
            take_fault(vm, stop, EXC_BUS, CFSR_PRECISERR | CFSR_BFARVALID);
        } else {
            take_fault(vm, stop, EXC_MEM, CFSR_DACCVIOL | CFSR_MMARVALID);
        }
        break;
    case VCAM_STOP_UNALIGN:
        if (!vm->config.strict) {
            take_fault(vm, stop, EXC_USAGE, CFSR_UNALIGNED);
            break;
        }
        vm->end_pc = stop->pc;
        vcam_finish(vm, VCAM_END_COMPLAINT,
                "misaligned access to 0x%08x that hardware traps",
                (unsigned)stop->address);
        break;
    case VCAM_STOP_DEBUG:
        vcam_finish(vm, VCAM_END_DEBUG, "%s", "");
        break;
    case VCAM_STOP_BROKEN:
        vcam_finish(vm, VCAM_END_BROKEN, "the engine failed, error %u",
                (unsigned)stop->address);
        break;
    }
}

// Interrupts wait for the end of a block; everything else is done here,
// between two runs of the engine.
static void between(struct vcam *vm) {
    vcam_flash_settle(vm);
    vcam_fire_events(vm);
    if (vm->reset_wanted) {
        vm->reset_wanted = false;
        vm->waiting = false;
        reset(vm, vm->reset_why);
    }
    vcam_master_settle(vm);
    vcam_bus_update(vm);
    vcam_mpu_apply(vm);
    unsigned exception = vcam_next_exception(vm);
    if (exception && vm->end == VCAM_END_NONE) {
        vcam_enter(vm, exception);
    }
}

enum vcam_end vcam_run(struct vcam *vm, uint64_t until) {
    vm->end = VCAM_END_NONE;
    vm->message[0] = '\0';
    vm->end_pc = 0;
    while (vm->end == VCAM_END_NONE) {
        if (vm->waiting) {
            wait_for_event(vm, until);
        }
        between(vm);
        if (vm->end != VCAM_END_NONE) {
            break;
        }
        if (vm->waiting || vcam_now(vm) >= until) {
            vm->end = VCAM_END_TIME;
            break;
        }
        uint64_t next = until;
        if (vm->events && vm->events->at < next) {
            next = vm->events->at;
        }
        vm->horizon = vcam_cycle_at(vm, next);
        struct vcam_stop_info stop;
        vcam_cpu_run(vm->cpu, vm->horizon - vm->slept, &stop);
        handle(vm, &stop);
    }
    return vm->end;
}

void vcam_stop(struct vcam *vm) {
    vcam_finish(vm, VCAM_END_STOP, "%s", "");
}

uint64_t vcam_instructions(const struct vcam *vm) {
    return vcam_cpu_count(vm->cpu);
}

unsigned vcam_faults(const struct vcam *vm) {
    return vm->faults;
}

const char *vcam_message(const struct vcam *vm) {
    return vm->message;
}

uint32_t vcam_end_pc(const struct vcam *vm) {
    return vm->end_pc;
}

struct vcam_cpu *vcam_processor(struct vcam *vm) {
    return vm->cpu;
}

// --- the console's line ---------------------------------------------------

bool vcam_type(struct vcam *vm, uint8_t byte) {
    if (vm->typed_count == sizeof vm->typed) {
        return false;
    }
    size_t at = (vm->typed_from + vm->typed_count) % sizeof vm->typed;
    vm->typed[at] = byte;
    vm->typed_count++;
    vcam_usart_typed(vm);
    return true;
}

size_t vcam_typed(const struct vcam *vm) {
    return vm->typed_count;
}
