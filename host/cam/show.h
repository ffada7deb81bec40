// SPDX-License-Identifier: MIT
// Pictures on a terminal.

#ifndef HOST_CAM_SHOW_H
#define HOST_CAM_SHOW_H

#include <stddef.h>
#include <stdint.h>

// Draws a JPEG over the last one, two pixels a character, as large as the
// terminal; where standard output is none, a line tells of it. An exit status.
int cam_show_picture(const uint8_t *jpeg, size_t bytes);

#endif
