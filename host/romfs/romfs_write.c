// SPDX-License-Identifier: MIT
// Writes ROMFS images.

#include "host/romfs/romfs_write.h"

#include <assert.h>
#include <string.h>

#include "rom/romfs.h"

// Lengths take a fixed number of bytes, so that places are known beforehand.
enum { LENGTH_BYTES = 5 };
enum { KIND_PADDING = 1, KIND_BYTES = 2, KIND_FILE = 5 };

typedef struct writer {
    uint8_t *image; // NULL: only count
    size_t at;
} writer;

static void put(writer *w, const void *bytes, size_t count) {
    if (w->image != NULL && count > 0) {
        memcpy(w->image + w->at, bytes, count);
    }
    w->at += count;
}

static void put_byte(writer *w, uint8_t byte) {
    put(w, &byte, 1);
}

// A number in exactly so many bytes: leading groups of zero change nothing.
static void put_number(writer *w, uint64_t number, size_t bytes) {
    for (size_t left = bytes; left > 0; left--) {
        uint64_t group = left > 9 ? 0 : number >> (7 * (left - 1)) & 0x7F;
        put_byte(w, (uint8_t)(group | (left > 1 ? 0x80 : 0)));
    }
}

static size_t padding_to(size_t at, size_t align) {
    return (align - at % align) % align;
}

static void put_file(writer *w, const romfs_source *file) {
    size_t name_bytes = strlen(file->name);
    size_t name_at = w->at + 1 + LENGTH_BYTES;
    size_t data_at = name_at + LENGTH_BYTES + name_bytes + 1 + LENGTH_BYTES;
    size_t padding = padding_to(data_at, ROMFS_ALIGN);
    data_at += padding;
    put_byte(w, KIND_FILE);
    put_number(w, data_at + file->bytes - name_at, LENGTH_BYTES);
    put_number(w, name_bytes, LENGTH_BYTES);
    put(w, file->name, name_bytes);
    put_byte(w, KIND_BYTES);
    put_number(w, file->bytes, LENGTH_BYTES + padding);
    assert(w->at == data_at);
    put(w, file->data, file->bytes);
}

// Room for the checksum, which is known when all the rest is there.
static void put_seal(writer *w) {
    put_byte(w, KIND_PADDING);
    put_number(w, ROMFS_SEAL_END - ROMFS_SEAL_AT,
            ROMFS_SEAL_AT - ROMFS_HEADER_BYTES - 1);
    put(w, ROMFS_SEAL, 4);
    put(w, "\0\0\0", 4);
    assert(w->at == ROMFS_SEAL_END);
}

static void set_checksum(uint8_t *image, size_t bytes) {
    uint32_t crc = romfs_crc(0, image, ROMFS_CRC_AT);
    crc = romfs_crc(crc, image + ROMFS_SEAL_END, bytes - ROMFS_SEAL_END);
    for (size_t i = 0; i < 4; i++) {
        image[ROMFS_CRC_AT + i] = (uint8_t)(crc >> (8 * i));
    }
}

static void put_image(writer *w, const romfs_source *files, size_t count,
        size_t total) {
    static const uint8_t mark[3] = {0xD2, 0xCD, 0x31};
    put(w, mark, sizeof(mark));
    put_number(w, total - ROMFS_HEADER_BYTES,
            ROMFS_HEADER_BYTES - sizeof(mark));
    put_seal(w);
    for (size_t i = 0; i < count; i++) {
        put_file(w, &files[i]);
    }
    // readers want an even size; a padding record of two bytes or three
    put_byte(w, KIND_PADDING);
    put_number(w, 0, 2 - w->at % 2);
}

size_t romfs_measure(const romfs_source *files, size_t count) {
    writer w = {NULL, 0};
    put_image(&w, files, count, ROMFS_HEADER_BYTES);
    return w.at;
}

void romfs_write(const romfs_source *files, size_t count, void *image) {
    writer w = {image, 0};
    size_t bytes = romfs_measure(files, count);
    put_image(&w, files, count, bytes);
    set_checksum(image, bytes);
}
