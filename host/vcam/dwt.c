// SPDX-License-Identifier: MIT
// The cycle counter and what little of DWT firmware touches (DDI 0403, C1.8).
//
// CYCCNT counts executed instructions here: nobody has cycles without a
// camera.

#include "host/vcam/machine_state.h"

enum { CYCCNTENA = 1 };
#define DEMCR_TRCENA 0x01000000u

static bool counting(const struct vcam_scs *s) {
    return (s->dwt_ctrl & CYCCNTENA) && (s->demcr & DEMCR_TRCENA);
}

static uint32_t count_now(struct vcam *vm) {
    struct vcam_scs *s = &vm->scs;
    if (!counting(s)) {
        return s->cyccnt;
    }
    return s->cyccnt + (uint32_t)(vcam_cpu_count(vm->cpu) - s->cyccnt_at);
}

static void settle(struct vcam *vm) {
    vm->scs.cyccnt = count_now(vm);
    vm->scs.cyccnt_at = vcam_cpu_count(vm->cpu);
}

void vcam_demcr_write(struct vcam *vm, uint32_t value) {
    settle(vm);
    vm->scs.demcr = value & 0x010f07f1;
}

bool vcam_dwt_read(struct vcam *vm, uint32_t offset, uint32_t *value) {
    switch (offset) {
    case 0x00:
        *value = vm->scs.dwt_ctrl;
        return true;
    case 0x04:
        *value = count_now(vm);
        return true;
    case 0x08:
    case 0x0c:
    case 0x10:
    case 0x14:
    case 0x18:
        *value = 0; // profiling counters stand still
        return true;
    case 0x20:
    case 0x28:
    case 0x30:
    case 0x38:
    case 0x40:
    case 0x48:
    case 0x50:
    case 0x58:
        *value = 0; // comparators, all off
        return true;
    case 0xfb0:
    case 0xfb4:
        *value = 0; // lock access and status: not locked
        return true;
    default:
        return false;
    }
}

bool vcam_dwt_write(struct vcam *vm, uint32_t offset, uint32_t value) {
    struct vcam_scs *s = &vm->scs;
    switch (offset) {
    case 0x00:
        settle(vm);
        s->dwt_ctrl = 0x40000000 | (value & 1);
        return (value & 0x003ffffe) == 0;
    case 0x04:
        s->cyccnt = value;
        s->cyccnt_at = vcam_cpu_count(vm->cpu);
        return true;
    case 0xfb0:
        return true; // the unlock key
    default:
        return false;
    }
}
