// SPDX-License-Identifier: MIT
// Conversions of one pixel, inline because they sit in the inner loops.

#ifndef IMAGE_PIXEL_H
#define IMAGE_PIXEL_H

#include "image/image.h"

// Weights of red, green and blue in luma (BT.601, as in JPEG), 16 fraction
// bits, sum 1.
enum { PIXEL_LUMA_R = 19595, PIXEL_LUMA_G = 38470, PIXEL_LUMA_B = 7471 };

static inline uint8_t pixel_clamp(int32_t value) {
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static inline uint8_t pixel_luma(img_color c) {
    return (uint8_t)((PIXEL_LUMA_R * c.r + PIXEL_LUMA_G * c.g +
                             PIXEL_LUMA_B * c.b + 0x8000) >>
            16);
}

static inline img_color pixel_gray(uint8_t y) {
    img_color c = {y, y, y};
    return c;
}

// The high bits repeat below, so that full scale becomes 255.
static inline img_color pixel_from_565(uint32_t word) {
    uint32_t r = word >> 11 & 31;
    uint32_t g = word >> 5 & 63;
    uint32_t b = word & 31;
    img_color c = {(uint8_t)(r << 3 | r >> 2), (uint8_t)(g << 2 | g >> 4),
            (uint8_t)(b << 3 | b >> 2)};
    return c;
}

static inline uint32_t pixel_to_565(img_color c) {
    return (uint32_t)(c.r >> 3) << 11 | (uint32_t)(c.g >> 2) << 5 |
            (uint32_t)(c.b >> 3);
}

static inline uint32_t pixel_load_565(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8;
}

// Constants of ITU-T T.871 (JFIF), section 7, 16 fraction bits.
static inline img_color pixel_from_yuv(int32_t y, int32_t u, int32_t v) {
    u -= 128;
    v -= 128;
    img_color c = {pixel_clamp(y + ((91881 * v + 0x8000) >> 16)),
            pixel_clamp(y - ((22554 * u + 46802 * v + 0x8000) >> 16)),
            pixel_clamp(y + ((116130 * u + 0x8000) >> 16))};
    return c;
}

static inline uint8_t pixel_u(img_color c) {
    return pixel_clamp(
            128 + ((-11059 * c.r - 21709 * c.g + 32768 * c.b + 0x8000) >> 16));
}

static inline uint8_t pixel_v(img_color c) {
    return pixel_clamp(
            128 + ((32768 * c.r - 27439 * c.g - 5329 * c.b + 0x8000) >> 16));
}

// Pixel x of a row of YUV422 that is width pixels wide. The last pixel of an
// odd width has no partner and takes V from the pair before it.
static inline img_color pixel_from_yuv422(const uint8_t *row, int32_t x,
        int32_t width) {
    int32_t pair = x & ~1;
    int32_t v = pair + 1 < width ? pair : pair - 2;
    return pixel_from_yuv(row[2 * x], row[2 * pair + 1],
            v >= 0 ? row[2 * v + 3] : 128);
}

static inline uint32_t pixel_load_bit(const uint8_t *row, int32_t x) {
    return row[x >> 3] >> (x & 7) & 1;
}

// Pixel x of a row that is width pixels wide, in any format whose pixels say
// their colour by themselves: not IMG_BAYER, for which see bayer.h. Inlined
// with a constant format it is that format's code only.
static inline img_color pixel_load(img_format format, const uint8_t *row,
        int32_t x, int32_t width) {
    switch (format) {
    case IMG_RGB565:
        return pixel_from_565(pixel_load_565(row + 2 * x));
    case IMG_YUV422:
        return pixel_from_yuv422(row, x, width);
    case IMG_RGB888: {
        img_color c = {row[3 * x], row[3 * x + 1], row[3 * x + 2]};
        return c;
    }
    case IMG_BINARY:
        return pixel_gray(pixel_load_bit(row, x) ? 255 : 0);
    default:
        return pixel_gray(row[x]);
    }
}

#endif
