// SPDX-License-Identifier: MIT
// Files of a run: the firmware and its names, the drive, the statistics.

#include "host/vcam/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/file/file.h"
#include "host/vcam/journal.h"

enum { ELF_MAX = 64 << 20 };

static int failed(const char *path, const nn_error *error) {
    return cli_fail(path, "%s", error->text);
}

static bool is_elf(const uint8_t *data, size_t size) {
    return size >= 4 && memcmp(data, "\177ELF", 4) == 0;
}

// firmware.elf beside firmware.bin; having none is no failure.
static void load_names(const char *path, struct vcam_symbols **symbols) {
    size_t length = strlen(path);
    if (length < 4 || strcmp(path + length - 4, ".bin") != 0) {
        return;
    }
    char *elf = malloc(length + 1);
    if (!elf) {
        return;
    }
    memcpy(elf, path, length - 3);
    memcpy(elf + length - 3, "elf", 4);
    uint8_t *data = NULL;
    size_t size = 0;
    nn_error ignored;
    if (access(elf, R_OK) == 0 &&
            file_read(elf, ELF_MAX, &data, &size, &ignored) == 0) {
        (void)vcam_symbols_load(symbols, data, size);
        free(data);
    }
    free(elf);
}

static int place_elf(struct vcam *vm, const char *path, const uint8_t *data,
        size_t size, struct vcam_symbols **symbols) {
    uint8_t *to = vcam_flash(vm) + (VCAM_FIRMWARE - VCAM_FLASH);
    if (vcam_elf_place(data, size, VCAM_FIRMWARE, to, VCAM_FIRMWARE_MAX)) {
        return cli_fail(path,
                "not an Arm program for 0x08040000 to 0x081e0000");
    }
    (void)vcam_symbols_load(symbols, data, size);
    return 0;
}

static bool is_blank(const uint8_t *data, size_t size) {
    return data[0] == 0xff && memcmp(data, data + 1, size - 1) == 0;
}

// A sector that is blank in the file stays as it is in the chip: there lies
// what the firmware keeps over power cuts.
static void place_bin(uint8_t *to, const uint8_t *data, size_t size) {
    for (size_t at = 0; at < size; at += VCAM_SECTOR_SIZE) {
        size_t left = size - at;
        size_t count = left < VCAM_SECTOR_SIZE ? left : VCAM_SECTOR_SIZE;
        if (!is_blank(data + at, count)) {
            memcpy(to + at, data + at, count);
        }
    }
}

int vcam_load_firmware(struct vcam *vm, const char *path,
        struct vcam_symbols **symbols) {
    uint8_t *data = NULL;
    size_t size = 0;
    nn_error error;
    *symbols = NULL;
    if (file_read(path, ELF_MAX, &data, &size, &error) != 0) {
        return failed(path, &error);
    }
    int status = 0;
    if (is_elf(data, size)) {
        status = place_elf(vm, path, data, size, symbols);
    } else if (size < 8 || size > VCAM_FIRMWARE_MAX) {
        status = cli_fail(path, "%zu bytes; a firmware has 8 to %d", size,
                VCAM_FIRMWARE_MAX);
    } else {
        place_bin(vcam_flash(vm) + (VCAM_FIRMWARE - VCAM_FLASH), data, size);
        load_names(path, symbols);
    }
    free(data);
    return status;
}

// A file that is not there yet is erased flash.
static int load(uint8_t *to, size_t most, const char *path) {
    if (access(path, F_OK) != 0) {
        return 0;
    }
    uint8_t *data = NULL;
    size_t size = 0;
    nn_error error;
    if (file_read(path, most, &data, &size, &error) != 0) {
        return failed(path, &error);
    }
    memcpy(to, data, size);
    free(data);
    return 0;
}

int vcam_load_drive(struct vcam *vm, const char *path) {
    return load(vcam_flash(vm) + (VCAM_DRIVE - VCAM_FLASH), VCAM_SECTOR_SIZE,
            path);
}

int vcam_load_flash(struct vcam *vm, const char *path) {
    return load(vcam_flash(vm), VCAM_FLASH_SIZE, path);
}

int vcam_save_flash(struct vcam *vm, const char *path) {
    nn_error error;
    return file_write(path, vcam_flash(vm), VCAM_FLASH_SIZE, &error) == 0
            ? 0
            : failed(path, &error);
}

int vcam_save_drive(struct vcam *vm, const char *path) {
    nn_error error;
    vcam_settle_drive(vm);
    const uint8_t *data = vcam_flash(vm) + (VCAM_DRIVE - VCAM_FLASH);
    return file_write(path, data, VCAM_SECTOR_SIZE, &error) == 0
            ? 0
            : failed(path, &error);
}

int vcam_save_stats(struct vcam *vm, const char *path, unsigned faults) {
    char text[160];
    nn_error error;
    int length = snprintf(text, sizeof text,
            "{\"instructions\":%" PRIu64 ",\"virtual_seconds\":%.9f,"
            "\"faults\":%u}\n",
            vcam_instructions(vm), (double)vcam_now(vm) / (double)VCAM_SECOND,
            faults);
    return file_write(path, text, (size_t)length, &error) == 0
            ? 0
            : failed(path, &error);
}
