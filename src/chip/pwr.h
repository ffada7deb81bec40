// SPDX-License-Identifier: MIT
// Power control (RM0433 chapter 6): the core's regulator and backup access.
#pragma once

#include <stdbool.h>

// Selects the LDO and the fastest voltage scale: VOS1, then VOS0 when `boost`
// (which silicon before revision V does not have).
int chip_pwr_init(bool boost);
// Lets the RTC and backup registers be written.
int chip_pwr_backup_access(void);
