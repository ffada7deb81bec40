// SPDX-License-Identifier: MIT
// The files that go into a camera's ROM.

#include "host/firmware/rom_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/file/file.h"
#include "host/firmware/fit.h"
#include "host/firmware/packing.h"

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

// Names the file of a model's packed weights, which are made later.
static int name_packed(rom_files *r, const char *model, const packing *p) {
    size_t stem = strlen(model) - strlen(".tflite");
    char *name = malloc(stem + sizeof PACKED);
    if (name != NULL) {
        (void)snprintf(name, stem + sizeof PACKED, "%.*s%s", (int)stem, model,
                PACKED);
    }
    int status = take(r, name, malloc(1), 1);
    if (status == 0) {
        r->files[r->count - 1].bytes = packing_bytes(p);
    }
    return status;
}

// Makes the file at place of the weights that were chosen, if any.
static int make_packed(rom_files *r, size_t place, const packing *p) {
    if (p->missing == p->ops) {
        drop(r, place);
        return 0;
    }
    romfs_source *file = &r->files[place];
    free((void *)file->data);
    file->data = packing_make(p);
    file->bytes = packing_bytes(p);
    return file->data ? 0 : cli_fail("models", "not enough memory");
}

// Makes the packed weights of the models, as far as there is room: a model
// runs without them too. packs[i] is of file i, where that is a model.
static int add_packed(rom_files *r, packing *packs, size_t room) {
    nn_error error;
    size_t model[ROM_FILES_MAX] = {0}; // of a file of packed weights
    int status = 0;
    for (size_t i = 0; i < r->own && status == 0; i++) {
        if (packs[i].ops > 0) {
            status = name_packed(r, r->files[i].name, &packs[i]);
            model[r->count - 1] = i;
        }
    }
    // beside files that are empty but for their header
    size_t bytes = romfs_measure(r->files, r->count);
    room = bytes < room ? room - bytes : 0;
    if (status == 0 && packing_choose(packs, r->own, room, &error)) {
        status = cli_fail("models", "%s", error.text);
    }
    for (size_t k = r->count; k > r->own && status == 0; k--) {
        status = make_packed(r, k - 1, &packs[model[k - 1]]);
    }
    return status;
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

static void report(const rom_files *r, const fit *needs, const packing *packs) {
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
    for (size_t i = 0; i < r->own; i++) {
        const packing *p = &packs[i];
        if (p->missing > 0) {
            printf("%s: no room for %zu bytes of packed weights, of %u of %u "
                   "operators: some %.1f million instructions an inference "
                   "more\n",
                    r->files[i].name, p->missing_bytes, p->missing, p->ops,
                    (double)p->instructions / 1e6);
        }
    }
}

static int plan(rom_files *r, const firmware *f, fit *needs, packing *packs) {
    for (size_t i = 0; i < r->own; i++) {
        const romfs_source *file = &r->files[i];
        nn_error error;
        if (ends_with(file->name, ".tflite") &&
                (fit_model(&needs[i], f, file->data, file->bytes, &error) ||
                        packing_open(&packs[i], file->data, file->bytes,
                                &error))) {
            return cli_fail(file->name, "%s", error.text);
        }
    }
    int status = add_packed(r, packs, room_for(f));
    if (status == 0) {
        report(r, needs, packs);
    }
    return status;
}

int rom_files_plan(rom_files *r, const firmware *f, const char *what,
        size_t *image_bytes) {
    static fit needs[ROM_FILES_MAX];
    static packing packs[ROM_FILES_MAX];
    memset(packs, 0, sizeof packs);
    qsort(r->files, r->count, sizeof r->files[0], by_name);
    r->own = r->count;
    int status = plan(r, f, needs, packs);
    for (size_t i = 0; i < r->own; i++) {
        packing_close(&packs[i]);
    }
    if (status != 0) {
        return status;
    }
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
