// SPDX-License-Identifier: MIT
// Samples of a unit to pixels of the image.

#include "image/jpeg_decoder.h"
#include "image/pixel.h"

void jpeg_unit_init(jpeg_unit *unit, const jpeg_header *header) {
    const uint8_t *plane = unit->samples;
    for (int c = 0; c < header->count; c++) {
        const jpeg_component *component = &header->component[c];
        unit->plane[c] = plane;
        plane += component->h * component->v * JPEG_BLOCK_SAMPLES;
        for (int x = 0; x < header->h * JPEG_BLOCK; x++) {
            unit->column[c][x] = (uint8_t)(x * component->h / header->h);
        }
    }
}

// Where each component's samples for row y of the unit begin.
typedef struct rows {
    const uint8_t *at[JPEG_COMPONENTS];
} rows;

static rows rows_of(const jpeg_unit *unit, const jpeg_header *header, int y) {
    rows r = {{unit->samples, unit->samples, unit->samples}};
    for (int c = 0; c < header->count; c++) {
        const jpeg_component *component = &header->component[c];
        r.at[c] = unit->plane[c] +
                y * component->v / header->v * component->h * JPEG_BLOCK;
    }
    return r;
}

static inline img_color color_at(const jpeg_unit *unit,
        const jpeg_header *header, rows r, int x) {
    uint8_t first = r.at[0][unit->column[0][x]];
    if (header->count == 1) {
        return pixel_gray(first);
    }
    uint8_t second = r.at[1][unit->column[1][x]];
    uint8_t third = r.at[2][unit->column[2][x]];
    if (header->rgb) {
        img_color c = {first, second, third};
        return c;
    }
    return pixel_from_yuv(first, second, third);
}

static void store_gray(const jpeg_unit *unit, const jpeg_header *header, rows r,
        uint8_t *out, int width) {
    for (int x = 0; x < width; x++) {
        out[x] = header->rgb ? pixel_luma(color_at(unit, header, r, x))
                             : r.at[0][unit->column[0][x]];
    }
}

void jpeg_store(const jpeg_unit *unit, const jpeg_header *header,
        const img_image *out, int32_t left, int32_t top) {
    int width = header->h * JPEG_BLOCK;
    int height = header->v * JPEG_BLOCK;
    width = out->width - left < width ? (int)(out->width - left) : width;
    height = out->height - top < height ? (int)(out->height - top) : height;
    for (int y = 0; y < height; y++) {
        rows r = rows_of(unit, header, y);
        uint8_t *row = out->data + (size_t)(top + y) * out->stride;
        if (out->format == IMG_GRAYSCALE) {
            store_gray(unit, header, r, row + left, width);
            continue;
        }
        for (int x = 0; x < width; x++) {
            img_color c = color_at(unit, header, r, x);
            if (out->format == IMG_RGB565) {
                uint32_t word = pixel_to_565(c);
                row[2 * (left + x)] = (uint8_t)word;
                row[2 * (left + x) + 1] = (uint8_t)(word >> 8);
            } else if (out->format == IMG_RGB888) {
                row[3 * (left + x)] = c.r;
                row[3 * (left + x) + 1] = c.g;
                row[3 * (left + x) + 2] = c.b;
            } else {
                img_set(out, left + x, top + y, c);
            }
        }
    }
}
