// SPDX-License-Identifier: MIT
// Lines, circles, ellipses, polygons and marks; integers only.
//
// Coordinates and lengths may be anything and are clamped like those of
// draw.h. A line of some thickness has half of it on either side.

#ifndef IMAGE_SHAPES_H
#define IMAGE_SHAPES_H

#include "image/draw.h"

typedef struct img_point {
    int32_t x, y;
} img_point;

void img_line(const img_image *image, img_point from, img_point to,
        int32_t thickness, img_color color);

// thickness 0 fills.
void img_circle(const img_image *image, img_point center, int32_t radius,
        int32_t thickness, img_color color);

// Radii rx and ry, turned clockwise by so many degrees. thickness 0 fills.
void img_ellipse(const img_image *image, img_point center, int32_t rx,
        int32_t ry, int32_t degrees, int32_t thickness, img_color color);

// Closed; thickness 0 fills what lies inside by the even-odd rule.
void img_polygon(const img_image *image, const img_point *corners,
        uint32_t count, int32_t thickness, img_color color);

// Two lines of 2 * size + 1 pixels.
void img_cross(const img_image *image, img_point center, int32_t size,
        int32_t thickness, img_color color);

// A line whose end has a head with sides of `size` pixels.
void img_arrow(const img_image *image, img_point from, img_point to,
        int32_t size, int32_t thickness, img_color color);

// p turned by degrees around the origin, clockwise on the screen.
img_point img_turned(img_point p, int32_t degrees);

#endif
