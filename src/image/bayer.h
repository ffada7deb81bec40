// SPDX-License-Identifier: MIT
// Colours from pixels behind a mosaic of filters.

#ifndef IMAGE_BAYER_H
#define IMAGE_BAYER_H

#include "image/image.h"

// What lies over pixel x, y: 0 blue, 1 green beside blue, 2 green beside red,
// 3 red.
static inline uint32_t img_bayer_filter(img_bayer pattern, int32_t x,
        int32_t y) {
    uint32_t column = ((uint32_t)x ^ (uint32_t)pattern) & 1;
    uint32_t row = ((uint32_t)y ^ (uint32_t)pattern >> 1) & 1;
    return 2 * row + column;
}

// Colour at x, y, which must lie inside: the pixel's own part, and the means
// of the nearest pixels that have the others. At the edge the neighbours
// inside count for those outside.
img_color img_bayer_color(const img_image *image, int32_t x, int32_t y);

// The same from three rows: the one above y, y itself, the one below.
img_color img_bayer_of_rows(const uint8_t *const rows[3], int32_t width,
        img_bayer pattern, int32_t x, int32_t y);

// What the filter over x, y lets through of a colour.
uint8_t img_bayer_part(img_bayer pattern, int32_t x, int32_t y,
        img_color color);

// The pattern of the part of an image that begins at x, y.
img_bayer img_bayer_shifted(img_bayer pattern, int32_t x, int32_t y);

#endif
