// SPDX-License-Identifier: MIT
// A folder of photographs as input for a network.

#include "host/quantize/photos.h"

#include <stdlib.h>

#include "host/photo/folder.h"
#include "host/photo/photo.h"
#include "image/rows.h"

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

int photos_list(photos *out, const char *folder_path, nn_error *error) {
    *out = (photos){0};
    folder list;
    int code = folder_read(&list, folder_path, error);
    if (code) {
        return code;
    }
    if (list.count == 0) {
        return nn_fail(error, NN_ERR_INVALID, "holds no photographs");
    }
    char **paths = calloc(list.count, sizeof *paths);
    bool complete = paths != NULL;
    for (size_t k = 0; complete && k < list.count; k++) {
        paths[k] = folder_join(folder_path, list.names[k]);
        complete = paths[k] != NULL;
    }
    *out = (photos){.paths = paths, .count = paths ? list.count : 0};
    folder_free(&list);
    if (!complete) {
        photos_free(out);
        return no_memory(error);
    }
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
