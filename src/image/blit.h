// SPDX-License-Identifier: MIT
// One image drawn into another: cropped, resized, turned, converted, blended.
//
// Everything that moves pixels between images is this one pass: conversions
// of format are a blit of the same size into an image of another format.

#ifndef IMAGE_BLIT_H
#define IMAGE_BLIT_H

#include "image/image.h"

// A part of an image in whole pixels.
typedef struct img_box {
    int32_t x, y, w, h;
} img_box;

// How pixels are found where sizes differ. Sampled places are the centres of
// the pixels that are written.
typedef enum img_sampling {
    IMG_NEAREST,
    IMG_BILINEAR, // 2 x 2
    IMG_BICUBIC,  // 4 x 4, Catmull and Rom's
    IMG_AREA,     // mean of all pixels that a smaller one stands for
} img_sampling;

// What a pixel becomes out of what is there and what comes, channel by
// channel; saturated. Bits for grayscale and colour channels alike.
typedef enum img_op {
    IMG_REPLACE,
    IMG_ADD,
    IMG_SUB,  // there - coming
    IMG_RSUB, // coming - there
    IMG_MIN,
    IMG_MAX,
    IMG_DIFFERENCE, // the larger minus the smaller
    IMG_AND,
    IMG_NAND,
    IMG_OR,
    IMG_NOR,
    IMG_XOR,
    IMG_XNOR,
} img_op;

typedef struct img_blit {
    img_box roi;    // of the source, all of it inside
    img_box to;     // where it goes; may lie outside, w and h from 1 up
    bool hmirror;   // then
    bool vflip;     // then
    bool transpose; // of the part, before it is resized
    img_sampling sampling;
    img_op op;
    int32_t channel; // 0 … 2: that of red, green, blue alone, as gray; -1
    uint8_t alpha;   // 255: nothing of what was there remains
    const uint8_t *palette;       // 256 x RGB565 for gray values, or NULL
    const uint8_t *alpha_palette; // 256 alphas for gray values, or NULL
    const img_image *mask; // as large as the destination; only where it is
                           // not black is anything written. Or NULL
} img_blit;

// All of an image to the top left corner, as it is.
img_blit img_blit_whole(const img_image *from);

// Draws. `to` and `from` must not overlap in memory.
// IMG_ERR_INVALID: impossible images, a roi that is not inside, no size.
int img_blit_run(const img_image *to, const img_image *from,
        const img_blit *blit);

// Whether the blit copies pixels as they lie in memory.
bool img_blit_is_copy(const img_image *to, const img_image *from,
        const img_blit *blit);

// One row of the destination of img_blit_run(), `row` counted from blit->to.y:
// for callers that hold the source in pieces.
void img_blit_row(const img_image *to, const img_image *from,
        const img_blit *blit, int32_t row);

#endif
