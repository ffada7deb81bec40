// SPDX-License-Identifier: MIT
// Draws by filling runs of pixels.

#include "image/draw.h"

static int32_t clamp(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high : value;
}

static int32_t reach(int32_t value) {
    return clamp(value, -IMG_DRAW_REACH, IMG_DRAW_REACH);
}

void img_fill(const img_image *image, int32_t x, int32_t y, int32_t w,
        int32_t h, img_color color) {
    int32_t left = clamp(reach(x), 0, image->width);
    int32_t top = clamp(reach(y), 0, image->height);
    int32_t right = clamp(reach(x) + reach(w), 0, image->width);
    int32_t bottom = clamp(reach(y) + reach(h), 0, image->height);
    for (int32_t row = top; row < bottom; row++) {
        for (int32_t column = left; column < right; column++) {
            img_set(image, column, row, color);
        }
    }
}

void img_rectangle(const img_image *image, int32_t x, int32_t y, int32_t w,
        int32_t h, int32_t thickness, img_color color) {
    x = reach(x);
    y = reach(y);
    w = reach(w);
    h = reach(h);
    int32_t most = w < h ? w : h;
    int32_t t = clamp(thickness, 0, most < 0 ? 0 : most);
    img_fill(image, x, y, w, t, color);
    img_fill(image, x, y + h - t, w, t, color);
    img_fill(image, x, y, t, h, color);
    img_fill(image, x + w - t, y, t, h, color);
}

int32_t img_disc_half(int32_t radius, int32_t dy) {
    // A little more than the radius, so that small discs look round.
    int64_t limit =
            (int64_t)radius * radius + radius - (int64_t)dy * (int64_t)dy;
    if (limit < 0 || radius < 0) {
        return -1;
    }
    int32_t low = 0;
    int32_t high = radius;
    while (low < high) {
        int32_t middle = (low + high + 1) / 2;
        if ((int64_t)middle * middle <= limit) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

void img_disc(const img_image *image, int32_t x, int32_t y, int32_t radius,
        img_color color) {
    x = reach(x);
    y = reach(y);
    radius = clamp(radius, 0, IMG_MAX_SIDE);
    int32_t top = clamp(y - radius, 0, image->height);
    int32_t bottom = clamp(y + radius + 1, 0, image->height);
    for (int32_t row = top; row < bottom; row++) {
        int32_t half = img_disc_half(radius, row - y);
        img_fill(image, x - half, row, 2 * half + 1, 1, color);
    }
}
