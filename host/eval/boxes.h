// SPDX-License-Identifier: MIT
// boxes.csv: where the faces of a folder of photographs are.
//
// The first line names the columns: file, x, y, w, h (pixels of the stored
// image, x and y the top left corner), and, where present, small, hard and
// ignore. Other columns are skipped. One row a face.

#ifndef HOST_EVAL_BOXES_H
#define HOST_EVAL_BOXES_H

#include <stdbool.h>
#include <stddef.h>

#include "nn/error.h"

typedef struct boxes_row {
    const char *file;
    float x, y, w, h;
    bool counts; // none of small, hard and ignore is set
} boxes_row;

typedef struct boxes {
    boxes_row *rows; // ordered by file, then as they stand in the file
    size_t count;
    char *text; // the rows' names point into it
} boxes;

// Reads a file. On failure error names the line and nothing needs freeing.
int boxes_read(boxes *out, const char *path, nn_error *error);
// Leaves no rows; boxes that are all zeros are allowed.
void boxes_free(boxes *b);

#endif
