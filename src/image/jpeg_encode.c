// SPDX-License-Identifier: MIT
// Writes a baseline file: its headers (T.81 annex B), then unit by unit.

#include "image/jpeg.h"
#include "image/jpeg_encoder.h"

typedef struct encoder {
    const img_image *image;
    jpeg_layout layout;
    jpeg_writer writer;
    jpeg_encode_table table[2]; // of luma, of colour
    int32_t reciprocals[2][JPEG_BLOCK_SAMPLES];
    int32_t dc[3];
    jpeg_mcu mcu;
} encoder;

static void put_byte(jpeg_writer *w, uint32_t byte) {
    if (w->at == w->end) {
        w->full = true;
    } else {
        *w->at++ = (uint8_t)byte;
    }
}

static void put_bytes(jpeg_writer *w, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        put_byte(w, bytes[i]);
    }
}

static void put_u16(jpeg_writer *w, uint32_t number) {
    put_byte(w, number >> 8);
    put_byte(w, number);
}

static void put_marker(jpeg_writer *w, uint32_t marker) {
    put_u16(w, 0xFF00u | marker);
}

// A marker and the length of its segment, which counts itself.
static void put_segment(jpeg_writer *w, uint32_t marker, uint32_t length) {
    put_marker(w, marker);
    put_u16(w, length + 2);
}

static void put_quantisers(encoder *e, int quality) {
    for (int t = 0; t < (e->layout.gray ? 1 : 2); t++) {
        uint8_t steps[JPEG_BLOCK_SAMPLES];
        jpeg_quantisers(quality, t, steps);
        jpeg_fdct_reciprocals(steps, e->reciprocals[t]);
        put_segment(&e->writer, JPEG_DQT, 1 + JPEG_BLOCK_SAMPLES);
        put_byte(&e->writer, (uint32_t)t);
        put_bytes(&e->writer, steps, JPEG_BLOCK_SAMPLES);
    }
}

static void put_codes(jpeg_writer *w, uint32_t id, const jpeg_codes *codes) {
    put_segment(w, JPEG_DHT, 1u + JPEG_LENGTHS + codes->symbol_count);
    put_byte(w, id);
    put_bytes(w, codes->counts, JPEG_LENGTHS);
    put_bytes(w, codes->symbols, codes->symbol_count);
}

static void put_headers(encoder *e, int quality) {
    // Version 1.01, square pixels, no thumbnail.
    static const uint8_t jfif[] = {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1,
            0, 0};
    jpeg_writer *w = &e->writer;
    uint32_t components = e->layout.gray ? 1 : 3;
    put_marker(w, JPEG_SOI);
    put_segment(w, JPEG_APP0, sizeof jfif);
    put_bytes(w, jfif, sizeof jfif);
    put_quantisers(e, quality);
    put_segment(w, JPEG_SOF0, 6 + 3 * components);
    put_byte(w, 8); // bits of a sample
    put_u16(w, (uint32_t)e->image->height);
    put_u16(w, (uint32_t)e->image->width);
    put_byte(w, components);
    for (uint32_t c = 0; c < components; c++) {
        put_byte(w, c + 1);
        put_byte(w, c == 0 ? (uint32_t)e->layout.h << 4 | e->layout.v : 0x11);
        put_byte(w, c == 0 ? 0 : 1);
    }
    for (uint32_t t = 0; t < (e->layout.gray ? 1 : 2); t++) {
        jpeg_encode_table_init(&e->table[t], (int)t);
        put_codes(w, t, &jpeg_standard_dc[t]);
        put_codes(w, 0x10 | t, &jpeg_standard_ac[t]);
    }
    put_segment(w, JPEG_SOS, 4 + 2 * components);
    put_byte(w, components);
    for (uint32_t c = 0; c < components; c++) {
        put_byte(w, c + 1);
        put_byte(w, c == 0 ? 0x00 : 0x11);
    }
    put_byte(w, 0);
    put_byte(w, JPEG_BLOCK_SAMPLES - 1);
    put_byte(w, 0);
}

static void put_block(encoder *e, const int16_t *samples, uint32_t stride,
        int component) {
    int32_t coefficients[JPEG_BLOCK_SAMPLES];
    int t = component == 0 ? 0 : 1;
    jpeg_fdct(samples, stride, coefficients);
    jpeg_write_block(&e->writer, &e->table[t], coefficients, e->reciprocals[t],
            &e->dc[component]);
}

static void put_unit(encoder *e, int32_t x, int32_t y) {
    uint32_t stride = JPEG_BLOCK * (uint32_t)e->layout.h;
    jpeg_fetch(e->image, x, y, e->layout, &e->mcu);
    for (uint32_t v = 0; v < e->layout.v; v++) {
        for (uint32_t h = 0; h < e->layout.h; h++) {
            put_block(e, e->mcu.luma + v * JPEG_BLOCK * stride + h * JPEG_BLOCK,
                    stride, 0);
        }
    }
    if (!e->layout.gray) {
        put_block(e, e->mcu.blue, JPEG_BLOCK, 1);
        put_block(e, e->mcu.red, JPEG_BLOCK, 2);
    }
}

jpeg_layout jpeg_layout_of(img_format format, int quality,
        img_jpeg_sampling sampling) {
    jpeg_layout layout = {1, 1, false};
    if (sampling == IMG_JPEG_AUTO) {
        sampling = quality < 80 ? IMG_JPEG_420
                : quality < 95  ? IMG_JPEG_422
                                : IMG_JPEG_444;
    }
    if (format == IMG_GRAYSCALE || format == IMG_BINARY) {
        layout.gray = true;
    } else if (sampling != IMG_JPEG_444) {
        layout.h = 2;
        layout.v = sampling == IMG_JPEG_420 ? 2 : 1;
    }
    return layout;
}

int img_jpeg_encode(const img_image *image, int quality,
        img_jpeg_sampling sampling, uint8_t *out, size_t capacity,
        size_t *bytes) {
    *bytes = 0;
    if (img_check(image) != 0 || quality < 1 || quality > 100 ||
            (unsigned)sampling > IMG_JPEG_420) {
        return IMG_ERR_INVALID;
    }
    encoder e = {.image = image, .writer = {out, out + capacity, 0, 32, false}};
    e.layout = jpeg_layout_of(image->format, quality, sampling);
    put_headers(&e, quality);
    for (int32_t y = 0; y < image->height; y += JPEG_BLOCK * e.layout.v) {
        for (int32_t x = 0; x < image->width; x += JPEG_BLOCK * e.layout.h) {
            put_unit(&e, x, y);
            if (e.writer.full) {
                return IMG_JPEG_ERR_FULL;
            }
        }
    }
    jpeg_write_end(&e.writer);
    put_marker(&e.writer, JPEG_EOI);
    if (e.writer.full) {
        return IMG_JPEG_ERR_FULL;
    }
    *bytes = (size_t)(e.writer.at - out);
    return 0;
}
