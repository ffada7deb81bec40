// SPDX-License-Identifier: MIT
// The models in a camera's flash: listing, adding, removing.

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/cam/session.h"
#include "host/cli/cli.h"
#include "host/firmware/rom_files.h"
#include "link/vendor.h"
#include "rom/rom_update.h"

enum { READ_PIECE = 16384 };

typedef struct rom_copy {
    uint8_t *bytes; // of the camera's image, or NULL
    uint32_t size;
    uint32_t state;
} rom_copy;

static int ask_state(cam_session *s, rom_copy *copy) {
    cam_answer answer;
    int err = cam_ask(&s->client, VENDOR_ROM_STATE, 0, NULL, 0, &answer);
    if (err == OMV_STATUS_INVALID) {
        return cli_fail(s->port.path,
                "this camera does not run blazecam; flash it first: blazecam "
                "flash");
    }
    if (err == 0 && answer.bytes < 8) {
        err = CAM_NONSENSE;
    }
    if (err != 0) {
        return cam_failed(s, NULL, err);
    }
    copy->state = omv_get32(answer.data);
    copy->size = omv_get32(answer.data + 4);
    return 0;
}

static int read_image(cam_session *s, rom_copy *copy) {
    copy->bytes = malloc(copy->size > 0 ? copy->size : 1);
    if (copy->bytes == NULL) {
        return cli_fail("models", "not enough memory");
    }
    for (uint32_t at = 0; at < copy->size;) {
        uint8_t payload[8];
        cam_answer answer;
        uint32_t count = copy->size - at;
        count = count < READ_PIECE ? count : READ_PIECE;
        omv_put32(payload, at);
        omv_put32(payload + 4, count);
        int err = cam_ask(&s->client, VENDOR_ROM_READ, 0, payload,
                sizeof(payload), &answer);
        if (err == 0 && answer.bytes != count) {
            err = CAM_NONSENSE;
        }
        if (err != 0) {
            cli_progress_end();
            return cam_failed(s, NULL, err);
        }
        memcpy(copy->bytes + at, answer.data, count);
        at += count;
        cli_progress("reading", at, copy->size);
    }
    cli_progress_end();
    return 0;
}

// The camera's image; state and size only where it is none.
static int fetch(cam_session *s, rom_copy *copy, romfs *rom) {
    *copy = (rom_copy){0};
    *rom = (romfs){0};
    int status = ask_state(s, copy);
    if (status != 0 || copy->state != ROM_MODELS) {
        return status;
    }
    status = read_image(s, copy);
    if (status == 0 && romfs_open(rom, copy->bytes, copy->size) != 0) {
        status = cli_fail(s->port.path, "its models arrived damaged");
    }
    return status;
}

static const char *state_text(uint32_t state) {
    switch (state) {
    case ROM_EMPTY:
        return "no models";
    case ROM_UNFINISHED:
        return "no models: putting them there was interrupted; put them again";
    default:
        return "its models are damaged; put them again";
    }
}

// The regions of the firmware that runs there, for the fit.
static int fetch_regions(cam_session *s, firmware *f, uint8_t *header) {
    cam_answer answer;
    nn_error error;
    int err = cam_ask(&s->client, VENDOR_HEADER, 0, NULL, 0, &answer);
    if (err == 0 && answer.bytes != FIRMWARE_HEADER_BYTES) {
        err = CAM_NONSENSE;
    }
    if (err != 0) {
        return cam_failed(s, NULL, err);
    }
    memcpy(header, answer.data, FIRMWARE_HEADER_BYTES);
    if (firmware_open_header(f, header, &error) != 0) {
        return cli_fail(s->port.path, "%s", error.text);
    }
    return firmware_find(f, "models") != NULL
            ? 0
            : cli_fail(s->port.path, "its firmware has no room for models");
}

int cam_rom_list(cam_session *s) {
    rom_copy copy;
    romfs rom;
    int status = fetch(s, &copy, &rom);
    if (status == 0 && copy.state != ROM_MODELS) {
        printf("%s\n", state_text(copy.state));
    } else if (status == 0) {
        romfs_file file = {0};
        while (romfs_next(&rom, &file)) {
            printf("%-34.*s%10u\n", (int)file.name_bytes, file.name,
                    file.bytes);
        }
        printf("%-34s%10u\n", "all", copy.size);
    }
    free(copy.bytes);
    return status;
}

// --- writing -------------------------------------------------------------

