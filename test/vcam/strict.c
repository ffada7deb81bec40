// SPDX-License-Identifier: MIT
// One wrong thing, chosen by CASE: the virtual camera has to say so.

#include "program.h"

#ifndef CASE
#define CASE 0
#endif

static uint32_t words[8];

static void program_word(uint32_t address) {
    for (unsigned i = 0; i < 8; i++) {
        REG(address + 4 * i) = i;
    }
    while (FLASH(0x110) & 5) {
    }
}

static void unlock(void) {
    FLASH(0x104) = 0x45670123;
    FLASH(0x104) = 0xcdef89ab;
}

__attribute__((noinline)) static void load_pair(uint32_t address) {
    __asm volatile("ldrd r0, r1, [%0, #4]" ::"r"(address) : "r0", "r1");
}

void test(void) {
    switch (CASE) {
    case 1: // a block that is not there
        REG(0x40028000) = 1;
        break;
    case 2: // its clock is off
        REG(0x40000000) = 1;
        break;
    case 3: // no such register
        (void)RCC(0x14);
        break;
    case 4:
        (void)REG(0x30000000);
        break;
    case 5:
        load_pair((uint32_t)(uintptr_t)words + 2);
        break;
    case 6:
        SCS(0xd88) = 0;
        barrier();
        __asm volatile("vmov.f32 s0, #1.0" ::: "s0");
        break;
    case 7: // a store to flash, just so
        REG(0x08160000) = 1;
        break;
    case 8:
        FLASH(0x10c) = 0x32;
        break;
    case 9:
        FLASH(0x104) = 1;
        break;
    case 10: // twice
        unlock();
        FLASH(0x10c) = 0x32;
        program_word(0x08160000);
        program_word(0x08160000);
        break;
    case 11: // the bootloader's
        FLASH(0x004) = 0x45670123;
        FLASH(0x004) = 0xcdef89ab;
        FLASH(0x00c) = 0x34;
        FLASH(0x00c) = 0xb4;
        break;
    case 12: // too fast for the supply
        RCC(0x28) = 4 << 4;
        RCC(0x2c) = 0x01ff000c;
        RCC(0x30) = 23 | 1 << 9 | 1 << 16 | 1 << 24;
        RCC(0x00) |= 1 << 24;
        while (!(RCC(0x00) >> 25 & 1)) {
        }
        FLASH(0x00) = 0;
        RCC(0x10) = 3;
        break;
    case 13: // the PLL cannot do that
        RCC(0x28) = 1 << 4 | 2;
        RCC(0x00) |= 1 << 24;
        break;
    case 14:
        SCB_VTOR = 0x24000080;
        break;
    case 15:
        USART1(0x00) = 0;
        USART1(0x28) = 'x';
        break;
    case 16:
        REG(0x58004808) = 5; // IWDG_RLR without the key
        break;
    case 17:
        (void)SCS(0xcfc);
        break;
    case 18: // no stack
        __asm volatile("mov sp, %0\n svc #0" ::"r"(0x10000000));
        break;
    default:
        break;
    }
}
