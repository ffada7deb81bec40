// SPDX-License-Identifier: MIT
// The drive as the camera sees it: the firmware's journal, folded.

#include "host/vcam/journal.h"

#include <string.h>

#include "drive/drive.h"
#include "host/firmware/firmware.h"

struct areas {
    uint8_t *data[DRIVE_AREAS];
};

static int read_area(void *context, enum drive_area area, uint32_t offset,
        void *data, size_t count) {
    const struct areas *areas = context;
    memcpy(data, areas->data[area] + offset, count);
    return 0;
}

static int program_area(void *context, enum drive_area area, uint32_t offset,
        const void *data, size_t count) {
    const struct areas *areas = context;
    const uint8_t *from = data;
    for (size_t i = 0; i < count; i++) {
        areas->data[area][offset + i] &= from[i];
    }
    return 0;
}

static int erase_area(void *context, enum drive_area area) {
    const struct areas *areas = context;
    memset(areas->data[area], 0xff, DRIVE_SECTOR);
    return 0;
}

void vcam_settle_drive(struct vcam *vm) {
    static const char *const names[DRIVE_AREAS] = {
            [DRIVE_HOME] = "drive",
            [DRIVE_JOURNAL] = "journal",
            [DRIVE_SHADOW] = "shadow",
    };
    uint8_t *flash = vcam_flash(vm);
    firmware f;
    nn_error ignored;
    if (firmware_open(&f, flash + (VCAM_FIRMWARE - VCAM_FLASH),
                VCAM_FIRMWARE_MAX, &ignored) != 0) {
        return;
    }
    struct areas areas;
    for (int i = 0; i < DRIVE_AREAS; i++) {
        const firmware_region *region = firmware_find(&f, names[i]);
        if (!region || region->bytes != DRIVE_SECTOR ||
                region->address < VCAM_FLASH ||
                region->address - VCAM_FLASH > VCAM_FLASH_SIZE - DRIVE_SECTOR) {
            return;
        }
        areas.data[i] = flash + (region->address - VCAM_FLASH);
    }
    const struct drive_flash ops = {.context = &areas,
            .read = read_area,
            .program = program_area,
            .erase = erase_area};
    struct drive drive;
    (void)drive_open(&drive, &ops);
    (void)drive_fold(&drive);
}
