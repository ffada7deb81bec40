// SPDX-License-Identifier: MIT
// blazecam's own requests: who the camera is, and the models in its flash.
//
// While models are replaced nothing else runs: Python is started anew, with
// nothing of /rom mounted, and waits. So no script, model or file system looks
// at flash that is being erased.

#include <string.h>

#include "chip/flash.h"
#include "chip/image.h"
#include "chip/systick.h"
#include "link/vendor.h"
#include "memory.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "rom/rom_update.h"
#include "rom/romfs.h"
#include "src/py/link.h"
#include "src/py/port.h"
#include "src/py/rom_region.h"
#include "src/py/version.h"

// A host that says nothing for so long has forgotten it.
#define ABANDON_MS 15000U

// Valid while `updating`.
static rom_update update LINK_D3;
static volatile bool updating, still;
static uint32_t heard_ms;
static uint8_t answer[96] LINK_D3;

bool link_rom_updating(void) {
    return updating;
}

void link_rom_abandon(void) {
    updating = false;
}

void link_rom_wait(void) {
    heard_ms = chip_ms();
    still = true;
    while (updating) {
        mp_event_wait_ms(1);
        if (chip_ms() - heard_ms >= ABANDON_MS) {
            updating = false;
        }
    }
    still = false;
}

// --- requests ------------------------------------------------------------

static int send(struct omv_reply *reply, uint32_t bytes) {
    *reply = (struct omv_reply){answer, bytes};
    return 0;
}

static int status_of(int err) {
    switch (err) {
    case 0:
        return 0;
    case ROM_UPDATE_ERR_SIZE:
        return -OMV_STATUS_OVERFLOW;
    case ROM_UPDATE_ERR_ORDER:
        return -OMV_STATUS_INVALID;
    case ROM_UPDATE_ERR_DAMAGED:
        return -OMV_STATUS_CHECKSUM;
    default:
        return -OMV_STATUS_FAILED;
    }
}

static int identity(struct omv_reply *reply) {
    static uint32_t crc;
    static bool known;
    uint32_t bytes =
            (uint32_t)(uintptr_t)chip_image_header.image_end - MEM_CODE_ADDR;
    if (!known) {
        crc = romfs_crc(0, (const void *)(uintptr_t)MEM_CODE_ADDR, bytes);
        known = true;
    }
    omv_put32(answer, bytes);
    omv_put32(answer + 4, crc);
    omv_put32(answer + 8, MEM_MODELS_BYTES);
    const char *name = version_string();
    size_t length = strlen(name);
    size_t room = sizeof(answer) - VENDOR_IDENTITY_BYTES;
    length = length < room ? length : room;
    memcpy(answer + VENDOR_IDENTITY_BYTES, name, length);
    return send(reply, VENDOR_IDENTITY_BYTES + (uint32_t)length);
}

// Bytes of the image that has been looked at: where power was cut, reading
// would be a fault.
static uint32_t sound_bytes;

static int look(struct omv_reply *reply) {
    rom_state state = ROM_UNFINISHED;
    sound_bytes = 0;
    if (!updating) {
        state = rom_look(&rom_region_models,
                (const void *)(uintptr_t)MEM_MODELS_ADDR, &sound_bytes);
    }
    omv_put32(answer, state);
    omv_put32(answer + 4, sound_bytes);
    return send(reply, 8);
}

static int read_rom(uint32_t offset, uint32_t bytes, struct omv_reply *reply) {
    if (offset > sound_bytes || bytes > sound_bytes - offset || bytes == 0) {
        return -OMV_STATUS_INVALID;
    }
    *reply = (struct omv_reply){(const uint8_t *)(uintptr_t)(MEM_MODELS_ADDR +
                                        offset),
            bytes};
    return 0;
}

static int begin(uint32_t bytes, uint32_t crc) {
    if (!updating) {
        int err = rom_update_begin(&update, &rom_region_models, bytes, crc);
        if (err != 0) {
            return status_of(err);
        }
        updating = true;
        sound_bytes = 0;
        heard_ms = chip_ms();
        link_abort();
    }
    if (!still) {
        return OMV_LATER;
    }
    return status_of(rom_update_begin(&update, &rom_region_models, bytes, crc));
}

static int erase(struct omv_reply *reply) {
    uint32_t left;
    int err = rom_update_erase(&update, &left);
    if (err != 0) {
        return status_of(err);
    }
    omv_put32(answer, left);
    return send(reply, 4);
}

static int end(void) {
    int err = rom_update_end(&update);
    updating = false;
    return status_of(err);
}

static int update_request(uint8_t opcode, const uint8_t *payload, size_t bytes,
        struct omv_reply *reply) {
    if (!updating || !still) {
        return -OMV_STATUS_INVALID;
    }
    heard_ms = chip_ms();
    switch (opcode) {
    case VENDOR_ROM_ERASE:
        return erase(reply);
    case VENDOR_ROM_WRITE:
        return bytes < 4 ? -OMV_STATUS_INVALID
                         : status_of(rom_update_write(&update,
                                   omv_get32(payload), payload + 4, bytes - 4));
    default:
        return end();
    }
}

int link_vendor(void *context, uint8_t opcode, const uint8_t *payload,
        size_t bytes, struct omv_reply *reply) {
    (void)context;
    switch (opcode) {
    case VENDOR_IDENTITY:
        return identity(reply);
    case VENDOR_HEADER:
        *reply = (struct omv_reply){(const uint8_t *)&chip_image_header,
                sizeof(chip_image_header)};
        return 0;
    case VENDOR_SCRIPT: {
        uint32_t counts[3];
        link_script_counts(counts);
        for (size_t i = 0; i < 3; i++) {
            omv_put32(answer + 4 * i, counts[i]);
        }
        return send(reply, 12);
    }
    case VENDOR_ROM_STATE:
        return look(reply);
    case VENDOR_ROM_READ:
        return bytes != 8
                ? -OMV_STATUS_INVALID
                : read_rom(omv_get32(payload), omv_get32(payload + 4), reply);
    case VENDOR_ROM_BEGIN:
        return bytes != 8 ? -OMV_STATUS_INVALID
                          : begin(omv_get32(payload), omv_get32(payload + 4));
    case VENDOR_ROM_ERASE:
    case VENDOR_ROM_WRITE:
    case VENDOR_ROM_END:
        return update_request(opcode, payload, bytes, reply);
    default:
        return -OMV_STATUS_INVALID;
    }
}
