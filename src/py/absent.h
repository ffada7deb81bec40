// SPDX-License-Identifier: MIT
// What a script is told that imports what was left out of the firmware.
#pragma once

#include "py/runtime.h"

// Raises the ImportError: module `python` belongs to feature `name`.
NORETURN void absent_module(const char *python, const char *name);
