// SPDX-License-Identifier: MIT
// Arguments that the methods of images share.
#pragma once

#include "image/image.h"
#include "py/obj.h"

// A format's number (image.GRAYSCALE …); ValueError for others.
img_format image_args_format(mp_obj_t code);

// count numbers out of args, as one tuple or list or loose, cut to integers.
// Returns how many of args they were. `what` names them for the exception:
// "(x, y, w, h)".
size_t image_args_numbers(size_t n_args, const mp_obj_t *args, size_t count,
        const char *what, int32_t *numbers);

// A colour: (r, g, b), or a number as pixels of the image have it.
img_color image_args_color(const img_image *image, mp_obj_t color);
// The same where nothing (MP_OBJ_NULL or None) means white.
img_color image_args_color_or_white(const img_image *image, mp_obj_t color);

// The pixel as Python sees it: a number, or (r, g, b) where the image has
// colours and the caller wants them apart.
mp_obj_t image_args_pixel(const img_image *image, int32_t x, int32_t y,
        bool tuple);
