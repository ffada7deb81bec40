// SPDX-License-Identifier: MIT
// What a script is told that imports what was left out of the firmware.

#include "src/py/absent.h"

NORETURN void absent_module(const char *python, const char *name) {
    mp_raise_msg_varg(&mp_type_ImportError,
            MP_ERROR_TEXT("%s was left out of this firmware: build it with "
                          "feature '%s' on"),
            python, name);
}
