// SPDX-License-Identifier: MIT
// The private peripheral bus: which part of the core a register belongs to.

#include "host/vcam/machine_state.h"

#define SCS 0xe000e000u
#define DWT 0xe0001000u

static bool is_systick(uint32_t offset) {
    return offset >= 0x10 && offset <= 0x1c;
}

static bool is_mpu(uint32_t offset) {
    return offset >= 0xd90 && offset < 0xdc0;
}

bool vcam_ppb_read(struct vcam *vm, uint32_t address, uint32_t *value) {
    *value = 0;
    uint32_t offset = address - SCS;
    if (offset < 0x1000) {
        if (is_systick(offset)) {
            *value = vcam_systick_read(vm, offset);
            return true;
        }
        if (is_mpu(offset)) {
            return vcam_mpu_read(vm, offset, value);
        }
        if (offset >= 0x100 && offset < 0xd00) {
            return vcam_nvic_read(vm, offset, value);
        }
        return vcam_scb_read(vm, offset, value);
    }
    return address - DWT < 0x1000 && vcam_dwt_read(vm, address - DWT, value);
}

bool vcam_ppb_write(struct vcam *vm, uint32_t address, uint32_t value) {
    uint32_t offset = address - SCS;
    if (offset < 0x1000) {
        if (is_systick(offset)) {
            vcam_systick_write(vm, offset, value);
            return true;
        }
        if (is_mpu(offset)) {
            return vcam_mpu_write(vm, offset, value);
        }
        if (offset >= 0x100 && offset < 0xd00) {
            return vcam_nvic_write(vm, offset, value);
        }
        return vcam_scb_write(vm, offset, value);
    }
    return address - DWT < 0x1000 && vcam_dwt_write(vm, address - DWT, value);
}
