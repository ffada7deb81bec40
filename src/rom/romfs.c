// SPDX-License-Identifier: MIT
// Checks and lists ROMFS images.

#include "rom/romfs.h"

#include <string.h>

enum { PADDING = 1, BYTES = 2, POINTER = 3, DIRECTORY = 4, FILE_ENTRY = 5 };
enum { FILESYSTEM = 0x14A6B1 };

// A record: its kind and where its bytes lie.
typedef struct record {
    uint32_t kind;
    uint32_t first;
    uint32_t end;
} record;

// Reads a number at *at, before end. 32 bits are enough for any flash.
static int read_number(const uint8_t *image, uint32_t *at, uint32_t end,
        uint32_t *number) {
    uint32_t value = 0;
    while (*at < end) {
        uint8_t byte = image[(*at)++];
        if (value >> 25) {
            return ROMFS_ERR_DAMAGED;
        }
        value = value << 7 | (byte & 0x7F);
        if (!(byte & 0x80)) {
            *number = value;
            return 0;
        }
    }
    return ROMFS_ERR_DAMAGED;
}

static int read_record(const uint8_t *image, uint32_t at, uint32_t end,
        record *r) {
    uint32_t length;
    if (read_number(image, &at, end, &r->kind) != 0 ||
            read_number(image, &at, end, &length) != 0 || length > end - at) {
        return ROMFS_ERR_DAMAGED;
    }
    r->first = at;
    r->end = at + length;
    return 0;
}

// A name; what belongs to it begins at *at then.
static int read_name(const uint8_t *image, uint32_t *at, uint32_t end,
        const char **name, uint32_t *bytes) {
    if (read_number(image, at, end, bytes) != 0 || *bytes == 0 ||
            *bytes > end - *at) {
        return ROMFS_ERR_DAMAGED;
    }
    *name = (const char *)image + *at;
    *at += *bytes;
    return 0;
}

// Where the bytes of a file lie whose records are at … end.
static int find_bytes(const romfs *rom, uint32_t at, uint32_t end,
        romfs_file *file) {
    while (at < end) {
        record r;
        if (read_record(rom->image, at, end, &r) != 0) {
            return ROMFS_ERR_DAMAGED;
        }
        if (r.kind == BYTES) {
            file->data = rom->image + r.first;
            file->bytes = r.end - r.first;
            return 0;
        }
        if (r.kind == POINTER) {
            uint32_t offset;
            if (read_number(rom->image, &r.first, r.end, &file->bytes) != 0 ||
                    read_number(rom->image, &r.first, r.end, &offset) != 0 ||
                    offset > rom->bytes - rom->first ||
                    file->bytes > rom->bytes - rom->first - offset) {
                return ROMFS_ERR_DAMAGED;
            }
            file->data = rom->image + rom->first + offset;
            return 0;
        }
        at = r.end;
    }
    return ROMFS_ERR_DAMAGED; // a file without bytes
}

static int open_file(const romfs *rom, const record *r, romfs_file *file) {
    uint32_t at = r->first;
    if (read_name(rom->image, &at, r->end, &file->name, &file->name_bytes) !=
            0) {
        return ROMFS_ERR_DAMAGED;
    }
    return find_bytes(rom, at, r->end, file);
}

// Checks the records at … end of a directory and of those inside it; a stack
// of ends stands for recursion.
static int check_records(const romfs *rom) {
    uint32_t ends[ROMFS_MAX_DEPTH];
    uint32_t depth = 0;
    uint32_t at = rom->first;
    ends[0] = rom->bytes;
    for (;;) {
        while (at == ends[depth]) {
            if (depth-- == 0) {
                return 0;
            }
        }
        record r;
        if (read_record(rom->image, at, ends[depth], &r) != 0 || r.kind == 0) {
            return ROMFS_ERR_DAMAGED;
        }
        at = r.end;
        romfs_file file;
        if (r.kind == FILE_ENTRY && open_file(rom, &r, &file) != 0) {
            return ROMFS_ERR_DAMAGED;
        }
        if (r.kind == DIRECTORY) {
            const char *name;
            uint32_t bytes;
            at = r.first;
            if (read_name(rom->image, &at, r.end, &name, &bytes) != 0 ||
                    ++depth == ROMFS_MAX_DEPTH) {
                return ROMFS_ERR_DAMAGED;
            }
            ends[depth] = r.end;
        }
    }
}

static uint32_t load_u32(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
            (uint32_t)bytes[3] << 24;
}

// A mark of ours says how the image begins, whatever its length claims.
static int check_seal(romfs *rom, uint32_t memory) {
    rom->sealed = memory >= ROMFS_SEAL_END &&
            memcmp(rom->image + ROMFS_SEAL_AT, ROMFS_SEAL, 4) == 0;
    if (!rom->sealed) {
        return 0;
    }
    if (rom->first != ROMFS_HEADER_BYTES || rom->bytes < ROMFS_SEAL_END) {
        return ROMFS_ERR_DAMAGED;
    }
    uint32_t crc = romfs_crc(0, rom->image, ROMFS_CRC_AT);
    crc = romfs_crc(crc, rom->image + ROMFS_SEAL_END,
            rom->bytes - ROMFS_SEAL_END);
    return crc == load_u32(rom->image + ROMFS_CRC_AT) ? 0 : ROMFS_ERR_CHECKSUM;
}

static bool has_mark(const void *image, size_t bytes) {
    static const uint8_t mark[3] = {0xD2, 0xCD, 0x31};
    return bytes >= sizeof(mark) && memcmp(image, mark, sizeof(mark)) == 0;
}

uint32_t romfs_announced(const void *head, size_t bytes) {
    uint32_t at = 0;
    uint32_t kind;
    uint32_t length;
    if (!has_mark(head, bytes) ||
            read_number(head, &at, (uint32_t)bytes, &kind) != 0 ||
            read_number(head, &at, (uint32_t)bytes, &length) != 0 ||
            length > INT32_MAX) {
        return 0;
    }
    return at + length;
}

int romfs_open(romfs *rom, const void *image, size_t bytes) {
    record all;
    *rom = (romfs){.image = image};
    if (!has_mark(image, bytes)) {
        return ROMFS_ERR_NONE;
    }
    uint32_t end = bytes > INT32_MAX ? INT32_MAX : (uint32_t)bytes;
    if (read_record(rom->image, 0, end, &all) != 0 || all.kind != FILESYSTEM) {
        return ROMFS_ERR_DAMAGED;
    }
    rom->first = all.first;
    rom->bytes = all.end;
    int err = check_seal(rom, end);
    return err ? err : check_records(rom);
}

bool romfs_next(const romfs *rom, romfs_file *file) {
    uint32_t at = file->next ? file->next : rom->first;
    while (at < rom->bytes) {
        record r;
        if (read_record(rom->image, at, rom->bytes, &r) != 0) {
            return false;
        }
        at = r.end;
        if (r.kind == FILE_ENTRY && open_file(rom, &r, file) == 0) {
            file->next = at;
            return true;
        }
    }
    return false;
}

const char *romfs_explain(int error) {
    switch (error) {
    case 0:
        return "a sound ROMFS image";
    case ROMFS_ERR_NONE:
        return "no ROMFS image";
    case ROMFS_ERR_CHECKSUM:
        return "a ROMFS image whose checksum does not match";
    default:
        return "a damaged ROMFS image";
    }
}

uint32_t romfs_crc(uint32_t crc, const void *data, size_t bytes) {
    // half a byte at a time: 64 bytes of table instead of a kilobyte
    static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8,
            0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
            0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0,
            0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
    const uint8_t *next = data;
    crc = ~crc;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= next[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}
