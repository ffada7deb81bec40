// SPDX-License-Identifier: MIT
// Colours for gray values: pictures of heat and of depth.

#ifndef IMAGE_PALETTE_H
#define IMAGE_PALETTE_H

#include "image/image.h"

typedef enum img_palette {
    IMG_PALETTE_RAINBOW, // blue, green, red
    IMG_PALETTE_IRONBOW, // black, blue, red, yellow, white
} img_palette;

enum { IMG_PALETTE_BYTES = 512 };

// 256 pixels of RGB565.
void img_palette_fill(img_palette palette, uint8_t *bytes);

#endif
