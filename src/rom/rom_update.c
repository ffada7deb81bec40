// SPDX-License-Identifier: MIT
// Replacing the ROM in flash.

#include "rom/rom_update.h"

#include <string.h>

#include "rom/romfs.h"

enum { CHUNK = 256 };

int rom_update_begin(rom_update *u, const rom_flash *flash, uint32_t bytes,
        uint32_t crc) {
    *u = (rom_update){.flash = flash, .bytes = bytes, .crc = crc};
    if (bytes > flash->bytes) {
        return ROM_UPDATE_ERR_SIZE;
    }
    u->open = true;
    return 0;
}

// Bytes that have to be erased: at least the sector of the mark.
static uint32_t goal(const rom_update *u) {
    uint32_t sectors = (u->bytes + u->flash->sector - 1) / u->flash->sector;
    return (sectors ? sectors : 1) * u->flash->sector;
}

int rom_update_erase(rom_update *u, uint32_t *left) {
    if (!u->open || u->erased >= goal(u)) {
        return ROM_UPDATE_ERR_ORDER;
    }
    if (u->flash->erase(u->erased) != 0) {
        return ROM_UPDATE_ERR_IO;
    }
    u->erased += u->flash->sector;
    *left = (goal(u) - u->erased) / u->flash->sector;
    return 0;
}

// The word that ends before `end` is whole.
static int put_word(rom_update *u, uint32_t end) {
    uint32_t at = (end - 1) / ROM_WORD * ROM_WORD;
    if (at == 0) {
        memcpy(u->first, u->word, ROM_WORD);
        return 0;
    }
    return u->flash->program(at, u->word, ROM_WORD) ? ROM_UPDATE_ERR_IO : 0;
}

int rom_update_write(rom_update *u, uint32_t offset, const void *from,
        size_t bytes) {
    const uint8_t *at = from;
    if (!u->open || u->erased < goal(u) || offset != u->written ||
            bytes > u->bytes - u->written) {
        return ROM_UPDATE_ERR_ORDER;
    }
    for (size_t i = 0; i < bytes; i++) {
        if (u->written % ROM_WORD == 0) {
            memset(u->word, 0xFF, ROM_WORD);
        }
        u->word[u->written++ % ROM_WORD] = at[i];
        if (u->written % ROM_WORD == 0 || u->written == u->bytes) {
            int err = put_word(u, u->written);
            if (err != 0) {
                u->open = false;
                return err;
            }
        }
    }
    return 0;
}

static int check(const rom_update *u) {
    uint8_t chunk[CHUNK];
    uint32_t head = u->bytes < ROM_WORD ? u->bytes : ROM_WORD;
    uint32_t crc = romfs_crc(0, u->first, head);
    for (uint32_t at = head; at < u->bytes;) {
        uint32_t count = u->bytes - at < CHUNK ? u->bytes - at : CHUNK;
        if (u->flash->read(at, chunk, count) != 0) {
            return ROM_UPDATE_ERR_IO;
        }
        crc = romfs_crc(crc, chunk, count);
        at += count;
    }
    return crc == u->crc ? 0 : ROM_UPDATE_ERR_DAMAGED;
}

int rom_update_end(rom_update *u) {
    if (!u->open || u->erased < goal(u) || u->written != u->bytes) {
        return ROM_UPDATE_ERR_ORDER;
    }
    u->open = false;
    if (u->bytes == 0) {
        return 0;
    }
    int err = check(u);
    if (err == 0 && u->flash->program(0, u->first, ROM_WORD) != 0) {
        err = ROM_UPDATE_ERR_IO;
    }
    return err;
}

// Whether so many bytes can be read, and whether all of them are erased.
static bool can_read(const rom_flash *flash, uint32_t bytes, bool *blank) {
    uint8_t chunk[CHUNK];
    *blank = true;
    for (uint32_t at = 0; at < bytes; at += CHUNK) {
        uint32_t count = bytes - at < CHUNK ? bytes - at : CHUNK;
        if (flash->read(at, chunk, count) != 0) {
            *blank = false;
            return false;
        }
        for (uint32_t i = 0; i < count && *blank; i++) {
            *blank = chunk[i] == 0xFF;
        }
    }
    return true;
}

rom_state rom_look(const rom_flash *flash, const void *memory,
        uint32_t *image_bytes) {
    uint8_t head[ROM_WORD];
    bool blank;
    *image_bytes = 0;
    // The length first: behind the image anything may be.
    bool sound = flash->read(0, head, sizeof(head)) == 0;
    uint32_t bytes = sound ? romfs_announced(head, sizeof(head)) : 0;
    if (bytes > 0 && bytes <= flash->bytes && can_read(flash, bytes, &blank)) {
        romfs rom;
        int err = romfs_open(&rom, memory, flash->bytes);
        if (err == 0) {
            *image_bytes = rom.bytes;
            return ROM_MODELS;
        }
        return ROM_DAMAGED;
    }
    if (bytes > 0) {
        return ROM_DAMAGED;
    }
    (void)can_read(flash, flash->bytes, &blank);
    return blank ? ROM_EMPTY : ROM_UNFINISHED;
}
