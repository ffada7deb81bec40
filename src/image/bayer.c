// SPDX-License-Identifier: MIT
// Bilinear demosaicing, a pixel at a time.

#include "image/bayer.h"

enum { BLUE, GREEN_BY_BLUE, GREEN_BY_RED, RED };

// The neighbours on both sides; twice the one there is at an edge, the place
// itself where the image is one pixel wide.
static void beside(int32_t at, int32_t count, int32_t *low, int32_t *high) {
    *low = at > 0 ? at - 1 : count > 1 ? 1 : 0;
    *high = at + 1 < count ? at + 1 : count > 1 ? count - 2 : 0;
}

img_color img_bayer_of_rows(const uint8_t *const rows[3], int32_t width,
        img_bayer pattern, int32_t x, int32_t y) {
    int32_t left;
    int32_t right;
    beside(x, width, &left, &right);
    const uint8_t *up = rows[0];
    const uint8_t *row = rows[1];
    const uint8_t *down = rows[2];
    uint32_t here = row[x];
    uint32_t across = ((uint32_t)row[left] + row[right] + 1) / 2;
    uint32_t along = ((uint32_t)up[x] + down[x] + 1) / 2;
    uint32_t cross =
            ((uint32_t)row[left] + row[right] + up[x] + down[x] + 2) / 4;
    uint32_t corners =
            ((uint32_t)up[left] + up[right] + down[left] + down[right] + 2) / 4;
    uint32_t r;
    uint32_t g;
    uint32_t b;
    switch (img_bayer_filter(pattern, x, y)) {
    case BLUE:
        r = corners;
        g = cross;
        b = here;
        break;
    case GREEN_BY_BLUE:
        r = along;
        g = here;
        b = across;
        break;
    case GREEN_BY_RED:
        r = across;
        g = here;
        b = along;
        break;
    default:
        r = here;
        g = cross;
        b = corners;
        break;
    }
    img_color color = {(uint8_t)r, (uint8_t)g, (uint8_t)b};
    return color;
}

img_color img_bayer_color(const img_image *image, int32_t x, int32_t y) {
    int32_t above;
    int32_t below;
    beside(y, image->height, &above, &below);
    const uint8_t *const rows[3] = {
            image->data + (size_t)above * image->stride,
            image->data + (size_t)y * image->stride,
            image->data + (size_t)below * image->stride,
    };
    return img_bayer_of_rows(rows, image->width, image->bayer, x, y);
}

uint8_t img_bayer_part(img_bayer pattern, int32_t x, int32_t y,
        img_color color) {
    uint32_t filter = img_bayer_filter(pattern, x, y);
    return filter == BLUE ? color.b : filter == RED ? color.r : color.g;
}

img_bayer img_bayer_shifted(img_bayer pattern, int32_t x, int32_t y) {
    return (img_bayer)((uint32_t)pattern ^ ((uint32_t)x & 1) ^
            ((uint32_t)y & 1) << 1);
}
