// SPDX-License-Identifier: MIT
// A firmware.bin: what it says about itself, and the models inside.

#ifndef HOST_FIRMWARE_FIRMWARE_H
#define HOST_FIRMWARE_FIRMWARE_H

#include "nn/error.h"
#include "rom/romfs.h"

enum {
    FIRMWARE_BASE = 0x08040000,    // flash address of byte 0
    FIRMWARE_MAX_BYTES = 0x1A0000, // up to 0x081E0000
    FIRMWARE_HEADER_AT = 0x2A0,    // behind the vector table
    FIRMWARE_MAX_REGIONS = 24,
    FIRMWARE_HEADER_BYTES = 16 + FIRMWARE_MAX_REGIONS * 20,
    FIRMWARE_SEAL_BYTES = 16,
};

// A piece of flash or RAM, as board/openmv4/memory.txt divides them.
typedef struct firmware_region {
    char name[13];
    uint32_t address;
    uint32_t bytes;
} firmware_region;

// What its seal tells of a file.
typedef enum firmware_seal {
    FIRMWARE_UNSEALED, // no seal: it came from a linker, not from pack
    FIRMWARE_SEALED,
    FIRMWARE_CUT,     // the file has not as many bytes as the seal says
    FIRMWARE_DAMAGED, // the checksum in the seal does not match
} firmware_seal;

// Points into the bytes it was opened on.
typedef struct firmware {
    const uint8_t *data;
    uint32_t bytes;
    uint32_t code_bytes; // code, constants and initial values, from byte 0
    uint32_t data_bytes; // .data and .bss
    firmware_region regions[FIRMWARE_MAX_REGIONS];
    uint32_t region_count;
    romfs rom;     // of the models; bytes 0 where there is none
    int rom_error; // 0, or what romfs_open() said
    firmware_seal seal;
} firmware;

// Checks vector table, header and regions. NN_ERR_INVALID says what is wrong.
int firmware_open(firmware *f, const void *data, size_t bytes, nn_error *error);

// The regions alone, from the FIRMWARE_HEADER_BYTES at FIRMWARE_HEADER_AT: what
// a camera tells of the firmware that it runs.
int firmware_open_header(firmware *f, const void *header, nn_error *error);

// Writes the seal of an image of so many bytes, all else of which is there,
// into the last bytes of its region "code".
void firmware_write_seal(const firmware *f, uint8_t *image, uint32_t bytes);

// NULL where there is no such region.
const firmware_region *firmware_find(const firmware *f, const char *name);

#endif
