// SPDX-License-Identifier: MIT
// JPEG: baseline files (ITU-T T.81) written from images and read into them.
//
// Integers only, no heap. The encoder reads the image's pixels a block at a
// time and needs about 3 KB of stack; the decoder needs the scratch that it
// is given, whatever the size of the picture.

#ifndef IMAGE_JPEG_H
#define IMAGE_JPEG_H

#include "image/image.h"

// Codes besides those of image.h; errno's numbers.
enum {
    IMG_JPEG_ERR_FULL = -28,        // the file does not fit its memory
    IMG_JPEG_ERR_SCRATCH = -12,     // less scratch than the file needs
    IMG_JPEG_ERR_DAMAGED = -74,     // not a JPEG file, or a damaged one
    IMG_JPEG_ERR_UNSUPPORTED = -95, // a JPEG file of a kind not read here
};

// How many pixels share a sample of colour, horizontally x vertically.
typedef enum img_jpeg_sampling {
    IMG_JPEG_AUTO, // 4:2:0 below quality 80, 4:2:2 below 95, else 4:4:4
    IMG_JPEG_444,  // 1 x 1
    IMG_JPEG_422,  // 2 x 1
    IMG_JPEG_420,  // 2 x 2
} img_jpeg_sampling;

// Writes `image` as a file of at most `capacity` bytes to `out` and the size
// to *bytes. Quality is 1 … 100 with the usual meaning, that of the tables in
// T.81 annex K scaled as libjpeg does. Grayscale and binary images make files
// of one component. Any format that has pixels.
// IMG_JPEG_ERR_FULL: stopped where `capacity` was reached; *bytes is 0.
// IMG_ERR_INVALID: an impossible image, quality or sampling.
int img_jpeg_encode(const img_image *image, int quality,
        img_jpeg_sampling sampling, uint8_t *out, size_t capacity,
        size_t *bytes);

typedef struct img_jpeg_info {
    int32_t width, height;
    uint8_t components;   // 1: grayscale, 3: colour
    uint8_t h, v;         // pixels that share a sample of colour
    size_t scratch_bytes; // that img_jpeg_decode() needs, about 6 KB
} img_jpeg_info;

// Reads the headers of a file.
// IMG_JPEG_ERR_DAMAGED: not a JPEG file, or a damaged one.
// IMG_JPEG_ERR_UNSUPPORTED: progressive, arithmetic or lossless coding, 12
// bits, CMYK, components in scans of their own.
int img_jpeg_read_info(const void *data, size_t bytes, img_jpeg_info *info);

// Reads a file into the pixels of `out`, whose width and height must be the
// file's, in any format that has pixels. Samples of colour are repeated, not
// interpolated. Scratch needs no alignment.
// The codes are those of img_jpeg_read_info(), IMG_JPEG_ERR_SCRATCH, and
// IMG_ERR_INVALID for another size. When the scan is damaged or ends too soon,
// `out` holds what came before.
int img_jpeg_decode(const void *data, size_t bytes, const img_image *out,
        void *scratch, size_t scratch_bytes);

#endif
