// SPDX-License-Identifier: MIT
// The chip's unique number, 96 bits (RM0433 section 61.1).
#pragma once

#include <stdint.h>

#define CHIP_UID_BYTES 12U

static inline const uint8_t *chip_uid(void) {
    return (const uint8_t *)(uintptr_t)0x1FF1E800U;
}
