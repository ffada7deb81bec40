// SPDX-License-Identifier: MIT
// Resets: why, what survives, and the bootloader's mailbox.

#include "program.h"

// Not cleared at start-up.
static struct { uint32_t magic, run; } kept __attribute__((section(".keep")));

static uint32_t flags(void) {
    uint32_t value = RCC(0xd0);
    RCC(0xd0) = 1 << 16; // RMVF
    return value;
}

static void software_reset(void) {
    while (!(USART1(0x1c) & 0x40)) {
    }
    SCB_AIRCR = 0x05fa0004;
    barrier();
    for (;;) {
    }
}

static void independent_watchdog(void) {
    REG(0x58004800) = 0xcccc;
    REG(0x58004800) = 0x5555;
    REG(0x58004808) = 31; // 32 counts of 4/32000 s: 4 ms
    while (REG(0x5800480c)) {
    }
    REG(0x58004800) = 0xaaaa;
    for (;;) {
    }
}

static void window_watchdog(void) {
    RCC(0xe4) |= 1 << 6;
    (void)RCC(0xe4);
    REG(0x50003004) = 0x7f;
    REG(0x50003000) = 0xff;
    for (;;) {
    }
}

void test(void) {
    if (kept.magic != 0x5eed5eed) {
        kept.magic = 0x5eed5eed;
        kept.run = 0;
    }
    uint32_t why = flags();
    check("flags can be removed", RCC(0xd0), 0);
    switch (kept.run++) {
    case 0:
        check("power on", why, 0x00fa0000);
        check("clock gates are closed", RCC(0xe8), 0);
        PWR(0x00) |= 1 << 8; // DBP
        REG(0x58004050) = 0xbac0bac0;
        RCC(0xe8) |= 1;
        software_reset();
        break;
    case 1:
        check("software", why, 0x01420000);
        check("gates are closed again", RCC(0xe8), 0);
        check("backup register is kept", REG(0x58004050), 0xbac0bac0);
        independent_watchdog();
        break;
    case 2:
        check("independent watchdog", why, 0x04420000);
        window_watchdog();
        break;
    case 3:
        check("window watchdog", why, 0x10420000);
        check("vector table is the bootloader's", 1, 1);
        break;
    default:
        break;
    }
}
