// SPDX-License-Identifier: MIT
// blazecam pack: puts models into a firmware, without a compiler.

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/commands.h"
#include "host/engine/engine.h"
#include "host/file/file.h"
#include "host/firmware/default_firmware.h"
#include "host/firmware/fit.h"
#include "host/romfs/romfs_write.h"

enum { MAX_FILES = 256, MAX_FILE_BYTES = 1 << 28 };

// The files of a folder that go into the ROM: models and their labels, and
// then models' packed weights.
typedef struct folder {
    const char *path;
    romfs_source files[MAX_FILES];
    size_t count;
    size_t own; // files that were in the folder
} folder;

static bool ends_with(const char *name, const char *ending) {
    size_t a = strlen(name);
    size_t b = strlen(ending);
    return a > b && strcmp(name + a - b, ending) == 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const romfs_source *)a)->name,
            ((const romfs_source *)b)->name);
}

static void close_folder(folder *d) {
    for (size_t i = 0; i < d->count; i++) {
        free((char *)d->files[i].name);
        free((void *)d->files[i].data);
    }
}

static int add_file(folder *d, const char *name) {
    char path[4096];
    uint8_t *bytes;
    nn_error error;
    int length = snprintf(path, sizeof path, "%s/%s", d->path, name);
    if (length < 0 || (size_t)length >= sizeof path || d->count == MAX_FILES) {
        return cli_fail(d->path, "too many files or too long names");
    }
    romfs_source *file = &d->files[d->count];
    if (file_read(path, MAX_FILE_BYTES, &bytes, &file->bytes, &error)) {
        return cli_fail(path, "%s", error.text);
    }
    file->data = bytes;
    file->name = strdup(name);
    d->count++;
    return file->name != NULL ? 0 : cli_fail(path, "not enough memory");
}

static int open_folder(folder *d, const char *path) {
    *d = (folder){.path = path};
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return cli_fail(path, "no such folder, or it cannot be read");
    }
    int status = 0;
    for (struct dirent *e = readdir(dir); e != NULL && status == 0;
            e = readdir(dir)) {
        if (e->d_name[0] != '.' &&
                (ends_with(e->d_name, ".tflite") ||
                        ends_with(e->d_name, ".txt"))) {
            status = add_file(d, e->d_name);
        }
    }
    closedir(dir);
    if (status == 0 && d->count == 0) {
        status = cli_fail(path, "there is no .tflite in this folder");
    }
    // the same folder makes the same image on every machine
    qsort(d->files, d->count, sizeof d->files[0], by_name);
    d->own = d->count;
    return status;
}

// The model's weights in the order in which the camera's kernels read them.
static int add_packed(folder *d, const romfs_source *model) {
    size_t stem = strlen(model->name) - strlen(".tflite");
    engine *e;
    nn_error error;
    if (d->count == MAX_FILES) {
        return cli_fail(d->path, "too many files");
    }
    if (engine_open_bytes(&e, model->data, model->bytes, NULL, &error)) {
        return cli_fail(model->name, "%s", error.text);
    }
    romfs_source *file = &d->files[d->count++];
    file->data = engine_packed(e, &file->bytes);
    engine_close(e);
    char *name = malloc(stem + sizeof ".packed");
    file->name = name;
    if (file->data == NULL || name == NULL) {
        return cli_fail(model->name, "not enough memory");
    }
    memcpy(name, model->name, stem);
    memcpy(name + stem, ".packed", sizeof ".packed");
    return 0;
}

// Leaves out the largest packed weights until the rest fits: a model runs
// without them too.
static void fit_packed(folder *d, size_t room) {
    while (d->count > d->own && romfs_measure(d->files, d->count) > room) {
        size_t largest = d->own;
        for (size_t i = d->own; i < d->count; i++) {
            if (d->files[i].bytes > d->files[largest].bytes) {
                largest = i;
            }
        }
        free((char *)d->files[largest].name);
        free((void *)d->files[largest].data);
        d->files[largest] = d->files[--d->count];
    }
    qsort(d->files + d->own, d->count - d->own, sizeof d->files[0], by_name);
}

// Bytes of the packed weights that go with a model, 0 where there are none.
static size_t packed_bytes(const folder *d, const char *name) {
    size_t stem = strlen(name) - strlen("tflite");
    for (size_t i = d->own; i < d->count; i++) {
        if (strncmp(d->files[i].name, name, stem) == 0 &&
                strcmp(d->files[i].name + stem, "packed") == 0) {
            return d->files[i].bytes;
        }
    }
    return 0;
}

// A line for each file.
static void report_files(const folder *d, const fit *needs) {
    printf("%-34s%10s%10s%10s  %s\n", "file", "flash", "packed", "arena",
            "tensors in");
    for (size_t i = 0; i < d->own; i++) {
        const romfs_source *file = &d->files[i];
        printf("%-34s%10zu", file->name, file->bytes);
        if (ends_with(file->name, ".tflite")) {
            printf("%10zu%10u  %s", packed_bytes(d, file->name),
                    needs[i].arena_bytes,
                    needs[i].in_arena ? "tensor memory" : "Python's heap");
        }
        printf("\n");
    }
}

// Fails for a model that cannot run.
static int check_files(folder *d, const firmware *f) {
    static fit needs[MAX_FILES];
    for (size_t i = 0; i < d->own; i++) {
        const romfs_source *file = &d->files[i];
        nn_error error;
        if (!ends_with(file->name, ".tflite")) {
            continue;
        }
        if (fit_model(&needs[i], f, file->data, file->bytes, &error)) {
            return cli_fail(file->name, "%s", error.text);
        }
        int status = add_packed(d, file);
        if (status != 0) {
            return status;
        }
    }
    fit_packed(d, firmware_find(f, "models")->bytes);
    report_files(d, needs);
    return 0;
}

static int write_image(const folder *d, const firmware *f, const char *to) {
    const firmware_region *models = firmware_find(f, "models");
    size_t rom_bytes = romfs_measure(d->files, d->count);
    if (rom_bytes > models->bytes) {
        return cli_fail(d->path,
                "the models take %zu bytes of flash, there are %u: %zu too "
                "many",
                rom_bytes, models->bytes, rom_bytes - models->bytes);
    }
    size_t at = models->address - FIRMWARE_BASE;
    uint8_t *image = malloc(at + rom_bytes);
    if (image == NULL) {
        return cli_fail(to, "not enough memory");
    }
    memcpy(image, f->data, f->code_bytes);
    memset(image + f->code_bytes, 0xFF, at - f->code_bytes); // erased flash
    romfs_write(d->files, d->count, image + at);
    nn_error error;
    int err = file_write(to, image, at + rom_bytes, &error);
    free(image);
    if (err) {
        return cli_fail(to, "%s", error.text);
    }
    printf("%-34s%10zu of %u bytes, %zu free\n", "models", rom_bytes,
            models->bytes, models->bytes - rom_bytes);
    return 0;
}

static int pack(const char *base, const char *models, const char *to) {
    uint8_t *bytes;
    firmware f;
    folder d;
    int status = firmware_read(&base, &bytes, &f);
    if (status != 0) {
        return status;
    }
    status = open_folder(&d, models);
    if (status == 0) {
        status = check_files(&d, &f);
    }
    if (status == 0) {
        status = write_image(&d, &f, to);
    }
    close_folder(&d);
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
