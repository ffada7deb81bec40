// SPDX-License-Identifier: MIT
// A folder of photographs as input for a network.

#ifndef HOST_QUANTIZE_PHOTOS_H
#define HOST_QUANTIZE_PHOTOS_H

#include "host/engine/engine.h"
#include "nn/error.h"

typedef struct photos {
    char **paths; // sorted by name
    size_t count;
} photos;

// Lists the photographs in a folder; other files are left out.
// NN_ERR_INVALID where there is none, NN_ERR_INPUT where the folder cannot be
// read.
int photos_list(photos *out, const char *folder_path, nn_error *error);
void photos_free(photos *p);

// Runs e on photo k: letterboxed, black at -1 and white at 1, into every
// input. Inputs must be images: 1 x height x width x 1 or 3. An error names
// the photo.
int photos_run(const photos *p, size_t k, engine *e, nn_error *error);

// Whether photos_run() can feed e; says which input is no image.
int photos_fit(const engine *e, nn_error *error);

#endif
