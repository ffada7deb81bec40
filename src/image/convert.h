// SPDX-License-Identifier: MIT
// An image made another one in its own memory.

#ifndef IMAGE_CONVERT_H
#define IMAGE_CONVERT_H

#include "image/blit.h"

// Bytes of scratch that img_convert() wants for it.
size_t img_convert_scratch(const img_image *image, const img_blit *blit);

// Replaces the image by what img_blit_run() would draw into an empty image of
// blit->to.w x blit->to.h pixels of the format. `capacity` bytes at
// image->data may be used; scratch must have what img_convert_scratch() says.
// IMG_ERR_NO_MEMORY: the result takes more than capacity.
int img_convert(img_image *image, size_t capacity, const img_blit *blit,
        img_format format, void *scratch);

#endif
