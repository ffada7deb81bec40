// SPDX-License-Identifier: MIT
// Memory protection and caches of the Cortex-M7 (PM0253 sections 4.6, 4.8).
#pragma once

// Guards NULL and the end of the stack, makes DMA memory uncached, forbids
// speculative reads of external memory that is not there; caches on.
void chip_mpu_init(void);
