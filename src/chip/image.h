// SPDX-License-Identifier: MIT
// What a firmware image says about itself, behind its vector table.
//
// `blazecam size` and `blazecam pack` read it from firmware.bin: the header
// starts at byte CHIP_IMAGE_OFFSET, little-endian, no padding.
#pragma once

#include <stdint.h>

#define CHIP_IMAGE_OFFSET 0x2A0U
#define CHIP_IMAGE_MAGIC 0x4D435A42U // "BZCM"
#define CHIP_IMAGE_VERSION 1U
#define CHIP_IMAGE_REGIONS 24U

struct chip_region {
    char name[12];
    uint32_t address;
    uint32_t bytes;
};

struct chip_image_header {
    uint32_t magic;
    uint32_t version;      // of this structure
    const void *image_end; // first address behind code, constants and .data
    const void *data_end;  // first address behind .data and .bss
    // In address order within a bank; unused entries are zero.
    struct chip_region regions[CHIP_IMAGE_REGIONS];
};

extern const struct chip_image_header chip_image_header;
