// SPDX-License-Identifier: MIT
// Conversion in place.
//
// Where the size stays, a row of the source is kept beside, or three of a
// Bayer image: more than that no pixel looks at. Rows are made from the top
// when the new ones are not longer than the old, else from the bottom, so that
// nothing is overwritten before it was kept. All else works on a copy of the
// part that is shown.

#include "image/convert.h"

#include <string.h>

#include "image/bayer.h"

enum { KEPT = 3 };

static bool same_size(const img_blit *b) {
    return b->roi.w == b->to.w && b->roi.h == b->to.h && !b->hmirror &&
            !b->vflip && !b->transpose;
}

// The part on its own: without gaps.
static img_image part_of(const img_image *image, const img_box *roi,
        uint8_t *data) {
    img_image part = img_image_of(data, roi->w, roi->h, image->format);
    part.bayer = img_bayer_shifted(image->bayer, roi->x, roi->y);
    return part;
}

size_t img_convert_scratch(const img_image *image, const img_blit *blit) {
    img_image part = part_of(image, &blit->roi, NULL);
    return same_size(blit) ? (size_t)KEPT * part.stride : img_bytes(&part);
}

// Copies a row of the part, pixel by pixel where they share bytes.
static void keep(const img_image *image, const img_box *roi, int32_t row,
        uint8_t *to) {
    if (image->format == IMG_BINARY || image->format == IMG_YUV422) {
        img_image line = img_image_of(to, roi->w, 1, image->format);
        for (int32_t x = 0; x < roi->w; x++) {
            img_set(&line, x, 0, img_get(image, roi->x + x, roi->y + row));
        }
        return;
    }
    size_t size = img_row_bytes(image->format, 1);
    memcpy(to,
            image->data + (size_t)(roi->y + row) * image->stride +
                    (size_t)roi->x * size,
            (size_t)roi->w * size);
}

// Rows y - 1, y and y + 1 of the part, as far as there are any.
typedef struct window {
    const img_image *image;
    img_box roi;
    uint8_t *rows[KEPT];
} window;

static void slide(window *w, int32_t y, int32_t step) {
    int32_t near = step > 0 ? 0 : 2; // the slot that is left behind
    uint8_t *freed = w->rows[near];
    w->rows[near] = w->rows[1];
    w->rows[1] = w->rows[2 - near];
    w->rows[2 - near] = freed;
    int32_t next = y + step;
    bool bayer = w->image->format == IMG_BAYER;
    if (bayer && next >= 0 && next < w->roi.h) {
        keep(w->image, &w->roi, next, freed);
    } else if (!bayer) {
        keep(w->image, &w->roi, y, w->rows[1]);
    }
}

// Draws row y of the part, from the rows that were kept.
static void draw_row(const window *w, const img_image *result,
        const img_blit *blit, int32_t y) {
    img_image line = *result;
    line.data = result->data + (size_t)y * result->stride;
    line.height = 1;
    line.bayer = img_bayer_shifted(result->bayer, 0, y);
    memset(line.data, 0, line.stride);
    img_blit b = *blit;
    b.to = (img_box){0, 0, w->roi.w, 1};
    b.roi = b.to;
    img_image from = part_of(w->image, &w->roi, w->rows[1]);
    from.height = 1;
    if (from.format != IMG_BAYER) {
        img_blit_row(&line, &from, &b, 0);
        return;
    }
    // The three rows need not lie in order: each pixel names its own.
    for (int32_t x = 0; x < w->roi.w; x++) {
        const uint8_t *rows[KEPT] = {w->rows[0], w->rows[1], w->rows[2]};
        rows[0] = y > 0 ? rows[0] : w->roi.h > 1 ? rows[2] : rows[1];
        rows[2] = y + 1 < w->roi.h ? w->rows[2] : rows[0];
        img_color c = img_bayer_of_rows(rows, from.width, from.bayer, x, y);
        uint8_t pixel[3] = {c.r, c.g, c.b};
        img_image one = img_image_of(pixel, 1, 1, IMG_RGB888);
        b.to = (img_box){x, 0, 1, 1};
        b.roi = (img_box){0, 0, 1, 1};
        img_blit_row(&line, &one, &b, 0);
    }
}

static void convert_rows(const img_image *image, const img_image *result,
        const img_blit *blit, uint8_t *scratch) {
    window w = {.image = image, .roi = blit->roi};
    size_t stride = img_row_bytes(image->format, blit->roi.w);
    for (size_t k = 0; k < KEPT; k++) {
        w.rows[k] = scratch + k * stride;
    }
    int32_t step = result->stride <= stride ? 1 : -1;
    int32_t y = step > 0 ? 0 : blit->roi.h - 1;
    if (image->format == IMG_BAYER) {
        keep(image, &blit->roi, y, w.rows[1 + step]);
    }
    for (; y >= 0 && y < blit->roi.h; y += step) {
        slide(&w, y, step);
        draw_row(&w, result, blit, y);
    }
}

// The part moves to the image's beginning.
static void cut(img_image *image, const img_box *roi, uint8_t *scratch) {
    img_image part = part_of(image, roi, image->data);
    for (int32_t y = 0; y < roi->h; y++) {
        keep(image, roi, y, scratch);
        memcpy(part.data + (size_t)y * part.stride, scratch, part.stride);
    }
    *image = part;
}

int img_convert(img_image *image, size_t capacity, const img_blit *blit,
        img_format format, void *scratch) {
    img_blit b = *blit;
    b.to.x = 0;
    b.to.y = 0;
    img_image result = img_image_of(image->data, b.to.w, b.to.h, format);
    result.bayer = img_bayer_shifted(image->bayer, b.roi.x, b.roi.y);
    if (img_bytes(&result) > capacity) {
        return IMG_ERR_NO_MEMORY;
    }
    // The checks of a blit, on a part that is not touched.
    img_blit nothing = b;
    nothing.to.x = b.to.w;
    int err = img_blit_run(&result, image, &nothing);
    if (err) {
        return err;
    }
    if (!same_size(&b)) {
        img_image part = part_of(image, &b.roi, scratch);
        for (int32_t y = 0; y < b.roi.h; y++) {
            keep(image, &b.roi, y, part.data + (size_t)y * part.stride);
        }
        b.roi.x = 0;
        b.roi.y = 0;
        memset(result.data, 0, img_bytes(&result));
        err = img_blit_run(&result, &part, &b);
    } else {
        if (b.roi.w != image->width || b.roi.h != image->height ||
                image->stride != img_row_bytes(image->format, image->width)) {
            cut(image, &b.roi, scratch);
            b.roi.x = 0;
            b.roi.y = 0;
        }
        if (!img_blit_is_copy(&result, image, &b)) {
            convert_rows(image, &result, &b, scratch);
        }
    }
    *image = result;
    return err;
}
