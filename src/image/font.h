// SPDX-License-Identifier: MIT
// A bitmap font of 5 x 9 pixels (7 above the base line), in cells of 8 x 10.

#ifndef IMAGE_FONT_H
#define IMAGE_FONT_H

#include <stdint.h>

enum {
    FONT_COLUMNS = 5,
    FONT_ROWS = 9,
    FONT_CELL_WIDTH = 8,
    FONT_CELL_HEIGHT = 10,
};

// FONT_ROWS rows, bit FONT_COLUMNS-1 is the left column. Letters that the
// font lacks look like '?'.
const uint8_t *font_glyph(char letter);

#endif
