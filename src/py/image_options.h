// SPDX-License-Identifier: MIT
// Options that conversions and two-image methods share.
#pragma once

#include "image/blit.h"
#include "image/jpeg.h"
#include "py/obj.h"

// Hints; any numbers do, scripts know them by name.
enum {
    IMAGE_AREA = 1,
    IMAGE_BILINEAR = 2,
    IMAGE_BICUBIC = 4,
    IMAGE_HMIRROR = 8,
    IMAGE_VFLIP = 16,
    IMAGE_TRANSPOSE = 32,
    IMAGE_CENTER = 64,
    IMAGE_EXTRACT_RGB_CHANNEL_FIRST = 128,
    IMAGE_APPLY_COLOR_PALETTE_FIRST = 256,
    IMAGE_SCALE_ASPECT_KEEP = 512,
    IMAGE_SCALE_ASPECT_EXPAND = 1024,
    IMAGE_SCALE_ASPECT_IGNORE = 2048,
    IMAGE_BLACK_BACKGROUND = 4096,
    IMAGE_ROTATE_90 = IMAGE_VFLIP | IMAGE_TRANSPOSE,
    IMAGE_ROTATE_180 = IMAGE_HMIRROR | IMAGE_VFLIP,
    IMAGE_ROTATE_270 = IMAGE_HMIRROR | IMAGE_TRANSPOSE,
};

typedef struct image_options {
    img_blit blit; // roi and to; to.x and to.y are 0
    mp_int_t hint;
    bool copy;
    bool to_frame;
    mp_int_t quality;     // of a JPEG, 0 … 100
    mp_int_t subsampling; // of a JPEG: IMAGE_JPEG_SUBSAMPLING_…
    mp_obj_t mask;        // or None
} image_options;

enum {
    IMAGE_JPEG_SUBSAMPLING_AUTO = IMG_JPEG_AUTO,
    IMAGE_JPEG_SUBSAMPLING_444 = IMG_JPEG_444,
    IMAGE_JPEG_SUBSAMPLING_422 = IMG_JPEG_422,
    IMAGE_JPEG_SUBSAMPLING_420 = IMG_JPEG_420,
};

// Palettes: image.PALETTE_RAINBOW …
enum {
    IMAGE_PALETTE_RAINBOW,
    IMAGE_PALETTE_IRONBOW,
    IMAGE_PALETTES,
};

// Reads the keyword arguments that go with an image as the source. `fit` is
// the destination that the SCALE_ASPECT hints fill, or NULL. Positional
// arguments, if any: x_scale, y_scale, or a roi. ValueError says what is wrong
// with a roi or a scale.
image_options image_options_of(const img_image *from, const img_image *fit,
        size_t n_args, const mp_obj_t *args, mp_map_t *kw);

// The part that a roi argument (or None: all) means, cut to the image;
// ValueError when nothing of it is inside.
img_box image_options_roi(const img_image *image, mp_obj_t roi);
