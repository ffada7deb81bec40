// SPDX-License-Identifier: MIT
// The firmware that is meant where none is named.

#include "host/firmware/default_firmware.h"

#include <stdlib.h>

#include "host/cli/cli.h"
#include "host/file/file.h"

int firmware_read(const char **path, uint8_t **bytes, firmware *f) {
    static char beside[4096];
    nn_error error;
    size_t size;
    if (*path == NULL) {
        if (cli_beside(beside, sizeof beside, "../openmv4/firmware.bin")) {
            return cli_fail("firmware.bin", "no firmware was named");
        }
        *path = beside;
    }
    if (file_read(*path, 1 << 24, bytes, &size, &error)) {
        return cli_fail(*path, "%s", error.text);
    }
    if (firmware_open(f, *bytes, size, &error)) {
        free(*bytes);
        return cli_fail(*path, "%s", error.text);
    }
    return 0;
}
