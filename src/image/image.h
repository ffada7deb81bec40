// SPDX-License-Identifier: MIT
// What an image is: pixels in memory that somebody else owns.

#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Codes of this module; the numbers equal those of nn/error.h.
enum {
    IMG_ERR_READ = -5,         // bytes did not come or go (EIO)
    IMG_ERR_NO_MEMORY = -12,   // a buffer is too small (ENOMEM)
    IMG_ERR_INVALID = -22,     // a size, place or number that makes no sense
    IMG_ERR_RANGE = -34,       // a number too large for the fixed point here
    IMG_ERR_UNSUPPORTED = -95, // a file of a kind that is not read here
};

// Widest and highest image; keeps positions in 32.32 fixed point exact.
enum { IMG_MAX_SIDE = 65535 };

// How a pixel lies in memory, or that there are none yet.
typedef enum img_format {
    IMG_GRAYSCALE, // 1 byte, 0 black … 255 white
    IMG_RGB565,    // 2 bytes, little-endian: red in bits 15-11, green 10-5,
                   // blue 4-0 (OpenMV's order in memory and on the wire)
    IMG_YUV422,    // 2 bytes: Y U of the left, Y V of the right pixel of a
                   // pair; full-range BT.601 as in JPEG
    IMG_RGB888,    // 3 bytes: red, green, blue
    IMG_BINARY,    // 1 bit, the left pixel lowest; rows are whole 32-bit words
    IMG_BAYER,     // 1 byte behind the filter that img_image.bayer names
    IMG_JPEG,      // a file of img_image.bytes bytes; stride is 0
    IMG_PNG,       // a file alike
} img_format;

// The filters over the first two pixels of row 0, then of row 1. Against BGGR
// bit 0 exchanges the columns, bit 1 the rows.
typedef enum img_bayer {
    IMG_BGGR = 0,
    IMG_GBRG = 1,
    IMG_GRBG = 2,
    IMG_RGGB = 3,
} img_bayer;

typedef struct img_image {
    uint8_t *data;   // row y begins at data + y * stride; no alignment needed
    int32_t width;   // pixels, 1 … IMG_MAX_SIDE
    int32_t height;  // pixels, 1 … IMG_MAX_SIDE
    uint32_t stride; // bytes from one row to the next
    img_format format;
    img_bayer bayer; // IMG_BAYER only
    uint32_t bytes;  // IMG_JPEG and IMG_PNG only: the file's size
} img_image;

typedef struct img_color {
    uint8_t r, g, b;
} img_color;

// Whether the format has pixels that can be read: all but files.
bool img_has_pixels(img_format format);

// Bytes of one row without a gap behind it; 0 for files.
uint32_t img_row_bytes(img_format format, int32_t width);

// Bytes of the image: its rows, or its file.
size_t img_bytes(const img_image *image);

// Describes pixels without gaps between the rows.
img_image img_image_of(void *data, int32_t width, int32_t height,
        img_format format);

// Whether the sizes are possible, there are pixels and a row fits its stride.
// Every function of this module that returns a code begins with this check.
int img_check(const img_image *image);

// Colour of the pixel at x, y, which must lie inside. Of a Bayer pixel, the
// colour made of its neighbours' (see bayer.h).
img_color img_get(const img_image *image, int32_t x, int32_t y);

// Sets the pixel at x, y; outside the image nothing happens. In YUV422 the
// chroma of the pair is set too. In BINARY luma above 127 is 1; in BAYER the
// pixel takes what its filter lets through.
void img_set(const img_image *image, int32_t x, int32_t y, img_color color);

#endif
