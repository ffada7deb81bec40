// SPDX-License-Identifier: MIT
// The SD card, or the user's drive, as the medium of the USB host, and how
// Python's file systems take part in sharing it (link/usb_share.h).
//
// The linker puts the __wrap functions around FatFs's of the same names.

#include "src/py/usb_drive.h"

#include "chip/sdmmc.h"
#include "chip/systick.h"
#include "drive/drive.h"
#include "extmod/vfs.h"
#include "extmod/vfs_fat.h"
#include "lib/oofatfs/ff.h"
#include "link/usb_msc.h"
#include "link/usb_share.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "src/py/drive.h"
#include "src/py/machine_sdcard.h"

static struct usb_share share;
static bool card; // is the medium, not the drive

static bool is_medium(const fs_user_mount_t *fat) {
    mp_obj_t readblocks = fat->blockdev.readblocks[0];
    return card ? sdcard_is_device(readblocks) : drive_is_device(readblocks);
}

// --- the host's side --------------------------------------------------------

static int drive_reads(uint32_t block, uint32_t count, void *to) {
    for (uint32_t i = 0; i < count; i++) {
        int err = drive_read_block(block + i, (uint8_t *)to + i * DRIVE_BLOCK);
        if (err) {
            return err;
        }
    }
    return 0;
}

// What FatFs remembers of the volume is out of date: it looks anew before its
// next operation. No file is open, or the host could not have written.
static void forget_volume(void) {
    for (mp_vfs_mount_t *m = MP_STATE_VM(vfs_mount_table); m != NULL;
            m = m->next) {
        if (mp_obj_is_type(m->obj, &mp_fat_vfs_type)) {
            fs_user_mount_t *fat = MP_OBJ_TO_PTR(m->obj);
            if (is_medium(fat)) {
                fat->fatfs.fs_type = 0;
            }
        }
    }
}

static int drive_writes(uint32_t block, uint32_t count, const void *from) {
    forget_volume();
    for (uint32_t i = 0; i < count; i++) {
        int err = drive_write_block(block + i,
                (const uint8_t *)from + i * DRIVE_BLOCK);
        if (err) {
            return err;
        }
    }
    return drive_commit();
}

// `open(name).read()` leaves a file open until the collector finds it.
static void collect_files(void) {
    if (MP_STATE_THREAD(gc_lock_depth) == 0) {
        gc_collect();
    }
}

static int card_reads(uint32_t block, uint32_t count, void *to) {
    return chip_sd_read(block, to, count);
}

static int card_writes(uint32_t block, uint32_t count, const void *from) {
    forget_volume();
    return chip_sd_write(block, from, count);
}

static bool card_is_mounted(void) {
    for (mp_vfs_mount_t *m = MP_STATE_VM(vfs_mount_table); m != NULL;
            m = m->next) {
        if (mp_obj_is_type(m->obj, &mp_fat_vfs_type)) {
            const fs_user_mount_t *fat = MP_OBJ_TO_PTR(m->obj);
            if (sdcard_is_device(fat->blockdev.readblocks[0])) {
                return true;
            }
        }
    }
    return false;
}

void usb_drive_init(void) {
    card = card_is_mounted();
    if (card) {
        const struct usb_medium medium = {
                .product = "Camera SD card",
                .blocks = chip_sd_card()->blocks,
                .read = card_reads,
                .write = card_writes,
                .share = &share,
                .release = collect_files,
        };
        usb_msc_set_medium(&medium);
    } else {
        const struct usb_medium medium = {
                .product = "Camera drive",
                .blocks = DRIVE_BLOCKS,
                .read = drive_reads,
                .write = drive_writes,
                .share = &share,
                .release = collect_files,
        };
        usb_msc_set_medium(&medium);
    }
}

void usb_drive_soft_reset(void) {
    share.open = 0;
}

// --- Python's side ----------------------------------------------------------

void usb_drive_python_wrote(bool to_card) {
    if (to_card != card) {
        return;
    }
    usb_share_python_wrote(&share, chip_ms());
}

static bool on_medium(const FATFS *fs) {
    return is_medium(fs->drv);
}

// Lets the host finish what it is writing.
static void wait_for_host(const FATFS *fs) {
    uint32_t start = chip_ms();
    while (on_medium(fs) && usb_share_python_waits(&share, chip_ms()) &&
            chip_ms() - start < USB_SHARE_PATIENCE_MS) {
        mp_event_wait_ms(1);
    }
}

FRESULT __real_f_open(FATFS *fs, FIL *file, const TCHAR *path, BYTE mode);
FRESULT __real_f_close(FIL *file);
FRESULT __real_f_mkdir(FATFS *fs, const TCHAR *path);
FRESULT __real_f_unlink(FATFS *fs, const TCHAR *path);
FRESULT __real_f_rename(FATFS *fs, const TCHAR *from, const TCHAR *to);
FRESULT __wrap_f_open(FATFS *fs, FIL *file, const TCHAR *path, BYTE mode);
FRESULT __wrap_f_close(FIL *file);
FRESULT __wrap_f_mkdir(FATFS *fs, const TCHAR *path);
FRESULT __wrap_f_unlink(FATFS *fs, const TCHAR *path);
FRESULT __wrap_f_rename(FATFS *fs, const TCHAR *from, const TCHAR *to);

FRESULT __wrap_f_open(FATFS *fs, FIL *file, const TCHAR *path, BYTE mode) {
    wait_for_host(fs);
    FRESULT result = __real_f_open(fs, file, path, mode);
    if (result == FR_OK && on_medium(fs)) {
        usb_share_opened(&share);
    }
    return result;
}

// FatFs leaves `fs` as it is when closing fails, and the file open.
FRESULT __wrap_f_close(FIL *file) {
    const FATFS *fs = file->obj.fs;
    bool counted = fs != NULL && on_medium(fs);
    FRESULT result = __real_f_close(file);
    if (counted) {
        usb_share_closed(&share);
        file->obj.fs = NULL;
    }
    return result;
}

FRESULT __wrap_f_mkdir(FATFS *fs, const TCHAR *path) {
    wait_for_host(fs);
    return __real_f_mkdir(fs, path);
}

FRESULT __wrap_f_unlink(FATFS *fs, const TCHAR *path) {
    wait_for_host(fs);
    return __real_f_unlink(fs, path);
}

FRESULT __wrap_f_rename(FATFS *fs, const TCHAR *from, const TCHAR *to) {
    wait_for_host(fs);
    return __real_f_rename(fs, from, to);
}
