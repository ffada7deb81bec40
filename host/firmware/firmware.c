// SPDX-License-Identifier: MIT
// A firmware.bin: what it says about itself, and the models inside.

#include "host/firmware/firmware.h"

#include <string.h>

#include "nn/flatbuffer.h"

// Little-endian words from FIRMWARE_HEADER_AT on, see SPEC.md.
enum {
    MAGIC = 0x4D435A42, // "BZCM"
    VERSION = 1,
    WORD_MAGIC = 0,
    WORD_VERSION = 4,
    WORD_CODE_END = 8,
    WORD_DATA_END = 12,
    REGIONS_AT = 16,
    NAME_BYTES = 12,
    REGION_BYTES = NAME_BYTES + 8,
    SEAL_MAGIC = 0x54435A42, // "BZCT"
    SEAL_VERSION = 1,
};

static int check_vectors(const firmware *f, nn_error *error) {
    uint32_t reset = nn_load_u32(f->data + 4);
    if ((reset & 1) == 0 || reset < FIRMWARE_BASE ||
            reset - FIRMWARE_BASE >= f->bytes) {
        return nn_fail(error, NN_ERR_INVALID,
                "not a firmware for this camera: it would start at 0x%x",
                reset);
    }
    return 0;
}

static int read_regions(firmware *f, const uint8_t *header, nn_error *error) {
    for (uint32_t i = 0; i < FIRMWARE_MAX_REGIONS; i++) {
        const uint8_t *from = header + REGIONS_AT + i * REGION_BYTES;
        firmware_region *region = &f->regions[f->region_count];
        memcpy(region->name, from, NAME_BYTES);
        region->name[NAME_BYTES] = '\0';
        region->address = nn_load_u32(from + NAME_BYTES);
        region->bytes = nn_load_u32(from + NAME_BYTES + 4);
        for (const char *c = region->name; *c != '\0'; c++) {
            if (*c < '0' || *c > 'z') {
                return nn_fail(error, NN_ERR_INVALID,
                        "its list of memory regions is damaged");
            }
        }
        f->region_count += region->name[0] != '\0';
    }
    return 0;
}

static int read_sizes(firmware *f, const uint8_t *header, nn_error *error) {
    const firmware_region *code = firmware_find(f, "code");
    const firmware_region *data = firmware_find(f, "data");
    const firmware_region *models = firmware_find(f, "models");
    if (code == NULL || data == NULL || models == NULL ||
            code->address != FIRMWARE_BASE || models->address < FIRMWARE_BASE ||
            models->address - FIRMWARE_BASE > FIRMWARE_MAX_BYTES ||
            code->bytes < FIRMWARE_SEAL_BYTES ||
            code->bytes > models->address - FIRMWARE_BASE ||
            models->bytes >
                    FIRMWARE_MAX_BYTES - (models->address - FIRMWARE_BASE)) {
        return nn_fail(error, NN_ERR_INVALID,
                "its list of memory regions lacks code, data or models");
    }
    f->code_bytes = nn_load_u32(header + WORD_CODE_END) - FIRMWARE_BASE;
    f->data_bytes = nn_load_u32(header + WORD_DATA_END) - data->address;
    if (f->code_bytes > code->bytes - FIRMWARE_SEAL_BYTES ||
            f->code_bytes > f->bytes || f->data_bytes > data->bytes) {
        return nn_fail(error, NN_ERR_INVALID,
                "its header is damaged: code ends at byte %u of %u",
                f->code_bytes, f->bytes);
    }
    return 0;
}

// Little-endian.
static void store_u32(uint8_t *to, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> 8 * i);
    }
}

static uint32_t seal_at(const firmware *f) {
    const firmware_region *code = firmware_find(f, "code");
    return code->address - FIRMWARE_BASE + code->bytes - FIRMWARE_SEAL_BYTES;
}

static void make_seal(const uint8_t *image, uint32_t at, uint32_t bytes,
        uint8_t seal[FIRMWARE_SEAL_BYTES]) {
    uint32_t after = at + FIRMWARE_SEAL_BYTES;
    store_u32(seal, SEAL_MAGIC);
    store_u32(seal + 4, SEAL_VERSION);
    store_u32(seal + 8, bytes);
    uint32_t crc = romfs_crc(romfs_crc(0, image, at), seal, 12);
    store_u32(seal + 12, romfs_crc(crc, image + after, bytes - after));
}

void firmware_write_seal(const firmware *f, uint8_t *image, uint32_t bytes) {
    make_seal(image, seal_at(f), bytes, image + seal_at(f));
}

static firmware_seal check_seal(const firmware *f) {
    uint32_t at = seal_at(f);
    if (f->bytes < at + FIRMWARE_SEAL_BYTES ||
            nn_load_u32(f->data + at) != SEAL_MAGIC) {
        return FIRMWARE_UNSEALED;
    }
    if (nn_load_u32(f->data + at + 8) != f->bytes) {
        return FIRMWARE_CUT;
    }
    uint8_t right[FIRMWARE_SEAL_BYTES];
    make_seal(f->data, at, f->bytes, right);
    return memcmp(f->data + at, right, sizeof right) == 0 ? FIRMWARE_SEALED
                                                          : FIRMWARE_DAMAGED;
}

static void open_rom(firmware *f) {
    uint32_t at = firmware_find(f, "models")->address - FIRMWARE_BASE;
    f->rom_error = ROMFS_ERR_NONE;
    if (at < f->bytes) {
        f->rom_error = romfs_open(&f->rom, f->data + at, f->bytes - at);
    }
    if (f->rom_error != 0) {
        f->rom = (romfs){0};
    }
}

static int check_magic(const uint8_t *header, nn_error *error) {
    if (nn_load_u32(header + WORD_MAGIC) != MAGIC) {
        return nn_fail(error, NN_ERR_INVALID, "not a firmware of blazecam");
    }
    if (nn_load_u32(header + WORD_VERSION) != VERSION) {
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "its header has version %u, this command knows 1",
                nn_load_u32(header + WORD_VERSION));
    }
    return 0;
}

int firmware_open(firmware *f, const void *data, size_t bytes,
        nn_error *error) {
    *f = (firmware){.data = data, .bytes = (uint32_t)bytes};
    if (bytes < FIRMWARE_HEADER_AT + FIRMWARE_HEADER_BYTES) {
        return nn_fail(error, NN_ERR_INVALID,
                "not a firmware.bin: %u bytes are too few", (uint32_t)bytes);
    }
    if (bytes > FIRMWARE_MAX_BYTES) {
        return nn_fail(error, NN_ERR_INVALID,
                "not a firmware.bin: over %u bytes",
                (uint32_t)FIRMWARE_MAX_BYTES);
    }
    const uint8_t *header = f->data + FIRMWARE_HEADER_AT;
    int err = check_magic(header, error);
    err = err ? err : check_vectors(f, error);
    err = err ? err : read_regions(f, header, error);
    err = err ? err : read_sizes(f, header, error);
    if (err == 0) {
        f->seal = check_seal(f);
        open_rom(f);
    }
    return err;
}

int firmware_open_header(firmware *f, const void *header, nn_error *error) {
    *f = (firmware){.data = header};
    int err = check_magic(header, error);
    return err ? err : read_regions(f, header, error);
}

const firmware_region *firmware_find(const firmware *f, const char *name) {
    for (uint32_t i = 0; i < f->region_count; i++) {
        if (strcmp(f->regions[i].name, name) == 0) {
            return &f->regions[i];
        }
    }
    return NULL;
}
