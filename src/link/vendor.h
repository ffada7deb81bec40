// SPDX-License-Identifier: MIT
// blazecam's own requests in the OMV protocol, all on channel 0. Numbers are
// little-endian.
#pragma once

#include "link/omv_wire.h"

enum {
    // -> u32 bytes and CRC-32 of the code in flash, u32 bytes of the region
    // for models, then the version as text
    VENDOR_IDENTITY = OMV_VENDOR,
    // -> u32 state (rom_state), u32 bytes of the image
    VENDOR_ROM_STATE = OMV_VENDOR + 1,
    // u32 offset, u32 length -> that much of the region for models
    VENDOR_ROM_READ = OMV_VENDOR + 2,
    // u32 bytes, u32 CRC-32 of a new image. Ends what runs; nothing runs until
    // the image is complete, or the host has gone.
    VENDOR_ROM_BEGIN = OMV_VENDOR + 3,
    // -> u32 sectors still to be erased. Takes up to four seconds.
    VENDOR_ROM_ERASE = OMV_VENDOR + 4,
    // u32 offset, bytes: the next of the image
    VENDOR_ROM_WRITE = OMV_VENDOR + 5,
    // Checks it and makes it valid.
    VENDOR_ROM_END = OMV_VENDOR + 6,
    // -> u32 scripts begun, ended, and ended by an exception or a stop
    VENDOR_SCRIPT = OMV_VENDOR + 7,
    // -> the header of the firmware's image, which lists the memory's regions
    VENDOR_HEADER = OMV_VENDOR + 8,

    VENDOR_IDENTITY_BYTES = 12, // in front of the text
    VENDOR_ERASE_MS = 8000,     // that a host waits
};
