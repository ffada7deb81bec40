// SPDX-License-Identifier: MIT
// BlazeFace on the host: a model, its engine and the faces it finds.

#ifndef HOST_DETECTOR_DETECTOR_H
#define HOST_DETECTOR_DETECTOR_H

#include "face/face.h"
#include "host/engine/engine.h"

typedef struct detector {
    engine *engine;
    face_model model;
    img_map map; // of the last image
    face_candidate candidates[FACE_ANCHORS];
    face_detection faces[FACE_ANCHORS];
} detector;

// Where the model is that commands use unless told otherwise:
// ../models/blazeface_front_128.tflite beside the command. path has room for
// bytes.
int detector_default_model(char *path, size_t bytes, nn_error *error);

// Opens a model, int8 or float. On failure nothing needs closing.
int detector_open(detector *d, const char *model, nn_error *error);
void detector_close(detector *d);

// Runs the network on an image.
int detector_run(detector *d, const img_image *image, nn_error *error);

// Writes the faces of the last run that score at least threshold to d->faces,
// the best first, in the image's pixels; returns how many.
uint32_t detector_faces(detector *d, float threshold);

#endif
