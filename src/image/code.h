// SPDX-License-Identifier: MIT
// Numbers of the formats, as scripts and hosts of an OpenMV Cam know them.

#ifndef IMAGE_CODE_H
#define IMAGE_CODE_H

#include "image/image.h"

// What image.GRAYSCALE and its like are worth, and what the pixel format word
// of a streamed frame is.
enum {
    IMG_CODE_BINARY = 0x08010000,
    IMG_CODE_GRAYSCALE = 0x08020001,
    IMG_CODE_RGB565 = 0x0C030002,
    IMG_CODE_BAYER = 0x05040001, // BGGR; + 0x100 * img_bayer for the others
    IMG_CODE_YUV422 = 0x14050002,
    IMG_CODE_JPEG = 0x06060000,
    IMG_CODE_PNG = 0x06070000,
};

// The format's number, without a Bayer image's pattern; 0 for RGB888, which
// cameras do not have.
uint32_t img_code_of(img_format format);

// Sets *format; false for a number that is no format's. A Bayer code may have
// any pattern.
bool img_code_format(uint32_t code, img_format *format);

#endif
