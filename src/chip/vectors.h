// SPDX-License-Identifier: MIT
// The two vector tables: in flash, where the chip starts, and a copy in RAM.
#pragma once

#include <stdint.h>

// Address of the copy in RAM, for the time when the flash cannot be read.
uint32_t chip_vectors_in_ram(void);
// Makes that copy; called once by the reset handler.
void chip_vectors_init(void);
