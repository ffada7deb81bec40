// SPDX-License-Identifier: MIT
// Numbers of the formats.

#include "image/code.h"

static const struct {
    img_format format;
    uint32_t code;
} codes[] = {
        {IMG_BINARY, IMG_CODE_BINARY},
        {IMG_GRAYSCALE, IMG_CODE_GRAYSCALE},
        {IMG_RGB565, IMG_CODE_RGB565},
        {IMG_BAYER, IMG_CODE_BAYER},
        {IMG_YUV422, IMG_CODE_YUV422},
        {IMG_JPEG, IMG_CODE_JPEG},
        {IMG_PNG, IMG_CODE_PNG},
};

enum { COUNT = sizeof(codes) / sizeof(codes[0]) };

uint32_t img_code_of(img_format format) {
    for (uint32_t k = 0; k < COUNT; k++) {
        if (codes[k].format == format) {
            return codes[k].code;
        }
    }
    return 0;
}

bool img_code_format(uint32_t code, img_format *format) {
    uint32_t pattern = (code & ~0x300U) == IMG_CODE_BAYER ? 0x300U : 0;
    for (uint32_t k = 0; k < COUNT; k++) {
        if (codes[k].code == (code & ~pattern)) {
            *format = codes[k].format;
            return true;
        }
    }
    return false;
}
