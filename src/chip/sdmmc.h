// SPDX-License-Identifier: MIT
// SD memory cards on SDMMC1 (RM0433 chapter 57): SDSC, SDHC and SDXC with four
// data lines at 24 MHz, moved by the controller's own DMA, polled.
#pragma once

#include "chip/device.h"

#define CHIP_SD_BLOCK 512U

struct chip_sd_card {
    uint32_t blocks; // 0: no card is in use
    bool high;       // SDHC or SDXC: addressed in blocks
    uint32_t cid[4]; // most significant word first
    uint32_t csd[4];
};

// Powers the card up and identifies it. CHIP_ENODEV: nothing in the slot
// answers; CHIP_EIO: it answers, but not as a memory card for 3.3 V does.
int chip_sd_init(void);
void chip_sd_deinit(void);
const struct chip_sd_card *chip_sd_card(void);

// Moves `count` blocks. Any address; fastest is AXI SRAM in whole cache lines.
// What a damaged block spoilt is tried again. CHIP_EINVAL: blocks that the
// card does not have. A card that stops answering is given up: this and all
// later calls return CHIP_ENODEV until chip_sd_init() finds one again, so that
// nothing is written to another card that was put in meanwhile.
int chip_sd_read(uint32_t block, void *data, uint32_t count);
int chip_sd_write(uint32_t block, const void *data, uint32_t count);
