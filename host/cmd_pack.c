// SPDX-License-Identifier: MIT
// blazecam pack: puts models into a firmware, without a compiler.

#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/commands.h"
#include "host/file/file.h"
#include "host/firmware/default_firmware.h"
#include "host/firmware/rom_files.h"

// Code, the seal that lets the whole be checked, and models.
static int write_image(const rom_files *models, size_t rom_bytes,
        const firmware *f, const char *to) {
    size_t at = firmware_find(f, "models")->address - FIRMWARE_BASE;
    size_t bytes = at + rom_bytes;
    uint8_t *image = malloc(bytes);
    if (image == NULL) {
        return cli_fail(to, "not enough memory");
    }
    memcpy(image, f->data, f->code_bytes);
    memset(image + f->code_bytes, 0xFF, at - f->code_bytes); // erased flash
    romfs_write(models->files, models->count, image + at);
    firmware_write_seal(f, image, (uint32_t)bytes);
    nn_error error;
    int err = file_write(to, image, bytes, &error);
    free(image);
    if (err) {
        return cli_fail(to, "%s", error.text);
    }
    rom_files_total(f, rom_bytes);
    return 0;
}

static int pack(const char *base, const char *models, const char *to) {
    uint8_t *bytes;
    size_t rom_bytes;
    firmware f;
    rom_files files = {0};
    int status = firmware_read(&base, &bytes, &f);
    if (status != 0) {
        return status;
    }
    status = rom_files_add_folder(&files, models);
    if (status == 0) {
        status = rom_files_plan(&files, &f, models, &rom_bytes);
    }
    if (status == 0) {
        status = write_image(&files, rom_bytes, &f, to);
    }
    rom_files_free(&files);
    free(bytes);
    return status;
}

int cmd_pack(int argc, char **argv) {
    const char *base = NULL;
    const char *models = NULL;
    const char *to = NULL;
    const cli_option options[] = {
            {.name = "--firmware", .value = &base},
            {.name = "--models", .value = &models},
            {.name = "-o", .value = &to},
    };
    int operands;
    int status = cli_parse(argc, argv, options,
            sizeof options / sizeof options[0], &operands);
    if (status == 0 && operands != 0) {
        status = cli_usage(argv[0], "models come from a folder: --models DIR");
    }
    if (status == 0 && (models == NULL || to == NULL)) {
        status = cli_usage(argv[0], "--models DIR and -o FILE are needed");
    }
    return status ? status : pack(base, models, to);
}
