// SPDX-License-Identifier: MIT
// Reads a baseline file, unit by unit, into an image.

#include <stdalign.h>

#include "image/jpeg.h"
#include "image/jpeg_decoder.h"

// What lies in the caller's scratch.
typedef struct decoder {
    jpeg_header header;
    jpeg_reader reader;
    uint16_t steps[JPEG_COMPONENTS][JPEG_BLOCK_SAMPLES];
    int32_t level[JPEG_COMPONENTS];
    jpeg_decode_table dc[JPEG_TABLES], ac[JPEG_TABLES];
    jpeg_unit unit;
} decoder;

enum { SCRATCH = sizeof(decoder) + alignof(decoder) - 1 };

int img_jpeg_read_info(const void *data, size_t bytes, img_jpeg_info *info) {
    jpeg_header header;
    int err = jpeg_parse(&header, data, bytes);
    if (err) {
        return err;
    }
    info->width = header.width;
    info->height = header.height;
    info->components = header.count;
    info->h = header.h;
    info->v = header.v;
    info->scratch_bytes = SCRATCH;
    return 0;
}

static bool prepare(decoder *d) {
    for (int c = 0; c < d->header.count; c++) {
        uint32_t t = d->header.component[c].quantiser;
        const uint8_t *from = d->header.steps[t];
        for (int k = 0; k < JPEG_BLOCK_SAMPLES; k++) {
            d->steps[c][k] = d->header.wide[t]
                    ? (uint16_t)(from[2 * k] << 8 | from[2 * k + 1])
                    : from[k];
        }
    }
    for (int t = 0; t < JPEG_TABLES; t++) {
        if (!jpeg_decode_table_init(&d->dc[t], &d->header.dc[t]) ||
                !jpeg_decode_table_init(&d->ac[t], &d->header.ac[t])) {
            return false;
        }
    }
    jpeg_unit_init(&d->unit, &d->header);
    jpeg_reader_init(&d->reader, d->header.scan, d->header.end);
    return true;
}

// `luma` leaves the samples of colour as they are.
static bool read_unit(decoder *d, bool luma) {
    uint8_t *samples = d->unit.samples;
    for (int c = 0; c < d->header.count; c++) {
        const jpeg_component *part = &d->header.component[c];
        uint32_t stride = part->h * JPEG_BLOCK;
        for (int b = 0; b < part->h * part->v; b++) {
            int16_t coefficients[JPEG_BLOCK_SAMPLES];
            int last = 0;
            if (!jpeg_read_block(&d->reader, &d->dc[part->dc], &d->ac[part->ac],
                        d->steps[c], &d->level[c], coefficients, &last)) {
                return false;
            }
            if (c == 0 || !luma) {
                jpeg_idct(coefficients, last,
                        samples +
                                (uint32_t)(b / part->h) * JPEG_BLOCK * stride +
                                (uint32_t)(b % part->h) * JPEG_BLOCK,
                        stride);
            }
        }
        samples += part->h * part->v * JPEG_BLOCK_SAMPLES;
    }
    return true;
}

static bool restart(decoder *d, uint32_t unit) {
    if (d->header.restart == 0 || unit == 0 || unit % d->header.restart != 0) {
        return true;
    }
    for (int c = 0; c < d->header.count; c++) {
        d->level[c] = 0;
    }
    return jpeg_read_restart(&d->reader, unit / d->header.restart - 1);
}

int img_jpeg_decode(const void *data, size_t bytes, const img_image *out,
        void *scratch, size_t scratch_bytes) {
    if (img_check(out) != 0) {
        return IMG_ERR_INVALID;
    }
    if (scratch_bytes < SCRATCH) {
        return IMG_JPEG_ERR_SCRATCH;
    }
    uintptr_t at = (uintptr_t)scratch;
    decoder *d = (decoder *)((at + alignof(decoder) - 1) &
            ~(uintptr_t)(alignof(decoder) - 1));
    int err = jpeg_parse(&d->header, data, bytes);
    if (err) {
        return err;
    }
    if (out->width != d->header.width || out->height != d->header.height) {
        return IMG_ERR_INVALID;
    }
    if (!prepare(d)) {
        return IMG_JPEG_ERR_DAMAGED;
    }
    d->level[0] = d->level[1] = d->level[2] = 0;
    uint32_t unit = 0;
    bool luma = out->format == IMG_GRAYSCALE && !d->header.rgb;
    for (int32_t y = 0; y < out->height; y += d->header.v * JPEG_BLOCK) {
        for (int32_t x = 0; x < out->width; x += d->header.h * JPEG_BLOCK) {
            if (!restart(d, unit++) || !read_unit(d, luma)) {
                return IMG_JPEG_ERR_DAMAGED;
            }
            jpeg_store(&d->unit, &d->header, out, x, y);
        }
    }
    return 0;
}
