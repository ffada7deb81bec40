// SPDX-License-Identifier: MIT
// Stands in for src/chip/otg.h on the host: there is no controller around it.
#pragma once

#include <stdbool.h>

static inline int chip_otg_init(void) {
    return 0;
}

static inline void chip_otg_sense_vbus(void) {
}

void chip_otg_interrupt(void);
