// SPDX-License-Identifier: MIT
// The user's drive on this camera: the journal of drive/drive.h on the flash.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "py/obj.h"

// Repairs what a power cut left. Call once, before Python starts.
void drive_init(void);

// Block access for everyone (Python's FAT, a USB host); 0 or negative errno.
int drive_read_block(uint32_t block, void *data);
int drive_write_block(uint32_t block, const void *data);
int drive_commit(void);

// Is this the `readblocks` of the module _drive, so the drive what is mounted?
bool drive_is_device(mp_obj_t readblocks);

// Brings the sector at 0x08020000 up to date; before a reset.
void drive_settle(void);

// Called while the prompt waits and nobody types: does one step of the drive's
// slow work when nothing has been written for a second.
void drive_idle(void);
