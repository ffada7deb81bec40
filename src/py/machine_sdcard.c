// SPDX-License-Identifier: MIT
// machine.SDCard: the card in the slot as a block device.

#include "board.h"
#include "chip/sdmmc.h"
#include "extmod/vfs.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "src/py/machine_sdcard.h"
#include "src/py/port.h"
#include "src/py/usb_drive.h"

#define SDMMC1_ALT 12

typedef struct {
    mp_obj_base_t base;
} sdcard_obj_t;

static const sdcard_obj_t sdcard = {{&machine_sdcard_type}};

static bool present(void) {
    return !chip_pin_read(BOARD_SD_DETECT);
}

static int start(void) {
    static const uint8_t pins[] = {BOARD_SD_CK, BOARD_SD_CMD, BOARD_SD_D0,
            BOARD_SD_D0 + 1, BOARD_SD_D0 + 2, BOARD_SD_D0 + 3};
    for (size_t i = 0; i < sizeof(pins); i++) {
        chip_pin_config(pins[i], CHIP_PIN_ALT,
                i == 0 ? CHIP_PIN_FLOAT : CHIP_PIN_PULL_UP, 0, SDMMC1_ALT);
    }
    return present() ? chip_sd_init() : CHIP_ENODEV;
}

void sdcard_init(void) {
    chip_pin_config(BOARD_SD_DETECT, CHIP_PIN_INPUT, CHIP_PIN_PULL_UP, 0, 0);
}

// The card that is in use, or the one that was put in.
static const struct chip_sd_card *get_card(void) {
    if (chip_sd_card()->blocks == 0) {
        port_check(start());
    }
    return chip_sd_card();
}

static mp_obj_t sdcard_make_new(const mp_obj_type_t *type, size_t n_args,
        size_t n_kw, const mp_obj_t *args) {
    (void)type;
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    if (n_args && mp_obj_get_int(args[0]) != 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("the camera has one slot, 1"));
    }
    return MP_OBJ_FROM_PTR(&sdcard);
}

static mp_obj_t sdcard_present(mp_obj_t self) {
    (void)self;
    return mp_obj_new_bool(present());
}
static MP_DEFINE_CONST_FUN_OBJ_1(sdcard_present_obj, sdcard_present);

// info(): bytes, bytes of a block, SDSC 0 or SDHC and SDXC 1.
static mp_obj_t sdcard_info(mp_obj_t self) {
    (void)self;
    const struct chip_sd_card *card = get_card();
    mp_obj_t items[] = {
            mp_obj_new_int_from_ull((uint64_t)card->blocks * CHIP_SD_BLOCK),
            MP_OBJ_NEW_SMALL_INT(CHIP_SD_BLOCK),
            MP_OBJ_NEW_SMALL_INT(card->high),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(sdcard_info_obj, sdcard_info);

static mp_obj_t sdcard_deinit(mp_obj_t self) {
    (void)self;
    if (chip_sd_card()->blocks) {
        chip_sd_deinit();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sdcard_deinit_obj, sdcard_deinit);

static uint32_t first_block(mp_obj_t block, size_t bytes) {
    mp_int_t first = mp_obj_get_int(block);
    if (bytes % CHIP_SD_BLOCK || first < 0) {
        mp_raise_OSError(MP_EINVAL);
    }
    return (uint32_t)first;
}

// A FAT file system gets the error as a number, a script the exception.
static mp_obj_t sdcard_readblocks(mp_obj_t self, mp_obj_t block,
        mp_obj_t buffer) {
    (void)self;
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_WRITE);
    uint32_t first = first_block(block, info.len);
    port_hold();
    int err = chip_sd_read(first, info.buf, info.len / CHIP_SD_BLOCK);
    port_release();
    return MP_OBJ_NEW_SMALL_INT(err);
}
static MP_DEFINE_CONST_FUN_OBJ_3(sdcard_readblocks_obj, sdcard_readblocks);

bool sdcard_is_device(mp_obj_t readblocks) {
    return readblocks == MP_OBJ_FROM_PTR(&sdcard_readblocks_obj);
}

static mp_obj_t sdcard_writeblocks(mp_obj_t self, mp_obj_t block,
        mp_obj_t buffer) {
    (void)self;
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_READ);
    uint32_t first = first_block(block, info.len);
    usb_drive_python_wrote(true);
    port_hold();
    int err = chip_sd_write(first, info.buf, info.len / CHIP_SD_BLOCK);
    port_release();
    return MP_OBJ_NEW_SMALL_INT(err);
}
static MP_DEFINE_CONST_FUN_OBJ_3(sdcard_writeblocks_obj, sdcard_writeblocks);

static mp_obj_t sdcard_ioctl(mp_obj_t self, mp_obj_t request, mp_obj_t arg) {
    (void)self;
    (void)arg;
    switch (mp_obj_get_int(request)) {
    case MP_BLOCKDEV_IOCTL_INIT:
        // Always from the beginning: it may be another card.
        port_check(start());
        return MP_OBJ_NEW_SMALL_INT(0);
    case MP_BLOCKDEV_IOCTL_DEINIT:
    case MP_BLOCKDEV_IOCTL_SYNC: // nothing is held back
        return MP_OBJ_NEW_SMALL_INT(0);
    case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
        return mp_obj_new_int_from_uint(get_card()->blocks);
    case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
        return MP_OBJ_NEW_SMALL_INT(CHIP_SD_BLOCK);
    default:
        return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(sdcard_ioctl_obj, sdcard_ioctl);

static const mp_rom_map_elem_t sdcard_locals_table[] = {
        {MP_ROM_QSTR(MP_QSTR_present), MP_ROM_PTR(&sdcard_present_obj)},
        {MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&sdcard_info_obj)},
        {MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&sdcard_deinit_obj)},
        {MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&sdcard_readblocks_obj)},
        {MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&sdcard_writeblocks_obj)},
        {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&sdcard_ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(sdcard_locals, sdcard_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(machine_sdcard_type, MP_QSTR_SDCard, MP_TYPE_FLAG_NONE,
        make_new, sdcard_make_new, locals_dict, &sdcard_locals);
