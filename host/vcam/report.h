// SPDX-License-Identifier: MIT
// What is said when the firmware crashed: registers, names, a backtrace.
#ifndef HOST_VCAM_REPORT_H
#define HOST_VCAM_REPORT_H

#include <stdio.h>

#include "host/vcam/machine.h"
#include "host/vcam/symbols.h"

// Writes the state of the machine at a fault or a complaint. `symbols` may be
// null. A backtrace is the stack's words that look like return addresses.
void vcam_report(FILE *to, struct vcam *vm, const struct vcam_symbols *symbols);

#endif
