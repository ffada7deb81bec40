// SPDX-License-Identifier: MIT
// Bad starts, counted.

#include "chip/boot.h"

#include "chip/iwdg.h"
#include "chip/rcc.h"

#define MAGIC 0x424F4F54U

static struct {
    uint32_t magic;
    uint32_t bad;
    uint32_t check; // the complement of `bad`
} record __attribute__((section(".crash")));

static enum chip_boot_mode mode;
static volatile bool fed;
static volatile uint32_t script_ms;
static volatile bool scripts;

static void store(uint32_t bad) {
    record.magic = MAGIC;
    record.bad = bad;
    record.check = ~bad;
    __DSB();
}

enum chip_boot_mode chip_boot_begin(void) {
    bool valid = record.magic == MAGIC && record.check == ~record.bad;
    enum chip_reset_cause cause = chip_reset_cause();
    bool fresh = cause == CHIP_RESET_POWER || cause == CHIP_RESET_PIN;
    uint32_t bad = valid && !fresh ? record.bad : 0;
    store(bad + 1U);
    mode = bad < CHIP_BOOT_BAD     ? CHIP_BOOT_NORMAL
            : bad == CHIP_BOOT_BAD ? CHIP_BOOT_SAFE
                                   : CHIP_BOOT_BARE;
    (void)chip_iwdg_start(CHIP_BOOT_WATCHDOG_MS);
    return mode;
}

enum chip_boot_mode chip_boot_mode(void) {
    return mode;
}

CHIP_FASTCODE void chip_boot_good(void) {
    store(0);
}

void chip_boot_scripts(void) {
    scripts = true;
    fed = true;
}

void chip_boot_disown(void) {
    chip_boot_good();
    scripts = false;
    fed = false;
}

CHIP_FASTCODE void chip_boot_tick(void) {
    if (fed) {
        chip_iwdg_feed();
    }
    if (scripts && ++script_ms >= CHIP_BOOT_GOOD_MS) {
        scripts = false;
        chip_boot_good();
    }
}
