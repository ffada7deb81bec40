// SPDX-License-Identifier: MIT
// Photographs from files, as RGB888, upright; and images to files.
//
// Reads JPEG (baseline, progressive, grayscale, CMYK), PNG (all kinds), BMP
// (all depths, RLE) and PGM/PPM (plain and raw, up to 16 bits). The format is
// told by the content, not by the name. Any bytes are safe to read.

#ifndef HOST_PHOTO_PHOTO_H
#define HOST_PHOTO_PHOTO_H

#include "image/image.h"
#include "nn/error.h"

enum {
    // A header that claims more pixels is refused; 400 MB of RGB888.
    PHOTO_MAX_PIXELS = 1 << 27,
    // So is a larger file.
    PHOTO_MAX_BYTES = 1 << 29,
};

// image.data is malloc'ed; photo_free() when done.
typedef struct photo {
    img_image image; // RGB888, no gaps between rows
} photo;

// Reads the file at path. Its EXIF orientation is applied, transparent parts
// lie on white, 16-bit samples lose their low byte, CMYK becomes RGB without
// colour profiles. On failure error says why in a sentence without the path
// and nothing needs freeing.
int photo_read(photo *out, const char *path, nn_error *error);

// The same for a file in memory.
int photo_decode(photo *out, const void *bytes, size_t size, nn_error *error);

void photo_free(photo *p);

// Whether photo_decode() would try: looks at the first bytes only, of which
// PHOTO_SNIFF_BYTES are enough.
enum { PHOTO_SNIFF_BYTES = 16 };
int photo_is_known(const void *bytes, size_t size);

// Whether photo_write() knows the suffix of path: .png, .jpg, .jpeg, .ppm.
int photo_can_write(const char *path);

// Writes an image of any format to path, in the file format that the suffix
// of path names. Either the whole file appears or nothing does.
int photo_write(const char *path, const img_image *image, nn_error *error);

#endif
