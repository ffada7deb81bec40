// SPDX-License-Identifier: MIT
// The SD card, or the user's drive, as the medium of the USB host.
#pragma once

#include <stdbool.h>

// The card becomes the medium when it is mounted, else the drive.
void usb_drive_init(void);
// A soft reset has closed all files.
void usb_drive_soft_reset(void);
// Python has written a block of the card, or of the drive.
void usb_drive_python_wrote(bool card);
