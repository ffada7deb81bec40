// SPDX-License-Identifier: MIT
// The photographs in a folder.

#ifndef HOST_PHOTO_FOLDER_H
#define HOST_PHOTO_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "nn/error.h"

typedef struct folder {
    char **names; // without the folder's own path, in order of strcmp()
    size_t count;
} folder;

// Lists the files in path that begin like an image, whatever their names but
// for hidden ones. On failure nothing needs freeing.
int folder_read(folder *out, const char *path, nn_error *error);
// Leaves an empty folder; one that is all zeros is allowed.
void folder_free(folder *f);

// Whether the folder has a photograph of this name.
bool folder_has(const folder *f, const char *name);

// directory/name, malloc'ed; NULL when memory runs out.
char *folder_join(const char *directory, const char *name);

#endif
