// SPDX-License-Identifier: MIT
// Lines, boxes, discs and text on images of any format; integers only.
//
// Coordinates are pixels and may lie anywhere: what is outside the image is
// not drawn, at a cost that depends on what is inside only. Lengths are
// clamped to +-IMG_DRAW_REACH first.

#ifndef IMAGE_DRAW_H
#define IMAGE_DRAW_H

#include "image/image.h"

enum { IMG_DRAW_REACH = 1 << 20 };

// A filled box.
void img_fill(const img_image *image, int32_t x, int32_t y, int32_t w,
        int32_t h, img_color color);

// The outline of a box, its lines inside of it.
void img_rectangle(const img_image *image, int32_t x, int32_t y, int32_t w,
        int32_t h, int32_t thickness, img_color color);

// A filled disc of diameter 2 * radius + 1 around x, y.
void img_disc(const img_image *image, int32_t x, int32_t y, int32_t radius,
        img_color color);

// Half of the width of a disc's row dy, the pixel in the middle left out; -1
// where the disc has no such row.
int32_t img_disc_half(int32_t radius, int32_t dy);

// How text is set. Lengths are in pixels of the font, 16 fraction bits the
// scale.
typedef struct img_text_style {
    int32_t scale;                // 1 << 16 is the font's own size
    int32_t x_spacing, y_spacing; // more pixels between letters and lines
    bool proportional;            // letters take what width they have
    uint8_t letter_turn;          // quarters, clockwise
    bool letter_hmirror, letter_vflip;
    uint8_t turn; // of the whole text, around its top left corner
    bool hmirror, vflip;
} img_text_style;

// Text with its first cell's top left corner at x, y; cells are 8 x 10 pixels
// times scale. '\n' begins a new line.
void img_text(const img_image *image, int32_t x, int32_t y, const char *text,
        int32_t scale, img_color color);
void img_text_styled(const img_image *image, int32_t x, int32_t y,
        const char *text, const img_text_style *style, img_color color);

// Width of text in pixels (its longest line).
int32_t img_text_width(const char *text, int32_t scale);

#endif
