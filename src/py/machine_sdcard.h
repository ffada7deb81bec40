// SPDX-License-Identifier: MIT
// The SD card in the camera's slot, as a Python block device.
#pragma once

#include "py/obj.h"

#if FEATURE_SDCARD

extern const mp_obj_type_t machine_sdcard_type;

// Is this the `readblocks` of a card, so the card what is mounted?
bool sdcard_is_device(mp_obj_t readblocks);

// Makes the pin of the slot's switch readable. Call once.
void sdcard_init(void);

#else

static inline bool sdcard_is_device(mp_obj_t readblocks) {
    (void)readblocks;
    return false;
}

static inline void sdcard_init(void) {
}

#endif
