// SPDX-License-Identifier: MIT
// True random numbers (RM0433 chapter 34), clocked by HSI48.
#pragma once

#include "chip/device.h"

// One random word. CHIP_EIO after repeated seed or clock errors.
int chip_rng(uint32_t *value);
