// SPDX-License-Identifier: MIT
// Flashing a firmware into a camera: check, reset, dfu-util, look again.

#ifndef HOST_CAM_FLASH_H
#define HOST_CAM_FLASH_H

#include "host/firmware/firmware.h"

// The image at path, which f was opened on, into the camera at port (NULL: the
// only one; a camera that waits in its bootloader is taken too). An exit
// status, having said what is wrong and what to do.
int cam_flash(const char *port, const char *path, const firmware *f);

#endif
