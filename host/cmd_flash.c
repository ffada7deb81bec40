// SPDX-License-Identifier: MIT
// blazecam flash: writes a firmware into a camera.

#include <stdlib.h>

#include "host/cam/flash.h"
#include "host/cli/cli.h"
#include "host/commands.h"
#include "host/firmware/default_firmware.h"

// What the bootloader would write without looking.
static int check(const char *path, const firmware *f) {
    if (f->seal == FIRMWARE_DAMAGED) {
        return cli_fail(path, "damaged: its checksum does not match");
    }
    if (f->seal == FIRMWARE_CUT) {
        return cli_fail(path, "cut off or extended: %u bytes are not all of it",
                f->bytes);
    }
    if (f->seal == FIRMWARE_UNSEALED) {
        return cli_fail(path,
                "cut off, or not made by 'blazecam pack': it has no checksum");
    }
    if (f->rom_error != 0) {
        return cli_fail(path, "its models: %s", romfs_explain(f->rom_error));
    }
    return 0;
}

int cmd_flash(int argc, char **argv) {
    const char *port = NULL;
    const cli_option options[] = {{.name = "--port", .value = &port}};
    int operands;
    int status = cli_parse(argc, argv, options, 1, &operands);
    if (status == 0 && operands != 1) {
        status = cli_usage(argv[0], "one firmware.bin is needed");
    }
    if (status != 0) {
        return status;
    }
    const char *path = argv[1];
    uint8_t *bytes;
    firmware f;
    status = firmware_read(&path, &bytes, &f);
    if (status != 0) {
        return status;
    }
    status = check(path, &f);
    if (status == 0) {
        status = cam_flash(port, path, &f);
    }
    free(bytes);
    return status;
}
