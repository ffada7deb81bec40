// SPDX-License-Identifier: MIT
// The firmware that is meant where none is named.

#ifndef HOST_FIRMWARE_DEFAULT_FIRMWARE_H
#define HOST_FIRMWARE_DEFAULT_FIRMWARE_H

#include "host/firmware/firmware.h"

// Reads and opens the firmware at path, or where path is NULL the one that
// was built beside this command. *bytes is malloc'ed and the caller's, *path
// names the file that was read (storage is static). On failure the message is
// out already and the exit status is returned.
int firmware_read(const char **path, uint8_t **bytes, firmware *f);

#endif
