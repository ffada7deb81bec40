// SPDX-License-Identifier: MIT
// Counts starts that ended badly, so that a firmware that cannot start is not
// started for ever.
//
// A start begins at reset and is good once the prompt was reached, a script
// has run for a while, or somebody asked for the next reset. A fault or the
// watchdog before that makes it a bad one. Bad starts in a row are counted in
// RAM that a reset leaves alone; applying power or pressing reset forgets them.
#pragma once

#include "chip/device.h"

enum chip_boot_mode {
    CHIP_BOOT_NORMAL,
    CHIP_BOOT_SAFE, // after CHIP_BOOT_BAD bad ones: without the user's scripts
    CHIP_BOOT_BARE  // that was bad too: without the drive as well
};
#define CHIP_BOOT_BAD 3U

// A start that neither faults nor gets on is ended by the watchdog.
#define CHIP_BOOT_WATCHDOG_MS 8000U
// A script that has run for so long counts as a good start.
#define CHIP_BOOT_GOOD_MS 10000U

// Counts this start as bad until further notice; starts the watchdog, which
// runs on and is to be fed. Once, early.
enum chip_boot_mode chip_boot_begin(void);
enum chip_boot_mode chip_boot_mode(void);
// This start was good; also before a reset that is meant.
void chip_boot_good(void);

// Called from the tick: feeds the watchdog, and notices when a script has run
// for long enough, from chip_boot_scripts() on. After chip_boot_disown() the
// watchdog is a script's own: it is not fed here any more.
void chip_boot_tick(void);
void chip_boot_scripts(void);
void chip_boot_disown(void);
