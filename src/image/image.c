// SPDX-License-Identifier: MIT
// Sizes and single pixels.

#include "image/image.h"

#include "image/bayer.h"
#include "image/pixel.h"

bool img_has_pixels(img_format format) {
    return format <= IMG_BAYER;
}

uint32_t img_row_bytes(img_format format, int32_t width) {
    uint32_t count = (uint32_t)width;
    switch (format) {
    case IMG_GRAYSCALE:
    case IMG_BAYER:
        return count;
    case IMG_RGB565:
    case IMG_YUV422:
        return 2 * count;
    case IMG_RGB888:
        return 3 * count;
    case IMG_BINARY:
        return (count + 31) / 32 * 4;
    case IMG_JPEG:
    case IMG_PNG:
        break;
    }
    return 0;
}

size_t img_bytes(const img_image *image) {
    return img_has_pixels(image->format)
            ? (size_t)image->stride * (size_t)image->height
            : image->bytes;
}

img_image img_image_of(void *data, int32_t width, int32_t height,
        img_format format) {
    img_image image = {
            .data = data,
            .width = width,
            .height = height,
            .stride = img_row_bytes(format, width),
            .format = format,
    };
    return image;
}

int img_check(const img_image *image) {
    if (image->data == NULL || !img_has_pixels(image->format) ||
            image->width < 1 || image->height < 1 ||
            image->width > IMG_MAX_SIDE || image->height > IMG_MAX_SIDE ||
            image->stride < img_row_bytes(image->format, image->width)) {
        return IMG_ERR_INVALID;
    }
    return 0;
}

img_color img_get(const img_image *image, int32_t x, int32_t y) {
    if (image->format == IMG_BAYER) {
        return img_bayer_color(image, x, y);
    }
    const uint8_t *row = image->data + (size_t)y * image->stride;
    return pixel_load(image->format, row, x, image->width);
}

static void set_yuv422(uint8_t *row, int32_t x, int32_t width, img_color c) {
    int32_t pair = x & ~1;
    row[2 * x] = pixel_luma(c);
    row[2 * pair + 1] = pixel_u(c);
    if (pair + 1 < width) {
        row[2 * pair + 3] = pixel_v(c);
    }
}

void img_set(const img_image *image, int32_t x, int32_t y, img_color color) {
    if (x < 0 || y < 0 || x >= image->width || y >= image->height) {
        return;
    }
    uint8_t *row = image->data + (size_t)y * image->stride;
    switch (image->format) {
    case IMG_GRAYSCALE:
        row[x] = pixel_luma(color);
        return;
    case IMG_RGB565: {
        uint32_t word = pixel_to_565(color);
        row[2 * x] = (uint8_t)word;
        row[2 * x + 1] = (uint8_t)(word >> 8);
        return;
    }
    case IMG_YUV422:
        set_yuv422(row, x, image->width, color);
        return;
    case IMG_RGB888:
        row[3 * x] = color.r;
        row[3 * x + 1] = color.g;
        row[3 * x + 2] = color.b;
        return;
    case IMG_BINARY: {
        uint8_t bit = (uint8_t)(1U << (x & 7));
        row[x >> 3] = (uint8_t)(pixel_luma(color) > 127 ? row[x >> 3] | bit
                                                        : row[x >> 3] & ~bit);
        return;
    }
    case IMG_BAYER:
        row[x] = img_bayer_part(image->bayer, x, y, color);
        return;
    case IMG_JPEG:
    case IMG_PNG:
        return;
    }
}
