// SPDX-License-Identifier: MIT
// Pixels to samples of luma and colour, a unit of a file at a time.

#include <string.h>

#include "image/jpeg_encoder.h"
#include "image/pixel.h"

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

enum { TILE = 16, TILE_STRIDE = 3 * TILE };

// Shift of a sum with 16 fraction bits to that of a sample.
enum { SHIFT = 16 - JPEG_FRACTION_BITS };

typedef struct channels {
    int32_t r, g, b;
} channels;

ALWAYS_INLINE channels load(img_format format, const uint8_t *pixel) {
    if (format == IMG_RGB565) {
        uint32_t word = pixel_load_565(pixel);
        channels c = {(int32_t)(word >> 11), (int32_t)(word >> 5 & 63),
                (int32_t)(word & 31)};
        return c;
    }
    channels c = {pixel[0], pixel[1], pixel[2]};
    return c;
}

// BT.601 with 16 fraction bits, for channels that run to r, b and g.
#define WEIGHT(weight, full) \
    ((int32_t)((weight)*65536 * 255 / (full) + ((weight) < 0 ? -.5 : .5)))

ALWAYS_INLINE int16_t luma_of(img_format format, channels c) {
    int32_t sum = -(128 << 16) + (1 << (SHIFT - 1));
    if (format == IMG_RGB565) {
        sum += c.r * WEIGHT(0.299, 31) + c.g * WEIGHT(0.587, 63) +
                c.b * WEIGHT(0.114, 31);
    } else {
        sum += c.r * WEIGHT(0.299, 255) + c.g * WEIGHT(0.587, 255) +
                c.b * WEIGHT(0.114, 255);
    }
    return (int16_t)(sum >> SHIFT);
}

// Of the sum over 1 << doublings pixels.
ALWAYS_INLINE void colour_of(img_format format, channels c, int doublings,
        int16_t *blue, int16_t *red) {
    int shift = SHIFT + doublings;
    int32_t half = 1 << (shift - 1);
    if (format == IMG_RGB565) {
        *blue = (int16_t)((half + c.r * WEIGHT(-0.168736, 31) +
                                  c.g * WEIGHT(-0.331264, 63) +
                                  c.b * WEIGHT(0.5, 31)) >>
                shift);
        *red = (int16_t)((half + c.r * WEIGHT(0.5, 31) +
                                 c.g * WEIGHT(-0.418688, 63) +
                                 c.b * WEIGHT(-0.081312, 31)) >>
                shift);
    } else {
        *blue = (int16_t)((half + c.r * WEIGHT(-0.168736, 255) +
                                  c.g * WEIGHT(-0.331264, 255) +
                                  c.b * WEIGHT(0.5, 255)) >>
                shift);
        *red = (int16_t)((half + c.r * WEIGHT(0.5, 255) +
                                 c.g * WEIGHT(-0.418688, 255) +
                                 c.b * WEIGHT(-0.081312, 255)) >>
                shift);
    }
}

ALWAYS_INLINE channels add(channels a, channels b) {
    channels sum = {a.r + b.r, a.g + b.g, a.b + b.b};
    return sum;
}

// Pixels of one row that share a sample of colour.
ALWAYS_INLINE channels across(img_format format, const uint8_t *pixel, int h,
        int16_t *luma) {
    channels sum = load(format, pixel);
    luma[0] = luma_of(format, sum);
    if (h == 2) {
        channels next = load(format, pixel + (format == IMG_RGB565 ? 2 : 3));
        luma[1] = luma_of(format, next);
        sum = add(sum, next);
    }
    return sum;
}

ALWAYS_INLINE void fetch_rgb(img_format format, int h, int v,
        const uint8_t *pixels, uint32_t stride, jpeg_mcu *mcu) {
    int step = (format == IMG_RGB565 ? 2 : 3) * h;
    int16_t *luma = mcu->luma;
    for (int at = 0; at < JPEG_BLOCK_SAMPLES;) {
        const uint8_t *pixel = pixels;
        for (int end = at + JPEG_BLOCK; at < end; at++) {
            channels sum = across(format, pixel, h, luma);
            if (v == 2) {
                sum = add(sum,
                        across(format, pixel + stride, h,
                                luma + JPEG_BLOCK * h));
            }
            colour_of(format, sum, h + v - 2, &mcu->blue[at], &mcu->red[at]);
            pixel += step;
            luma += h;
        }
        pixels += (size_t)v * stride;
        luma += JPEG_BLOCK * h * (v - 1);
    }
}

static int16_t sample_of(int32_t sum, int doublings) {
    return (int16_t)((sum - (128 << doublings)) * (1 << JPEG_FRACTION_BITS) /
            (1 << doublings));
}

static void fetch_luma(const uint8_t *pixels, uint32_t stride, int step,
        int width, int height, int16_t *luma) {
    for (int y = 0; y < height; y++, pixels += stride) {
        for (int x = 0; x < width; x++) {
            *luma++ = sample_of(pixels[x * step], 0);
        }
    }
}

