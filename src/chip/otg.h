// SPDX-License-Identifier: MIT
// What OTG_FS needs around it: supply, 48 MHz, pins, VBUS (RM0433 chapter 60
// on OTG, chapter 9 on CRS). The core itself is driven by TinyUSB.
#pragma once

#include "chip/device.h"

#define CHIP_OTG_FS_BASE 0x40080000U

// Powers the block and trims HSI48 by the host's start-of-frame; the interrupt
// gets CHIP_PRIO_USB. CHIP_ETIMEDOUT when the supply is not seen.
int chip_otg_init(void);
// After the core was set up: sessions begin and end with VBUS at PA9, so that
// unplugging is noticed on a camera that a battery feeds.
void chip_otg_sense_vbus(void);
// True while there is VBUS.
bool chip_otg_powered(void);

// Provided by the user of this module; must be fast code.
void chip_otg_interrupt(void);
