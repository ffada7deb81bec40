// SPDX-License-Identifier: MIT
// The files that go into a camera's ROM.

#include "host/firmware/rom_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/engine/engine.h"
#include "host/file/file.h"
#include "host/firmware/fit.h"

enum { MAX_FILE_BYTES = 1 << 28 };
#define PACKED ".packed"

static bool ends_with(const char *name, const char *ending) {
    size_t a = strlen(name);
    size_t b = strlen(ending);
    return a > b && strcmp(name + a - b, ending) == 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const romfs_source *)a)->name,
            ((const romfs_source *)b)->name);
}

void rom_files_free(rom_files *r) {
    for (size_t i = 0; i < r->count; i++) {
        free((char *)r->files[i].name);
        free((void *)r->files[i].data);
    }
    r->count = 0;
}

static void drop(rom_files *r, size_t i) {
    free((char *)r->files[i].name);
    free((void *)r->files[i].data);
    r->files[i] = r->files[--r->count];
}

bool rom_files_remove(rom_files *r, const char *name) {
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->files[i].name, name) == 0) {
            drop(r, i);
            return true;
        }
    }
    return false;
}

// Takes the name and the bytes, which are malloc'ed.
static int take(rom_files *r, char *name, uint8_t *data, size_t bytes) {
    int status = 0;
    if (name == NULL || data == NULL) {
        status = cli_fail("models", "not enough memory");
    } else {
        (void)rom_files_remove(r, name);
        if (r->count == ROM_FILES_MAX) {
            status = cli_fail(name, "more than %d files", ROM_FILES_MAX);
        }
    }
    if (status != 0) {
        free(name);
        free(data);
        return status;
    }
    r->files[r->count++] =
            (romfs_source){.name = name, .data = data, .bytes = bytes};
    return 0;
}

int rom_files_add(rom_files *r, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    uint8_t *data;
    size_t bytes;
    nn_error error;
    if (!ends_with(name, ".tflite") && !ends_with(name, ".txt")) {
        return cli_fail(path, "neither a .tflite nor the .txt of its labels");
    }
    if (file_read(path, MAX_FILE_BYTES, &data, &bytes, &error)) {
        return cli_fail(path, "%s", error.text);
    }
    return take(r, strdup(name), data, bytes);
}

int rom_files_add_folder(rom_files *r, const char *path) {
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return cli_fail(path, "no such folder, or it cannot be read");
    }
    int status = 0;
    size_t before = r->count;
    for (struct dirent *e = readdir(dir); e != NULL && status == 0;
            e = readdir(dir)) {
        char file[4096];
        if (e->d_name[0] == '.' ||
                (!ends_with(e->d_name, ".tflite") &&
                        !ends_with(e->d_name, ".txt"))) {
            continue;
        }
        int length = snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        status = length < 0 || (size_t)length >= sizeof file
                ? cli_fail(path, "too long names")
                : rom_files_add(r, file);
    }
    closedir(dir);
    if (status == 0 && r->count == before) {
        status = cli_fail(path, "there is no .tflite in this folder");
    }
    return status;
}

int rom_files_add_image(rom_files *r, const romfs *rom) {
    romfs_file file = {0};
    int status = 0;
    while (status == 0 && romfs_next(rom, &file)) {
        char *name = strndup(file.name, file.name_bytes);
        if (name != NULL && ends_with(name, PACKED)) {
            free(name);
            continue;
        }
        uint8_t *data = malloc(file.bytes > 0 ? file.bytes : 1);
        if (data != NULL) {
            memcpy(data, file.data, file.bytes);
        }
        status = take(r, name, data, file.bytes);
    }
    return status;
}

// --- packed weights ------------------------------------------------------

// The model's weights in the order in which the camera's kernels read them.
static int add_packed(rom_files *r, const romfs_source *model) {
    size_t stem = strlen(model->name) - strlen(".tflite");
    engine *e;
    nn_error error;
    if (engine_open_bytes(&e, model->data, model->bytes, NULL, &error)) {
        return cli_fail(model->name, "%s", error.text);
    }
    size_t bytes;
    uint8_t *data = engine_packed(e, &bytes);
    engine_close(e);
    char *name = malloc(stem + sizeof PACKED);
    if (name != NULL) {
        (void)snprintf(name, stem + sizeof PACKED, "%.*s%s", (int)stem,
                model->name, PACKED);
    }
    return take(r, name, data, bytes);
}

// Leaves out the largest packed weights until the rest fits: a model runs
// without them too.
static void fit_packed(rom_files *r, size_t room) {
    while (r->count > r->own && romfs_measure(r->files, r->count) > room) {
        size_t largest = r->own;
        for (size_t i = r->own; i < r->count; i++) {
            if (r->files[i].bytes > r->files[largest].bytes) {
                largest = i;
            }
        }
        drop(r, largest);
    }
    qsort(r->files + r->own, r->count - r->own, sizeof r->files[0], by_name);
}

// Bytes of the packed weights that go with a model, 0 where there are none.
static size_t packed_bytes(const rom_files *r, const char *name) {
    size_t stem = strlen(name) - strlen(".tflite");
    for (size_t i = r->own; i < r->count; i++) {
        if (strncmp(r->files[i].name, name, stem) == 0 &&
                strcmp(r->files[i].name + stem, PACKED) == 0) {
            return r->files[i].bytes;
        }
    }
    return 0;
}

// --- the report ----------------------------------------------------------

static size_t room_for(const firmware *f) {
    return firmware_find(f, "models")->bytes;
}

static void report(const rom_files *r, const fit *needs) {
    printf("%-34s%10s%10s%10s  %s\n", "file", "flash", "packed", "arena",
            "tensors in");
    for (size_t i = 0; i < r->own; i++) {
        const romfs_source *file = &r->files[i];
        printf("%-34s%10zu", file->name, file->bytes);
        if (ends_with(file->name, ".tflite")) {
            printf("%10zu%10u  %s", packed_bytes(r, file->name),
                    needs[i].arena_bytes,
                    needs[i].in_arena ? "tensor memory" : "Python's heap");
        }
        printf("\n");
    }
}

int rom_files_plan(rom_files *r, const firmware *f, const char *what,
        size_t *image_bytes) {
    static fit needs[ROM_FILES_MAX];
    qsort(r->files, r->count, sizeof r->files[0], by_name);
    r->own = r->count;
    for (size_t i = 0; i < r->own; i++) {
        const romfs_source *file = &r->files[i];
        nn_error error;
        if (!ends_with(file->name, ".tflite")) {
            continue;
        }
        if (fit_model(&needs[i], f, file->data, file->bytes, &error)) {
            return cli_fail(file->name, "%s", error.text);
        }
        int status = add_packed(r, file);
        if (status != 0) {
            return status;
        }
    }
    fit_packed(r, room_for(f));
    report(r, needs);
    *image_bytes = romfs_measure(r->files, r->count);
    if (*image_bytes > room_for(f)) {
        return cli_fail(what,
                "the models take %zu bytes of flash, there are %zu: %zu too "
                "many",
                *image_bytes, room_for(f), *image_bytes - room_for(f));
    }
    return 0;
}

void rom_files_total(const firmware *f, size_t bytes) {
    printf("%-34s%10zu of %zu bytes, %zu free\n", "models", bytes, room_for(f),
            room_for(f) - bytes);
}
