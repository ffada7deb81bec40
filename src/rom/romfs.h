// SPDX-License-Identifier: MIT
// The file system that models lie in: MicroPython's ROMFS, read in place.
//
// An image is one record that holds records: a kind and a length as variable
// length integers (7 bits a byte, most significant first, the top bit set on
// all but the last), then so many bytes. Kinds: 1 padding, 2 a file's bytes,
// 3 where a file's bytes lie, 4 a directory, 5 a file. Source: the comment at
// the head of extmod/vfs_rom.c in MicroPython 1.25; SPEC.md has the whole of
// it.
//
// MicroPython trusts an image; a damaged one leads it out of the flash. So
// every image is checked here before it is mounted.

#ifndef ROM_ROMFS_H
#define ROM_ROMFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ROMFS_ERR_DAMAGED = -5,   // records that do not fit each other (EIO)
    ROMFS_ERR_NONE = -19,     // no image: other bytes, or erased (ENODEV)
    ROMFS_ERR_CHECKSUM = -84, // not the bytes that were written (EILSEQ)
};

enum {
    ROMFS_ALIGN = 16, // of files' bytes, from the image's start
    ROMFS_HEADER_BYTES = 16,
    ROMFS_MAX_DEPTH = 8, // directories in directories
};

// The first record of an image made by blazecam is padding with these 4 bytes
// and, little-endian, the CRC-32 of all the image but the CRC. Other tools
// make images without; these are checked for their records only.
#define ROMFS_SEAL "BZC1"
enum { ROMFS_SEAL_AT = 20, ROMFS_CRC_AT = 24, ROMFS_SEAL_END = 28 };

// A checked image.
typedef struct romfs {
    const uint8_t *image;
    uint32_t bytes; // of the image; what follows does not belong to it
    uint32_t first; // where its records begin
    bool sealed;    // it carries a checksum
} romfs;

// A file in the image's top directory; both pointers lead into the image.
typedef struct romfs_file {
    const char *name; // not terminated
    uint32_t name_bytes;
    const uint8_t *data;
    uint32_t bytes;
    uint32_t next; // where the search goes on
} romfs_file;

// Checks an image in `bytes` of memory, every record to the last byte, and
// fills rom. 0 or ROMFS_ERR_*.
int romfs_open(romfs *rom, const void *image, size_t bytes);

// Bytes of the image that begins with these, as far as they tell: 0 where none
// does.
uint32_t romfs_announced(const void *head, size_t bytes);

// The next file; *file all zero starts at the first. false: there is none.
bool romfs_next(const romfs *rom, romfs_file *file);

// What an error means, without a full stop.
const char *romfs_explain(int error);

// CRC-32 (IEEE 802.3, reflected, as zlib has it) of bytes that follow those
// which crc is of; 0 to begin.
uint32_t romfs_crc(uint32_t crc, const void *data, size_t bytes);

#endif
