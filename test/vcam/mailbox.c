// SPDX-License-Identifier: MIT
// The word that makes the bootloader stay: nothing runs after this reset.

#include "program.h"

void test(void) {
    print("to the bootloader\n");
    while (!(USART1(0x1c) & 0x40)) {
    }
    REG(0x2001fffc) = 0xb00710ad;
    SCB_AIRCR = 0x05fa0004;
    barrier();
    for (;;) {
    }
}
