// SPDX-License-Identifier: MIT
// A debugger's end of the virtual camera: GDB's remote serial protocol.
//
// Source: "Debugging with GDB", appendix E.
#ifndef HOST_VCAM_GDB_H
#define HOST_VCAM_GDB_H

#include <stdint.h>

#include "host/vcam/machine.h"

// Waits on 127.0.0.1 for one debugger and serves it until it detaches, kills
// or is gone, or the run ends by itself. The machine must have been made with
// `debug`. Returns how the last run ended; VCAM_END_BROKEN after a sentence on
// stderr when the port cannot be had.
enum vcam_end vcam_gdb_serve(struct vcam *vm, uint16_t port, uint64_t limit);

#endif
