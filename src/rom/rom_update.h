// SPDX-License-Identifier: MIT
// Replacing the ROM in flash so that a power cut at any moment leaves the old
// models, the new ones, or a ROM that is seen not to be one.
//
// The first flash word holds the image's mark. It is erased first, so that
// nothing is valid from then on, and programmed last, when all behind it has
// been read back. In between the caller must not use what is in the ROM.

#ifndef ROM_ROM_UPDATE_H
#define ROM_ROM_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROM_WORD = 32 }; // bytes that are programmed at once

enum {
    ROM_UPDATE_ERR_IO = -5,       // the flash refused
    ROM_UPDATE_ERR_ORDER = -22,   // not what comes next
    ROM_UPDATE_ERR_SIZE = -28,    // larger than the region
    ROM_UPDATE_ERR_DAMAGED = -84, // not the bytes that were announced
};

// The region; offsets are from its start. Results are 0 or negative.
typedef struct rom_flash {
    uint32_t bytes;  // of the region
    uint32_t sector; // bytes that are erased at once
    int (*erase)(uint32_t offset);
    int (*program)(uint32_t offset, const void *from, size_t bytes);
    int (*read)(uint32_t offset, void *to, size_t bytes);
} rom_flash;

typedef struct rom_update {
    const rom_flash *flash;
    uint32_t bytes, crc; // of the new image
    uint32_t erased;     // bytes, from the start
    uint32_t written;
    uint8_t word[ROM_WORD]; // what is not yet whole
    uint8_t first[ROM_WORD];
    bool open;
} rom_update;

// Announces an image of so many bytes and their CRC-32 (romfs_crc). Changes
// nothing yet. bytes 0: the ROM is to be empty.
int rom_update_begin(rom_update *u, const rom_flash *flash, uint32_t bytes,
        uint32_t crc);
// Erases the next sector; *left more are due.
int rom_update_erase(rom_update *u, uint32_t *left);
// The next bytes of the image, in order, when all is erased.
int rom_update_write(rom_update *u, uint32_t offset, const void *from,
        size_t bytes);
// Reads it back and makes it valid.
int rom_update_end(rom_update *u);

// What is there: for people.
typedef enum rom_state {
    ROM_MODELS,     // an image
    ROM_EMPTY,      // erased flash
    ROM_UNFINISHED, // no image, but something: an update was interrupted
    ROM_DAMAGED,    // an image with an error in it
} rom_state;

// Looks at the region through flash->read, which may fail where power was cut;
// memory is where the same bytes can be read when it does not.
rom_state rom_look(const rom_flash *flash, const void *memory,
        uint32_t *image_bytes);

#endif