static int erase(cam_session *s) {
    uint32_t left = 1;
    uint32_t all = 0;
    int err = 0;
    unsigned patience = s->client.answer_ms;
    s->client.answer_ms = VENDOR_ERASE_MS;
    for (uint32_t n = 1; err == 0 && left > 0; n++) {
        cam_answer answer;
        err = cam_ask_once(&s->client, VENDOR_ROM_ERASE, 0, NULL, 0, &answer);
        if (err == 0 && answer.bytes < 4) {
            err = CAM_NONSENSE;
        }
        if (err == 0) {
            left = omv_get32(answer.data);
            all = all ? all : left + 1;
            cli_progress("erasing", n, all);
        }
    }
    s->client.answer_ms = patience;
    return err;
}

static int send_image(cam_session *s, const uint8_t *image, uint32_t bytes) {
    uint8_t payload[4096];
    uint32_t most = s->client.max_payload - 4;
    int err = 0;
    for (uint32_t at = 0; err == 0 && at < bytes;) {
        uint32_t count = bytes - at < most ? bytes - at : most;
        omv_put32(payload, at);
        memcpy(payload + 4, image + at, count);
        err = cam_ask_once(&s->client, VENDOR_ROM_WRITE, 0, payload, 4 + count,
                NULL);
        at += count;
        cli_progress("writing", at, bytes);
    }
    return err;
}

// None of this may be asked twice: what fails is begun anew by the user.
static int replace(cam_session *s, const uint8_t *image, uint32_t bytes) {
    uint8_t payload[8];
    omv_put32(payload, bytes);
    omv_put32(payload + 4, romfs_crc(0, image, bytes));
    unsigned patience = s->client.answer_ms;
    s->client.answer_ms = VENDOR_ERASE_MS; // a script may have to end
    int err = cam_ask_once(&s->client, VENDOR_ROM_BEGIN, 0, payload,
            sizeof(payload), NULL);
    s->client.answer_ms = patience;
    err = err != 0 ? err : erase(s);
    err = err != 0 ? err : send_image(s, image, bytes);
    s->client.answer_ms = VENDOR_ERASE_MS; // it is read back
    err = err != 0 ? err
                   : cam_ask_once(&s->client, VENDOR_ROM_END, 0, NULL, 0, NULL);
    s->client.answer_ms = patience;
    cli_progress_end();
    return err == 0
            ? 0
            : cli_fail(s->port.path,
                      "%s; the models are not whole now, put them again",
                      cam_explain(err));
}

static int write_files(cam_session *s, rom_files *files, const firmware *f) {
    size_t bytes = 0;
    int status = 0;
    uint8_t *image = NULL;
    if (files->count > 0) {
        status = rom_files_plan(files, f, "models", &bytes);
        image = status == 0 ? malloc(bytes) : NULL;
        if (status == 0 && image == NULL) {
            status = cli_fail("models", "not enough memory");
        }
    }
    if (status == 0 && image != NULL) {
        romfs_write(files->files, files->count, image);
    }
    if (status == 0) {
        status = replace(s, image, (uint32_t)bytes);
    }
    if (status == 0) {
        rom_files_total(f, bytes);
    }
    free(image);
    return status;
}

static int add_path(rom_files *files, const char *path) {
    struct stat about;
    bool folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    return folder ? rom_files_add_folder(files, path)
                  : rom_files_add(files, path);
}

// What is there, changed by `change`, written back.
static int change_files(cam_session *s, char **words, size_t count,
        int (*change)(rom_files *files, const char *word)) {
    uint8_t header[FIRMWARE_HEADER_BYTES];
    static rom_files files;
    firmware f;
    rom_copy copy = {0};
    romfs rom;
    int status = fetch_regions(s, &f, header);
    status = status != 0 ? status : fetch(s, &copy, &rom);
    if (status == 0 && rom.bytes > 0) {
        status = rom_files_add_image(&files, &rom);
    }
    for (size_t i = 0; status == 0 && i < count; i++) {
        status = change(&files, words[i]);
    }
    if (status == 0) {
        status = write_files(s, &files, &f);
    }
    rom_files_free(&files);
    free(copy.bytes);
    return status;
}

int cam_rom_put(cam_session *s, char **paths, size_t count) {
    return change_files(s, paths, count, add_path);
}

static int remove_name(rom_files *files, const char *name) {
    return rom_files_remove(files, name)
            ? 0
            : cli_fail(name, "the camera has no such model");
}

int cam_rom_remove(cam_session *s, char **names, size_t count) {
    return change_files(s, names, count, remove_name);
}
