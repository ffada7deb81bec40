// SPDX-License-Identifier: MIT
// What an image is: pixels in memory that somebody else owns.

#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

// Codes of this module; the numbers equal those of nn/error.h.
enum {
    IMG_ERR_INVALID = -22, // a size, place or number that makes no sense
    IMG_ERR_RANGE = -34,   // a number too large for the fixed point used here
};

// Widest and highest image; keeps positions in 32.32 fixed point exact.
enum { IMG_MAX_SIDE = 65535 };

// How a pixel lies in memory.
typedef enum img_format {
    IMG_GRAYSCALE, // 1 byte, 0 black … 255 white
    IMG_RGB565,    // 2 bytes, little-endian: red in bits 15-11, green 10-5,
                   // blue 4-0 (OpenMV's order in memory and on the wire)
    IMG_YUV422,    // 2 bytes: Y U of the left, Y V of the right pixel of a
                   // pair; full-range BT.601 as in JPEG
    IMG_RGB888,    // 3 bytes: red, green, blue
} img_format;

typedef struct img_image {
    uint8_t *data;   // row y begins at data + y * stride; no alignment needed
    int32_t width;   // pixels, 1 … IMG_MAX_SIDE
    int32_t height;  // pixels, 1 … IMG_MAX_SIDE
    uint32_t stride; // bytes from one row to the next
    img_format format;
} img_image;

typedef struct img_color {
    uint8_t r, g, b;
} img_color;

// Bytes of one pixel.
uint32_t img_pixel_bytes(img_format format);

// Describes pixels without gaps between the rows.
img_image img_image_of(void *data, int32_t width, int32_t height,
        img_format format);

// Whether the sizes are possible and a row fits its stride. Every function of
// this module that returns a code begins with this check.
int img_check(const img_image *image);

// Colour of the pixel at x, y, which must lie inside.
img_color img_get(const img_image *image, int32_t x, int32_t y);

// Sets the pixel at x, y; outside the image nothing happens. In YUV422 the
// chroma of the pair is set too.
void img_set(const img_image *image, int32_t x, int32_t y, img_color color);

#endif
