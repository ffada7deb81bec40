// SPDX-License-Identifier: MIT
// Flash: keys, programming, erasing, both banks, and what each costs in time.

#include "program.h"

enum { ACR = 0x00, KEYR = 0x04, CR = 0x0c, SR = 0x10, CCR = 0x14 };

static uint32_t pattern[8] = {0x01234567, 0x89abcdef, 0xdeadbeef, 0x55aa55aa,
        0xffffffff, 0, 0x12345678, 0xcafef00d};

static void unlock(uint32_t bank) {
    FLASH(bank + KEYR) = 0x45670123;
    FLASH(bank + KEYR) = 0xcdef89ab;
}

static void wait(uint32_t bank) {
    while (FLASH(bank + SR) & 5) {
    }
}

static void erase(uint32_t bank, uint32_t sector) {
    FLASH(bank + CR) = 0x34 | sector << 8;
    FLASH(bank + CR) = 0xb4 | sector << 8;
    wait(bank);
    FLASH(bank + CCR) = 0x1fef0000;
    FLASH(bank + CR) = 0x30;
}

static void program(uint32_t bank, uint32_t address, unsigned words) {
    FLASH(bank + CR) = 0x32;
    for (unsigned i = 0; i < words; i++) {
        REG(address + 4 * i) = pattern[i];
        barrier();
    }
    if (words < 8) {
        check("buffer not empty", FLASH(bank + SR) >> 1 & 1, 1);
        check("not programmed yet", REG(address), 0xffffffff);
        FLASH(bank + CR) |= 1 << 6; // FW
    }
    wait(bank);
    FLASH(bank + CR) = 0x30;
}

static uint32_t systick_ms(uint32_t start) {
    return ((start - SCS(0x18)) & 0xffffff) / 8000; // counts down at 8 MHz
}

void test(void) {
    SCS(0x14) = 0xffffff;
    SCS(0x18) = 0;
    SCS(0x10) = 1; // core clock by 8
    check("locked after reset", FLASH(CR), 0x31);
    check("second bank too", FLASH(0x100 + CR), 0x31);
    unlock(0x100);
    check("unlocked", FLASH(0x100 + CR), 0x30);

    uint32_t start = SCS(0x18);
    erase(0x100, 3);
    check("an erase takes a second", systick_ms(start), 1000);
    check("erased", REG(0x08160000), 0xffffffff);
    program(0x100, 0x08160020, 8);
    check("end of operation", FLASH(0x100 + SR) >> 16 & 1, 1);
    FLASH(0x100 + CCR) = 1 << 16;
    check("cleared", FLASH(0x100 + SR), 0);
    for (unsigned i = 0; i < 8; i++) {
        check("programmed", REG(0x08160020 + 4 * i), pattern[i]);
    }
    program(0x100, 0x08160040, 2);
    check("forced", REG(0x08160040), pattern[0]);
    check("the rest is blank", REG(0x08160048), 0xffffffff);

    // The other bank runs on; its own code waits.
    FLASH(0x100 + CR) = 0x334;
    FLASH(0x100 + CR) = 0x3b4;
    check("busy while code runs from bank 1", FLASH(0x100 + SR) & 1, 1);
    wait(0x100);
    check("erased again", REG(0x08160040), 0xffffffff);
    FLASH(0x100 + CR) = 0x31;
    check("locked again", FLASH(0x100 + CR), 0x31);

    unlock(0);
    start = SCS(0x18);
    FLASH(CR) = 0x134;
    FLASH(CR) = 0x1b4;
    barrier();
    uint32_t busy = FLASH(SR) & 1;
    check("a second later", systick_ms(start), 1000);
    check("no longer busy when code goes on", busy, 0);
    FLASH(CR) = 0x30;
    program(0, 0x08020000, 8);
    check("drive sector", REG(0x08020004), pattern[1]);
    FLASH(CR) = 0x31;
}
