// SPDX-License-Identifier: MIT
// A drive of 256 blocks inside one 128 KB flash sector that survives power
// cuts, with two more sectors as journal and shadow.
//
// The home sector always holds a plain FAT image, so that the bootloader and
// other firmware can read it. A block cannot be changed there without erasing
// all 256, so changes are appended to the journal, and drive_sync() ends them
// with a commit record: after a power cut either all blocks of a transaction
// are there or none, and what was committed stays. When the camera is idle,
// or the journal full, drive_fold() brings the home sector up to date: the
// new image goes to the shadow sector, a mark in the journal says that it is
// complete, the home sector is erased and programmed from it. A cut at any
// point leaves either the old image and its journal, or the shadow.
//
// Not promised: a transaction of more blocks than the journal holds (about
// 240) is split, so a cut may leave its first part; flash that was damaged
// otherwise; and changes not yet folded when the journal sector is
// overwritten, as flashing a firmware does. A home sector that somebody else
// rewrote is noticed by its checksum and wins over the journal.
//
// Layout of the journal sector in flash words of 32 bytes, little-endian,
// each ending in the CRC-32 of its first 28 bytes:
//   word 0       "BZJ1", CRC-32 of the home sector the journal belongs to
//   words 1-16   "BZSH", CRC-32 of the shadow: written when that is complete
//   then         "BZBL", transaction, block, CRC-32 of the data; 16 words data
//                "BZCM", transaction: the blocks above with it count
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRIVE_BLOCK 512U
#define DRIVE_BLOCKS 256U
#define DRIVE_SECTOR (DRIVE_BLOCK * DRIVE_BLOCKS)
#define DRIVE_WORD 32U

enum {
    DRIVE_EIO = -5,    // the flash refused, or its content is damaged
    DRIVE_EINVAL = -22 // no such block
};

enum drive_area { DRIVE_HOME, DRIVE_JOURNAL, DRIVE_SHADOW, DRIVE_AREAS };

// The flash: one sector an area. Each function returns 0 or a negative error;
// `read` does so, without a fault, for words that a power cut left half
// written. Offsets and counts of `program` are multiples of DRIVE_WORD, and
// the words were erased before.
struct drive_flash {
    void *context;
    int (*read)(void *context, enum drive_area area, uint32_t offset,
            void *data, size_t count);
    int (*program)(void *context, enum drive_area area, uint32_t offset,
            const void *data, size_t count);
    int (*erase)(void *context, enum drive_area area);
};

// Private to drive.c; the caller provides the memory.
struct drive {
    const struct drive_flash *flash;
    uint16_t index[DRIVE_BLOCKS]; // journal word of a block's data, 0 = home
    uint16_t next;    // first journal word not used, 0 = journal to be erased
    uint16_t pending; // blocks written since the last commit
    uint16_t records; // blocks in the journal
    uint16_t slot;    // next word for a shadow mark
    uint32_t transaction;
    bool shadow_blank;
    bool from_shadow; // the home sector is not readable, the shadow is
    uint8_t block[DRIVE_BLOCK];
};

// Finds out what the last power cut left and repairs it. Reading and writing
// work afterwards even when this returns an error (of the repair).
int drive_open(struct drive *drive, const struct drive_flash *flash);

int drive_read(struct drive *drive, uint32_t block, void *data);
// Takes effect for readers at once, for good with the next drive_sync().
// Erases flash only when the journal is full or unprepared.
int drive_write(struct drive *drive, uint32_t block, const void *data);
int drive_sync(struct drive *drive);

// Commits, and brings the home sector up to date.
int drive_fold(struct drive *drive);
// True when the home sector is behind.
bool drive_is_dirty(const struct drive *drive);

// Does at most one slow thing that makes later writes fast: erases the used
// journal or shadow. Returns 1 when there was something to do, 0 when not.
int drive_prepare(struct drive *drive);

// CRC-32 as in zlib; start with 0.
uint32_t drive_crc(uint32_t crc, const void *data, size_t count);
