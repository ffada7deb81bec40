// SPDX-License-Identifier: MIT
// Joins photographs, engine and face decoding.

#include "host/detector/detector.h"

#include "host/cli/cli.h"

int detector_default_model(char *path, size_t bytes, nn_error *error) {
    if (cli_beside(path, bytes, "../models/blazeface_front_128.tflite") != 0) {
        return nn_fail(error, NN_ERR_INPUT,
                "the command's own place is unknown; name a model with "
                "--model");
    }
    return 0;
}

int detector_open(detector *d, const char *model, nn_error *error) {
    int err = engine_open(&d->engine, model, NULL, error);
    if (err) {
        return err;
    }
    err = face_model_init(&d->model, engine_graph(d->engine), error);
    if (err) {
        engine_close(d->engine);
    }
    return err;
}

void detector_close(detector *d) {
    engine_close(d->engine);
}

int detector_run(detector *d, const img_image *image, nn_error *error) {
    img_rows rows;
    int err =
            img_rows_init(&rows, image, NULL, IMG_LETTERBOX, &d->model.target);
    if (err) {
        return nn_fail(error, err,
                "an image of this shape does not fit the "
                "network's input");
    }
    d->map = rows.map;
    engine_set_rows(d->engine, 0, img_rows_read, &rows);
    return engine_run(d->engine, error);
}

uint32_t detector_faces(detector *d, float threshold) {
    const void *outputs[FACE_MAX_OUTPUTS];
    const nn_graph *graph = engine_graph(d->engine);
    for (uint32_t k = 0; k < graph->output_count; k++) {
        outputs[k] = engine_output_data(d->engine, k);
    }
    return face_decode(&d->model, outputs, threshold, &d->map, d->candidates,
            FACE_ANCHORS, d->faces, FACE_ANCHORS);
}
