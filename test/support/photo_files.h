// SPDX-License-Identifier: MIT
// Image files of many kinds that all show one small picture.

#ifndef TEST_SUPPORT_PHOTO_FILES_H
#define TEST_SUPPORT_PHOTO_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "image/image.h"

// The picture: gentle slopes, so that lossy formats come near.
enum { PICTURE_WIDTH = 13, PICTURE_HEIGHT = 9 };
img_color picture_at(int32_t x, int32_t y);

typedef struct photo_sample {
    const char *name; // with its suffix
    uint8_t *bytes;   // malloc'ed
    size_t size;
    int slack; // how far a colour may be off
    int gray;  // the file shows the picture's luma
} photo_sample;

// Makes them all; returns an array of *count, freed by photo_samples_free().
photo_sample *photo_samples(size_t *count);
void photo_samples_free(photo_sample *samples, size_t count);

#endif
