// SPDX-License-Identifier: MIT
// Files of a run: the firmware and its names, the drive, the statistics.
#ifndef HOST_VCAM_FILES_H
#define HOST_VCAM_FILES_H

#include "host/vcam/machine.h"
#include "host/vcam/symbols.h"

// All return 0, or CLI_FAILED after a sentence on stderr.

// Puts the firmware, a .bin or an .elf, into flash. `symbols` gets the names
// of the .elf, or of one that lies beside the .bin, or null.
int vcam_load_firmware(struct vcam *vm, const char *path,
        struct vcam_symbols **symbols);
// A drive that does not exist yet is blank.
int vcam_load_drive(struct vcam *vm, const char *path);
int vcam_save_drive(struct vcam *vm, const char *path);
// The whole flash chip, for runs that go on where another one's power failed.
// To be loaded before the firmware and the drive, saved before the drive is,
// for saving that does what the firmware had put off.
int vcam_load_flash(struct vcam *vm, const char *path);
int vcam_save_flash(struct vcam *vm, const char *path);
int vcam_save_stats(struct vcam *vm, const char *path, unsigned faults);

#endif
