// SPDX-License-Identifier: MIT
// A folder of photographs as input for a network.

#include "host/quantize/photos.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/photo/photo.h"
#include "image/rows.h"

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

static bool looks_like_photo(const char *path) {
    uint8_t first[PHOTO_SNIFF_BYTES];
    FILE *file = fopen(path, "rb");
    if (!file) {
        return false;
    }
    size_t size = fread(first, 1, sizeof first, file);
    fclose(file);
    return photo_is_known(first, size);
}

static int add(photos *p, const char *folder, const char *name) {
    size_t length = strlen(folder) + strlen(name) + 2;
    char *path = malloc(length);
    char **list = realloc(p->paths, (p->count + 1) * sizeof *list);
    p->paths = list ? list : p->paths;
    if (!path || !list) {
        free(path);
        return NN_ERR_NO_MEMORY;
    }
    snprintf(path, length, "%s/%s", folder, name);
    if (looks_like_photo(path)) {
        list[p->count++] = path;
    } else {
        free(path);
    }
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int photos_list(photos *out, const char *folder, nn_error *error) {
    *out = (photos){0};
    DIR *directory = opendir(folder);
    if (!directory) {
        return nn_fail(error, NN_ERR_INPUT, "cannot be read: %s",
                strerror(errno));
    }
    int code = 0;
    const struct dirent *entry = readdir(directory);
    for (; !code && entry; entry = readdir(directory)) {
        code = entry->d_name[0] == '.' ? 0 : add(out, folder, entry->d_name);
    }
    closedir(directory);
    if (code) {
        photos_free(out);
        return no_memory(error);
    }
    if (!out->count) {
        photos_free(out);
        return nn_fail(error, NN_ERR_INVALID, "holds no photographs");
    }
    qsort(out->paths, out->count, sizeof *out->paths, by_name);
    return 0;
}

void photos_free(photos *p) {
    for (size_t k = 0; k < p->count; k++) {
        free(p->paths[k]);
    }
    free(p->paths);
    *p = (photos){0};
}

static bool is_image(const nn_tensor *t) {
    bool shape = t->rank == 4 && t->dim[0] == 1 &&
            (t->dim[3] == 1 || t->dim[3] == 3) && t->rows > 1;
    return shape &&
            (t->type == NN_FLOAT32 ||
                    (t->type == NN_INT8 && t->scale_count == 1));
}

int photos_fit(const engine *e, nn_error *error) {
    for (uint32_t k = 0; k < engine_graph(e)->input_count; k++) {
        if (!is_image(engine_input(e, k))) {
            return nn_fail(error, NN_ERR_UNSUPPORTED,
                    "input %u is no image of 1 or 3 channels, so photographs "
                    "cannot calibrate it",
                    k);
        }
    }
    return 0;
}

static img_target target_of(const nn_tensor *t) {
    bool quantised = t->type == NN_INT8;
    double scale = quantised ? (double)t->scale : 1;
    return (img_target){
            .width = t->dim[2],
            .height = t->dim[1],
            .channels = t->dim[3],
            .element = quantised ? IMG_INT8 : IMG_FLOAT32,
            .mul = 2.0 / 255 / scale,
            .add = -1 / scale + (quantised ? t->zero_point : 0),
    };
}

static int run(engine *e, img_rows *rows, const img_image *image,
        nn_error *error) {
    for (uint32_t k = 0; k < engine_graph(e)->input_count; k++) {
        img_target target = target_of(engine_input(e, k));
        int code = img_rows_init(&rows[k], image, NULL, IMG_LETTERBOX, &target);
        if (code) {
            return nn_fail(error, NN_ERR_INVALID, "cannot be resampled");
        }
        engine_set_rows(e, k, img_rows_read, &rows[k]);
    }
    return engine_run(e, error);
}

int photos_run(const photos *p, size_t k, engine *e, nn_error *error) {
    photo picture;
    nn_error reason;
    img_rows *rows = calloc(engine_graph(e)->input_count, sizeof *rows);
    if (!rows) {
        return no_memory(error);
    }
    int code = photo_read(&picture, p->paths[k], &reason);
    if (!code) {
        code = run(e, rows, &picture.image, &reason);
        photo_free(&picture);
    }
    free(rows);
    return code ? nn_fail(error, code, "%s: %s", p->paths[k], reason.text) : 0;
}
