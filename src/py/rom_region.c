// SPDX-License-Identifier: MIT
// The regions of flash that hold ROM images.

#include "src/py/rom_region.h"

#include "chip/flash.h"
#include "memory.h"

static int models_erase(uint32_t offset) {
    return chip_flash_erase(MEM_MODELS_ADDR + offset);
}

static int models_program(uint32_t offset, const void *from, size_t bytes) {
    return chip_flash_program(MEM_MODELS_ADDR + offset, from, bytes);
}

static int models_read(uint32_t offset, void *to, size_t bytes) {
    return chip_flash_read(MEM_MODELS_ADDR + offset, to, bytes);
}

static int romfs_region_read(uint32_t offset, void *to, size_t bytes) {
    return chip_flash_read(MEM_ROMFS_ADDR + offset, to, bytes);
}

const rom_flash rom_region_models = {
        .bytes = MEM_MODELS_BYTES,
        .sector = CHIP_FLASH_SECTOR,
        .erase = models_erase,
        .program = models_program,
        .read = models_read,
};

// The IDE writes it, through the bootloader.
const rom_flash rom_region_romfs = {
        .bytes = MEM_ROMFS_BYTES,
        .sector = CHIP_FLASH_SECTOR,
        .read = romfs_region_read,
};
