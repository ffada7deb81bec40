// SPDX-License-Identifier: MIT
// Python's block device `_drive` and the flash below it.

#include "drive/drive.h"

#include <string.h>

#include "chip/flash.h"
#include "chip/rtc.h"
#include "chip/systick.h"
#include "extmod/vfs.h"
#include "extmod/vfs_fat.h"
#include "lib/oofatfs/ff.h"
#include "link/usb.h"
#include "memory.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "src/py/drive.h"
#include "src/py/port.h"
#include "src/py/usb_drive.h"

#define QUIET_MS 1000U

static const uint32_t areas[DRIVE_AREAS] = {
        [DRIVE_HOME] = MEM_DRIVE_ADDR,
        [DRIVE_JOURNAL] = MEM_JOURNAL_ADDR,
        [DRIVE_SHADOW] = MEM_SHADOW_ADDR,
};

static int flash_read(void *context, enum drive_area area, uint32_t offset,
        void *data, size_t count) {
    (void)context;
    return chip_flash_read(areas[area] + offset, data, count);
}

static int flash_program(void *context, enum drive_area area, uint32_t offset,
        const void *data, size_t count) {
    (void)context;
    return chip_flash_program(areas[area] + offset, data, count);
}

static int flash_erase(void *context, enum drive_area area) {
    (void)context;
    return chip_flash_erase(areas[area]);
}

static const struct drive_flash flash = {
        .read = flash_read,
        .program = flash_program,
        .erase = flash_erase,
};

static struct drive drive;
static uint32_t last_write_ms;

void drive_init(void) {
    chip_flash_set_idle(usb_serve);
    drive_open(&drive, &flash);
}

// Left alone, in a bare start.
static bool is_closed(void) {
    return drive.flash == NULL;
}

int drive_read_block(uint32_t block, void *data) {
    port_hold();
    int err = is_closed() ? DRIVE_EIO : drive_read(&drive, block, data);
    port_release();
    return err;
}

int drive_write_block(uint32_t block, const void *data) {
    last_write_ms = chip_ms();
    port_hold();
    int err = is_closed() ? DRIVE_EIO : drive_write(&drive, block, data);
    port_release();
    return err;
}

int drive_commit(void) {
    port_hold();
    int err = is_closed() ? DRIVE_EIO : drive_sync(&drive);
    port_release();
    return err;
}

void drive_settle(void) {
    if (!is_closed()) {
        drive_fold(&drive);
    }
}

void drive_idle(void) {
    if (is_closed() || chip_ms() - last_write_ms < QUIET_MS) {
        return;
    }
    port_hold();
    if (drive_is_dirty(&drive)) {
        drive_fold(&drive);
    } else {
        drive_prepare(&drive);
    }
    port_release();
    last_write_ms = chip_ms();
}

// The date FAT gives to files: years since 1980, then month, day, hour,
// minute and half-seconds in falling bit fields.
DWORD get_fattime(void) {
    struct chip_time t;
    if (chip_rtc_get(&t)) {
        return (20U << 25) | (1U << 21) | (1U << 16);
    }
    return (DWORD)(t.year - 1980U) << 25 | (DWORD)t.month << 21 |
            (DWORD)t.day << 16 | (DWORD)t.hour << 11 | (DWORD)t.minute << 5 |
            (DWORD)t.second / 2U;
}

// --- the block device protocol of MicroPython's file systems ---------------

static size_t check_range(mp_obj_t block, size_t count) {
    mp_int_t first = mp_obj_get_int(block);
    if (count % DRIVE_BLOCK || first < 0 || first > (mp_int_t)DRIVE_BLOCKS ||
            count / DRIVE_BLOCK > DRIVE_BLOCKS - (size_t)first) {
        mp_raise_OSError(MP_EINVAL);
    }
    return (size_t)first;
}

static mp_obj_t py_readblocks(mp_obj_t block, mp_obj_t buffer) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_WRITE);
    size_t first = check_range(block, info.len);
    for (size_t i = 0; i < info.len / DRIVE_BLOCK; i++) {
        uint8_t *to = (uint8_t *)info.buf + i * DRIVE_BLOCK;
        if (drive_read_block(first + i, to)) {
            return MP_OBJ_NEW_SMALL_INT(-MP_EIO);
        }
    }
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(readblocks_obj, py_readblocks);

bool drive_is_device(mp_obj_t readblocks) {
    return readblocks == MP_OBJ_FROM_PTR(&readblocks_obj);
}

static mp_obj_t py_writeblocks(mp_obj_t block, mp_obj_t buffer) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_READ);
    size_t first = check_range(block, info.len);
    usb_drive_python_wrote(false);
    for (size_t i = 0; i < info.len / DRIVE_BLOCK; i++) {
        const uint8_t *from = (const uint8_t *)info.buf + i * DRIVE_BLOCK;
        if (drive_write_block(first + i, from)) {
            return MP_OBJ_NEW_SMALL_INT(-MP_EIO);
        }
    }
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(writeblocks_obj, py_writeblocks);

// hold(True): what follows counts, at hold(False), all or not at all.
static bool held;

static mp_obj_t py_hold(mp_obj_t on) {
    held = mp_obj_is_true(on);
    if (!held && drive_commit()) {
        mp_raise_OSError(MP_EIO);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(hold_obj, py_hold);

static mp_obj_t py_ioctl(mp_obj_t request, mp_obj_t arg) {
    (void)arg;
    switch (mp_obj_get_int(request)) {
    case MP_BLOCKDEV_IOCTL_INIT:
        return MP_OBJ_NEW_SMALL_INT(0);
    case MP_BLOCKDEV_IOCTL_DEINIT:
    case MP_BLOCKDEV_IOCTL_SYNC:
        if (held) {
            return MP_OBJ_NEW_SMALL_INT(0);
        }
        return MP_OBJ_NEW_SMALL_INT(drive_commit() ? -MP_EIO : 0);
    case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
        return MP_OBJ_NEW_SMALL_INT(DRIVE_BLOCKS);
    case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
        return MP_OBJ_NEW_SMALL_INT(DRIVE_BLOCK);
    default:
        return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_2(ioctl_obj, py_ioctl);

// Gives a mounted FAT volume its label: label(vfs, "NAME").
static mp_obj_t py_label(mp_obj_t vfs, mp_obj_t text) {
    if (!mp_obj_is_type(vfs, &mp_fat_vfs_type)) {
        mp_raise_TypeError(NULL);
    }
    fs_user_mount_t *mount = MP_OBJ_TO_PTR(vfs);
    if (f_setlabel(&mount->fatfs, mp_obj_str_get_str(text)) != FR_OK) {
        mp_raise_OSError(MP_EIO);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(label_obj, py_label);

static const mp_rom_map_elem_t globals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__drive)},
        {MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&readblocks_obj)},
        {MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&writeblocks_obj)},
        {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&ioctl_obj)},
        {MP_ROM_QSTR(MP_QSTR_hold), MP_ROM_PTR(&hold_obj)},
        {MP_ROM_QSTR(MP_QSTR_label), MP_ROM_PTR(&label_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t port_drive_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&globals,
};

MP_REGISTER_MODULE(MP_QSTR__drive, port_drive_module);
