// SPDX-License-Identifier: MIT
// The file formats behind photo.h.

#ifndef HOST_PHOTO_FORMAT_H
#define HOST_PHOTO_FORMAT_H

#include <stdio.h>

#include "host/photo/photo.h"

// A file in memory.
typedef struct photo_file {
    const uint8_t *bytes;
    size_t size;
} photo_file;

// Checks the size that a header claims, then takes memory for width x height
// pixels of channels bytes each, of which the first three of four bytes may
// be kept later. densest: most pixels that a byte of the format can hold, so
// that a short file cannot ask for much memory.
int photo_allocate(photo *out, uint64_t width, uint64_t height,
        uint32_t channels, const photo_file *file, uint64_t densest,
        nn_error *error);

// Each decodes a whole file. *orientation is EXIF's, 1 … 8, and stays as it
// is where the file says nothing.
int photo_decode_jpeg(photo *out, const photo_file *file, int *orientation,
        nn_error *error);
int photo_decode_png(photo *out, const photo_file *file, int *orientation,
        nn_error *error);
int photo_decode_bmp(photo *out, const photo_file *file, nn_error *error);
int photo_decode_pnm(photo *out, const photo_file *file, nn_error *error);

// Orientation in a block of EXIF data (a TIFF file; EXIF 2.3, section 4.6.4),
// 1 where it has none.
int photo_exif_orientation(const uint8_t *bytes, size_t size);

// Turns the photo so that it stands as its orientation says it should.
int photo_turn(photo *p, int orientation, nn_error *error);

// Each writes one file; whether the stream took it all is for the caller to
// find out.
int photo_encode_jpeg(FILE *to, const img_image *image, nn_error *error);
int photo_encode_png(FILE *to, const img_image *image, nn_error *error);
int photo_encode_ppm(FILE *to, const img_image *image, nn_error *error);

// Row y as RGB888; rgb has room for width pixels.
void photo_rgb_row(const img_image *image, int32_t y, uint8_t *rgb);

#endif
