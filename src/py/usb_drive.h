// SPDX-License-Identifier: MIT
// The user's drive as the medium of the USB host.
#pragma once

// The drive becomes the medium.
void usb_drive_init(void);
// A soft reset has closed all files.
void usb_drive_soft_reset(void);
// Python has written a block of it.
void usb_drive_python_wrote(void);
