// SPDX-License-Identifier: MIT
// SPI2 on P0 (MOSI), P1 (MISO) and P2 (SCK) as master (RM0433 chapter 50).
#pragma once

#include "chip/device.h"

struct chip_spi_config {
    uint32_t hz; // at most; the clock is a power of two below 160 MHz
    uint8_t polarity;
    uint8_t phase;
    bool lsb_first;
};

// Starts it and stores the clock that results in `*hz`. CHIP_EINVAL below
// 625 kHz, the slowest it can do.
int chip_spi_init(const struct chip_spi_config *config, uint32_t *hz);
void chip_spi_deinit(void);
// Sends `count` bytes of `out` (zeros when NULL) and receives as many into
// `in` (dropped when NULL); they may be the same.
int chip_spi_transfer(const uint8_t *out, uint8_t *in, size_t count);
