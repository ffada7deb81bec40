// SPDX-License-Identifier: MIT
// A stand-in for the camera's bootloader, which is never ours to change.
//
// It does what the DFU bootloader does when no host is there: looks at the
// mailbox word, and jumps to the firmware's reset vector with interrupts off,
// its own stack pointer and its own vector table. The mailbox word makes it
// stay, as it would for dfu-util.

#include <string.h>

#include "host/vcam/machine_state.h"

enum { HEADER = 0x1000, ENTRY = 0x400 };

// Thumb code; the constants at its end are reached from pc.
static const uint16_t CODE[] = {
        0xb672,         // cpsid i
        0xb500,         // push {lr}: the stack is in use, as the real one's
        0x4807,         // ldr r0, =mailbox
        0x6801,         // ldr r1, [r0]
        0x4a07,         // ldr r2, =magic
        0x4291,         // cmp r1, r2
        0xd003,         // beq stay
        0x4807,         // ldr r0, =firmware
        0x6840,         // ldr r0, [r0, #4]
        0x4700,         // bx r0
        0xbf00,         // nop
        0x2100,         // stay: movs r1, #0
        0x6001,         // str r1, [r0]: once
        0xbf30,         // wait: wfi
        0xe7fd,         // b wait
        0xbf00, 0xbf00, // padding to a word
        0xbf00,         //
        0xfffc, 0x2001, // mailbox 0x2001fffc
        0x10ad, 0xb007, // magic 0xb00710ad
        0x0000, 0x0804, // firmware 0x08040000
};

void vcam_bootloader_install(uint8_t *flash) {
    // Its stack is below the mailbox, in DTCM.
    const uint32_t vector[2] = {0x2001fff8, VCAM_FLASH + ENTRY + 1};
    // Version 1.0.3, where programmers look for it.
    static const uint8_t header[7] = {0xad, 0x10, 0x07, 0xb0, 1, 0, 3};
    memcpy(flash, vector, sizeof vector);
    for (size_t i = 0; i < sizeof CODE / sizeof *CODE; i++) {
        flash[ENTRY + 2 * i] = (uint8_t)CODE[i];
        flash[ENTRY + 2 * i + 1] = (uint8_t)(CODE[i] >> 8);
    }
    memset(flash + HEADER, 0, 32);
    memcpy(flash + HEADER, header, sizeof header);
}
