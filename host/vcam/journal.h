// SPDX-License-Identifier: MIT
// The drive as the camera sees it: blazecam's firmware keeps what was written
// last in a journal beside the drive's sector (drive/drive.h).
#ifndef HOST_VCAM_JOURNAL_H
#define HOST_VCAM_JOURNAL_H

#include "host/vcam/machine.h"

// Brings the drive's sector up to date, as the firmware will do when it has
// time. Other firmware, which has no journal, is left alone.
void vcam_settle_drive(struct vcam *vm);

#endif
