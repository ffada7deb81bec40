// SPDX-License-Identifier: MIT
// Rows of a network's input tensor, made from an image as they are needed.
//
// Crop, letterbox or stretch, resize, colour conversion, normalisation and
// quantisation are one pass from the image's pixels to the tensor's elements;
// nothing between them is stored. The arithmetic is in integers and rounds
// once, so that the host and the camera write the same bytes. (float32
// elements take one multiplication and one addition on top; compile with
// -ffp-contract=off, or the two may be fused on one machine only.)
//
// Resampling: bilinear, a 2x2 neighbourhood around the place that the centre
// of the tensor's pixel has in the image, whatever the reduction.

#ifndef IMAGE_ROWS_H
#define IMAGE_ROWS_H

#include "image/image.h"

// A part of an image, in pixels; the top left pixel covers 0 … 1. May have
// fractions and may reach beyond the image.
typedef struct img_rect {
    float x, y, w, h;
} img_rect;

typedef enum img_fit {
    IMG_LETTERBOX, // keeps the aspect, centred between two black bars
    IMG_STRETCH,   // fills the tensor
} img_fit;

typedef enum img_element {
    IMG_INT8,
    IMG_UINT8,
    IMG_FLOAT32,
} img_element;

// What the tensor holds: 1 x height x width x channels elements, each
// pixel * mul + add with pixel in 0 … 255; rounded to the nearest number and
// saturated for the integer types.
// A tensor with scale s and zero point z whose real values run from lo for
// black to hi for white has mul = (hi - lo) / 255 / s, add = lo / s + z.
// Where channels differ, mul and add are those of red and each other channel
// has its own.
typedef struct img_target {
    int32_t width;
    int32_t height;
    int32_t channels; // 1 (luma) or 3 (red, green, blue)
    img_element element;
    double mul;
    double add;
    bool apart;               // green and blue have what follows
    double green[2], blue[2]; // mul and add
} img_target;

// Where tensor coordinates lie in the image: x = origin_x + u * span_x for u
// from 0 (left edge) to 1 (right edge), y alike.
typedef struct img_map {
    float origin_x, origin_y;
    float span_x, span_y;
} img_map;

// The pass from one image to one tensor. Filled by img_rows_init(); only map
// is for reading. image.data may be exchanged between frames.
typedef struct img_rows {
    img_image image;
    img_map map;
    int64_t first_x, first_y; // place of the first pixel's centre, 32.32
    int64_t step_x, step_y;   // from one tensor pixel to the next, 32.32
    int64_t add[3];           // by channel
    int32_t mul[3];
    uint8_t shift; // element = (sample * mul + add) >> shift
    uint8_t channels;
    img_element element;
    int32_t width, height;
    int32_t left, right; // tensor columns that show the image: [left, right)
    int32_t top, bottom; // and rows
    float float_mul[3], float_add[3];
} img_rows;

// Prepares the pass; roi may be NULL for the whole image. What lies outside
// the image or outside roi becomes black (pixel 0).
// IMG_ERR_INVALID: an impossible image, roi or tensor; IMG_ERR_RANGE: a roi
// beyond +-1,000,000 or a mul or add that no 8-bit tensor can need.
int img_rows_init(img_rows *rows, const img_image *image, const img_rect *roi,
        img_fit fit, const img_target *target);

// Writes row `row` (0 … height-1) of the tensor: width * channels elements.
// out must be aligned to the element. context is a img_rows *; the signature is
// that of the engine's row sources. Returns 0, or IMG_ERR_INVALID for a row
// that the tensor does not have. Any order, any number of times.
int img_rows_read(void *context, uint32_t row, void *out);

#endif
