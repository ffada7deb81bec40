// SPDX-License-Identifier: MIT
// CIE L*a*b* of sRGB colours under D65, in integers.

#ifndef IMAGE_LAB_H
#define IMAGE_LAB_H

#include "image/image.h"

typedef struct img_lab {
    int8_t l; // 0 … 100
    int8_t a, b;
} img_lab;

// Rounded to the nearest; off by one where the exact value is within 0.15 of
// a half.
img_lab img_lab_of(img_color color);

// The sRGB colour closest to it; what sRGB cannot show is clipped.
img_color img_lab_color(img_lab lab);

#endif
