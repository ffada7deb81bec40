// SPDX-License-Identifier: MIT
// JPEG files for those who load, save and convert.
#pragma once

#include "image/image.h"
#include "py/obj.h"

// The image as a file in the heap, exactly *bytes long. sampling is an
// img_jpeg_sampling.
uint8_t *image_jpeg_encode(const img_image *image, mp_int_t quality,
        mp_int_t sampling, size_t *bytes);

// The picture in a JPEG image as an Image of that format (-1: GRAYSCALE or
// RGB565, as the file has colours).
mp_obj_t image_jpeg_unpack(const img_image *file, int format, bool to_frame);

// An Image of a file whose bytes lie in the heap.
mp_obj_t image_jpeg_of_file(uint8_t *bytes, size_t size);
