// SPDX-License-Identifier: MIT
// Sizes and single pixels.

#include "image/image.h"

#include "image/pixel.h"

uint32_t img_pixel_bytes(img_format format) {
    switch (format) {
    case IMG_GRAYSCALE:
        return 1;
    case IMG_RGB565:
    case IMG_YUV422:
        return 2;
    case IMG_RGB888:
        return 3;
    }
    return 0;
}

img_image img_image_of(void *data, int32_t width, int32_t height,
        img_format format) {
    img_image image = {
            .data = data,
            .width = width,
            .height = height,
            .stride = (uint32_t)width * img_pixel_bytes(format),
            .format = format,
    };
    return image;
}

int img_check(const img_image *image) {
    uint32_t bytes = img_pixel_bytes(image->format);
    if (image->data == NULL || bytes == 0 || image->width < 1 ||
            image->height < 1 || image->width > IMG_MAX_SIDE ||
            image->height > IMG_MAX_SIDE ||
            image->stride < (uint32_t)image->width * bytes) {
        return IMG_ERR_INVALID;
    }
    return 0;
}

img_color img_get(const img_image *image, int32_t x, int32_t y) {
    const uint8_t *row = image->data + (size_t)y * image->stride;
    switch (image->format) {
    case IMG_GRAYSCALE:
        return pixel_gray(row[x]);
    case IMG_RGB565:
        return pixel_from_565(pixel_load_565(row + 2 * x));
    case IMG_YUV422:
        return pixel_from_yuv422(row, x, image->width);
    case IMG_RGB888:
        break;
    }
    img_color c = {row[3 * x], row[3 * x + 1], row[3 * x + 2]};
    return c;
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
    }
}
