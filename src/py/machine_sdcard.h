// SPDX-License-Identifier: MIT
// The SD card in the camera's slot, as a Python block device.
#pragma once

#include "py/obj.h"

extern const mp_obj_type_t machine_sdcard_type;

// Makes the pin of the slot's switch readable. Call once.
void sdcard_init(void);