static void fetch_yuv(jpeg_layout layout, const uint8_t *pixels,
        uint32_t stride, jpeg_mcu *mcu) {
    fetch_luma(pixels, stride, 2, JPEG_BLOCK * layout.h, JPEG_BLOCK * layout.v,
            mcu->luma);
    for (int at = 0; at < JPEG_BLOCK_SAMPLES; at++) {
        // Two pixels have one sample already.
        int column = (at % JPEG_BLOCK) * layout.h / 2;
        const uint8_t *pair =
                pixels + at / JPEG_BLOCK * layout.v * stride + 4 * column;
        const uint8_t *below = pair + (layout.v == 2 ? stride : 0);
        mcu->blue[at] = sample_of(pair[1] + below[1], 1);
        mcu->red[at] = sample_of(pair[3] + below[3], 1);
    }
}

static void fetch_colour(img_format format, jpeg_layout layout,
        const uint8_t *pixels, uint32_t stride, jpeg_mcu *mcu) {
    if (format == IMG_YUV422) {
        fetch_yuv(layout, pixels, stride, mcu);
    } else if (format == IMG_RGB565) {
        if (layout.v == 2) {
            fetch_rgb(IMG_RGB565, 2, 2, pixels, stride, mcu);
        } else if (layout.h == 2) {
            fetch_rgb(IMG_RGB565, 2, 1, pixels, stride, mcu);
        } else {
            fetch_rgb(IMG_RGB565, 1, 1, pixels, stride, mcu);
        }
    } else if (layout.v == 2) {
        fetch_rgb(IMG_RGB888, 2, 2, pixels, stride, mcu);
    } else if (layout.h == 2) {
        fetch_rgb(IMG_RGB888, 2, 1, pixels, stride, mcu);
    } else {
        fetch_rgb(IMG_RGB888, 1, 1, pixels, stride, mcu);
    }
}

// A pair of YUV422 pixels; what an odd width lacks is taken from the left.
static void copy_pair(const uint8_t *row, int32_t x, int32_t width,
        uint8_t *out) {
    int32_t pair = (x < width ? x : width - 1) & ~1;
    int32_t v = pair + 1 < width ? pair : pair - 2;
    out[0] = row[2 * pair];
    out[1] = row[2 * pair + 1];
    out[2] = row[2 * (pair + 1 < width && x < width ? pair + 1 : width - 1)];
    out[3] = v >= 0 ? row[2 * v + 3] : 128;
    if (x >= width) {
        out[0] = out[2];
    }
}

// Copies the pixels of a unit that the image does not fill, or whose format
// has no faster way, and repeats the last ones. Returns the copy's format.
static img_format copy_tile(const img_image *image, int32_t left, int32_t top,
        jpeg_layout layout, uint8_t tile[TILE * TILE_STRIDE]) {
    for (int y = 0; y < JPEG_BLOCK * layout.v; y++) {
        int32_t from = top + y < image->height ? top + y : image->height - 1;
        const uint8_t *row = image->data + (size_t)from * image->stride;
        uint8_t *out = tile + y * TILE_STRIDE;
        for (int x = 0; x < JPEG_BLOCK * layout.h; x++) {
            int32_t at = left + x < image->width ? left + x : image->width - 1;
            if (image->format == IMG_YUV422) {
                if (x % 2 == 0) {
                    copy_pair(row, left + x, image->width, out + 2 * x);
                }
            } else if (image->format == IMG_RGB565) {
                memcpy(out + 2 * x, row + 2 * at, 2);
            } else if (layout.gray) {
                out[x] = pixel_luma(img_get(image, at, from));
            } else {
                img_color c = img_get(image, at, from);
                out[3 * x] = c.r;
                out[3 * x + 1] = c.g;
                out[3 * x + 2] = c.b;
            }
        }
    }
    return layout.gray                    ? IMG_GRAYSCALE
            : image->format == IMG_YUV422 ? IMG_YUV422
            : image->format == IMG_RGB565 ? IMG_RGB565
                                          : IMG_RGB888;
}

void jpeg_fetch(const img_image *image, int32_t x, int32_t y,
        jpeg_layout layout, jpeg_mcu *mcu) {
    uint8_t tile[TILE * TILE_STRIDE];
    img_format format = image->format;
    uint32_t stride = image->stride;
    const uint8_t *pixels = tile;
    if (format == IMG_BINARY || format == IMG_BAYER ||
            x + JPEG_BLOCK * layout.h > image->width ||
            y + JPEG_BLOCK * layout.v > image->height) {
        format = copy_tile(image, x, y, layout, tile);
        stride = TILE_STRIDE;
    } else {
        pixels = image->data + (size_t)y * stride + img_row_bytes(format, x);
    }
    if (layout.gray) {
        fetch_luma(pixels, stride, 1, JPEG_BLOCK, JPEG_BLOCK, mcu->luma);
    } else {
        fetch_colour(format, layout, pixels, stride, mcu);
    }
}
