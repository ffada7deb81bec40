// SPDX-License-Identifier: MIT
// Lines, circles, ellipses, polygons and marks.

#include "image/shapes.h"

#include <stddef.h>

static int32_t reach(int32_t value) {
    return value < -IMG_DRAW_REACH   ? -IMG_DRAW_REACH
            : value > IMG_DRAW_REACH ? IMG_DRAW_REACH
                                     : value;
}

static img_point reach_point(img_point p) {
    return (img_point){reach(p.x), reach(p.y)};
}

static int32_t magnitude(int32_t value) {
    return value < 0 ? -value : value;
}

static int32_t smaller(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int32_t larger(int32_t a, int32_t b) {
    return a > b ? a : b;
}

// The pen: a point, or a disc or square as wide as the line.
static void dot(const img_image *image, int32_t x, int32_t y, int32_t thickness,
        img_color color) {
    if (thickness <= 2) {
        img_fill(image, x - thickness / 2, y - thickness / 2, thickness,
                thickness, color);
    } else {
        img_disc(image, x, y, thickness / 2, color);
    }
}

// Along the longer side a pixel at a time; what lies more than the pen's
// width outside is skipped at once.
static void draw_steps(const img_image *image, img_point from, img_point to,
        int32_t thickness, img_color color) {
    int32_t dx = to.x - from.x;
    int32_t dy = to.y - from.y;
    bool steep = magnitude(dy) > magnitude(dx);
    int64_t length = larger(magnitude(dx), magnitude(dy));
    int32_t start = steep ? from.y : from.x;
    int32_t sign = (steep ? dy : dx) < 0 ? -1 : 1;
    int32_t side = steep ? image->height : image->width;
    int64_t first = sign > 0 ? -thickness - start : start - side - thickness;
    int64_t last = sign > 0 ? side + thickness - start : start + thickness;
    first = first < 0 ? 0 : first;
    last = last < length ? last : length;
    for (int64_t k = first; k <= last; k++) {
        // The other side's place, rounded to the nearest, halves away from
        // where the line began.
        int64_t across = steep ? dx : dy;
        int64_t twice = length > 0 ? 2 * across * k : 0;
        int64_t moved = length == 0 ? 0
                : twice >= 0        ? (twice + length) / (2 * length)
                                    : -((-twice + length) / (2 * length));
        int32_t along = start + sign * (int32_t)k;
        int32_t other = (steep ? from.x : from.y) + (int32_t)moved;
        dot(image, steep ? other : along, steep ? along : other, thickness,
                color);
    }
}

static int32_t square_root(int64_t value) {
    int64_t low = 0;
    int64_t high = 3037000499; // whose square fits 63 bits
    while (low < high) {
        int64_t middle = (low + high + 1) / 2;
        if (middle * middle <= value) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return (int32_t)low;
}

// A bar with round ends: its cost does not depend on the length times the
// thickness, as that of a pen does.
static void draw_bar(const img_image *image, img_point from, img_point to,
        int32_t thickness, img_color color) {
    int32_t half = thickness / 2;
    img_disc(image, from.x, from.y, half, color);
    img_disc(image, to.x, to.y, half, color);
    int64_t dx = to.x - from.x;
    int64_t dy = to.y - from.y;
    int32_t length = square_root(dx * dx + dy * dy);
    if (length == 0) {
        return;
    }
    int32_t x = (int32_t)(-dy * half / length);
    int32_t y = (int32_t)(dx * half / length);
    img_point corners[4] = {{from.x + x, from.y + y}, {to.x + x, to.y + y},
            {to.x - x, to.y - y}, {from.x - x, from.y - y}};
    img_polygon(image, corners, 4, 0, color);
}

enum { WIDEST_PEN = 32 };

void img_line(const img_image *image, img_point from, img_point to,
        int32_t thickness, img_color color) {
    if (thickness < 1) {
        return;
    }
    from = reach_point(from);
    to = reach_point(to);
    if (thickness > WIDEST_PEN) {
        draw_bar(image, from, to, smaller(thickness, IMG_MAX_SIDE), color);
    } else {
        draw_steps(image, from, to, thickness, color);
    }
}

void img_circle(const img_image *image, img_point center, int32_t radius,
        int32_t thickness, img_color color) {
    center = reach_point(center);
    radius = smaller(radius, IMG_MAX_SIDE);
    if (radius < 0) {
        return;
    }
    if (thickness == 0) {
        img_disc(image, center.x, center.y, radius, color);
        return;
    }
    thickness = smaller(thickness, IMG_MAX_SIDE);
    int32_t outer = radius + thickness / 2;
    int32_t inner = outer - thickness; // the largest radius that stays empty
    int32_t top = larger(-outer, -center.y);
    int32_t bottom = smaller(outer, image->height - 1 - center.y);
    for (int32_t dy = top; dy <= bottom; dy++) {
        int32_t wide = img_disc_half(outer, dy);
        int32_t hole = img_disc_half(inner, dy);
        if (hole < 0) {
            img_fill(image, center.x - wide, center.y + dy, 2 * wide + 1, 1,
                    color);
        } else {
            img_fill(image, center.x - wide, center.y + dy, wide - hole, 1,
                    color);
            img_fill(image, center.x + hole + 1, center.y + dy, wide - hole, 1,
                    color);
        }
    }
}

// Sine of 0 … 90 degrees in 1/16384.
static const int16_t sines[91] = {0, 286, 572, 857, 1143, 1428, 1713, 1997,
        2280, 2563, 2845, 3126, 3406, 3686, 3964, 4240, 4516, 4790, 5063, 5334,
        5604, 5872, 6138, 6402, 6664, 6924, 7182, 7438, 7692, 7943, 8192, 8438,
        8682, 8923, 9162, 9397, 9630, 9860, 10087, 10311, 10531, 10749, 10963,
        11174, 11381, 11585, 11786, 11982, 12176, 12365, 12551, 12733, 12911,
        13085, 13255, 13421, 13583, 13741, 13894, 14044, 14189, 14330, 14466,
        14598, 14726, 14849, 14968, 15082, 15191, 15296, 15396, 15491, 15582,
        15668, 15749, 15826, 15897, 15964, 16026, 16083, 16135, 16182, 16225,
        16262, 16294, 16322, 16344, 16362, 16374, 16382, 16384};

static int32_t sine(int32_t degrees) {
    degrees %= 360;
    degrees = degrees < 0 ? degrees + 360 : degrees;
    int32_t half = degrees % 180;
    int32_t value = sines[half <= 90 ? half : 180 - half];
    return degrees < 180 ? value : -value;
}

// value / 16384, rounded to the nearest.
static int32_t unscale(int64_t value) {
    return (int32_t)((value + 8192) >> 14);
}

img_point img_turned(img_point p, int32_t degrees) {
    int64_t s = sine(degrees % 360);
    int64_t c = sine(degrees % 360 + 90);
    p = reach_point(p);
    return (img_point){unscale(p.x * c - p.y * s), unscale(p.x * s + p.y * c)};
}

enum { ELLIPSE_STEP = 4, ELLIPSE_CORNERS = 360 / ELLIPSE_STEP };

void img_ellipse(const img_image *image, img_point center, int32_t rx,
        int32_t ry, int32_t degrees, int32_t thickness, img_color color) {
    center = reach_point(center);
    rx = smaller(larger(rx, 0), IMG_MAX_SIDE);
    ry = smaller(larger(ry, 0), IMG_MAX_SIDE);
    img_point corners[ELLIPSE_CORNERS];
    int64_t s = sine(degrees % 360);
    int64_t c = sine(degrees % 360 + 90);
    for (int32_t k = 0; k < ELLIPSE_CORNERS; k++) {
        int64_t u = (int64_t)rx * sine(k * ELLIPSE_STEP + 90);
        int64_t v = (int64_t)ry * sine(k * ELLIPSE_STEP);
        corners[k].x = center.x + unscale((u * c - v * s) >> 14);
        corners[k].y = center.y + unscale((u * s + v * c) >> 14);
    }
    img_polygon(image, corners, ELLIPSE_CORNERS, thickness, color);
}

// Where the edge from a to b meets the middle of row y, in 1/256 pixels;
// false where it does not.
static bool crossing(img_point a, img_point b, int32_t y, int64_t *x) {
    a = reach_point(a);
    b = reach_point(b);
    if (a.y > b.y) {
        img_point other = a;
        a = b;
        b = other;
    }
    if (y < a.y || y >= b.y) {
        return false;
    }
    *x = (int64_t)a.x * 256 +
            ((int64_t)(y - a.y) * 256 + 128) * (b.x - a.x) / (b.y - a.y);
    return true;
}

// The smallest crossing of row y beyond `after`, counted so often as it
// occurs; false where there is none.
static bool next_crossing(const img_point *corners, uint32_t count, int32_t y,
        int64_t after, int64_t *x, bool *twice) {
    bool found = false;
    *twice = false;
    for (uint32_t k = 0; k < count; k++) {
        int64_t at;
        if (!crossing(corners[k], corners[(k + 1) % count], y, &at) ||
                at <= after) {
            continue;
        }
        *twice = found && at == *x  ? !*twice
                : !found || at < *x ? false
                                    : *twice;
        *x = !found || at < *x ? at : *x;
        found = true;
    }
    return found;
}

static void fill_row(const img_image *image, const img_point *corners,
        uint32_t count, int32_t y, img_color color) {
    int64_t x = INT64_MIN;
    int64_t begin = 0;
    bool in = false;
    bool twice;
    while (next_crossing(corners, count, y, x, &x, &twice)) {
        if (twice) {
            continue;
        }
        if (in) {
            int32_t left = (int32_t)((begin + 127) >> 8);
            img_fill(image, left, y, (int32_t)((x + 127) >> 8) - left, 1,
                    color);
        }
        begin = x;
        in = !in;
    }
}

void img_polygon(const img_image *image, const img_point *corners,
        uint32_t count, int32_t thickness, img_color color) {
    if (thickness == 0) {
        int32_t top = IMG_DRAW_REACH;
        int32_t bottom = -IMG_DRAW_REACH;
        for (uint32_t k = 0; k < count; k++) {
            top = smaller(top, corners[k].y);
            bottom = larger(bottom, corners[k].y);
        }
        top = larger(top, 0);
        bottom = smaller(bottom, image->height);
        for (int32_t y = top; y < bottom; y++) {
            fill_row(image, corners, count, y, color);
        }
        thickness = 1; // the edges belong to it
    }
    for (uint32_t k = 0; k < count; k++) {
        img_line(image, corners[k], corners[(k + 1) % count], thickness, color);
    }
}

void img_cross(const img_image *image, img_point center, int32_t size,
        int32_t thickness, img_color color) {
    center = reach_point(center);
    size = reach(size);
    img_line(image, (img_point){center.x - size, center.y},
            (img_point){center.x + size, center.y}, thickness, color);
    img_line(image, (img_point){center.x, center.y - size},
            (img_point){center.x, center.y + size}, thickness, color);
}

void img_arrow(const img_image *image, img_point from, img_point to,
        int32_t size, int32_t thickness, img_color color) {
    from = reach_point(from);
    to = reach_point(to);
    size = smaller(size, IMG_MAX_SIDE);
    img_line(image, from, to, thickness, color);
    int64_t dx = to.x - from.x;
    int64_t dy = to.y - from.y;
    int32_t length = square_root(dx * dx + dy * dy);
    if (length == 0 || size < 1) {
        return;
    }
    // Back along the line, then 30 degrees to either side.
    img_point back = {(int32_t)(-dx * size * 16 / length),
            (int32_t)(-dy * size * 16 / length)};
    for (int32_t side = -30; side <= 30; side += 60) {
        img_point p = img_turned(back, side);
        img_line(image, to,
                (img_point){to.x + ((p.x + 8) >> 4), to.y + ((p.y + 8) >> 4)},
                thickness, color);
    }
}
