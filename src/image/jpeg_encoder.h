// SPDX-License-Identifier: MIT
// The steps of the encoder: pixels to samples, samples to coefficients,
// coefficients to bits.

#ifndef IMAGE_JPEG_ENCODER_H
#define IMAGE_JPEG_ENCODER_H

#include <stdbool.h>

#include "image/image.h"
#include "image/jpeg.h"
#include "image/jpeg_tables.h"

// --- jpeg_fetch.c -----------------------------------------------------------

// Samples keep four bits of fraction, so that colours are rounded only once,
// by the quantiser, and run from -128 to 127.
enum { JPEG_FRACTION_BITS = 4 };

// The smallest unit of a file: luma of 8 * h x 8 * v pixels, and what they
// share of colour.
typedef struct jpeg_mcu {
    int16_t luma[4 * JPEG_BLOCK_SAMPLES]; // rows of 8 * h
    int16_t blue[JPEG_BLOCK_SAMPLES];     // Cb
    int16_t red[JPEG_BLOCK_SAMPLES];      // Cr
} jpeg_mcu;

// Pixels that share a sample of colour: h and v are 1 or 2.
typedef struct jpeg_layout {
    uint8_t h, v;
    bool gray; // 8 x 8 pixels of luma only
} jpeg_layout;

// What an image of that format gets (jpeg_encode.c).
jpeg_layout jpeg_layout_of(img_format format, int quality,
        img_jpeg_sampling sampling);

// Fills mcu from the pixels at x, y (left, top). Beyond the image's right and
// lower edge its last pixels repeat.
void jpeg_fetch(const img_image *image, int32_t x, int32_t y,
        jpeg_layout layout, jpeg_mcu *mcu);

// --- jpeg_fdct.c ------------------------------------------------------------

// Coefficients of one block, row by row. They are larger than those of the
// standard by the fraction bits and a factor of each place, which
// jpeg_fdct_reciprocals() accounts for.
void jpeg_fdct(const int16_t *samples, uint32_t stride,
        int32_t coefficients[JPEG_BLOCK_SAMPLES]);

// What coefficients in zigzag order are multiplied by, with 33 bits of
// fraction, to be divided by the steps.
void jpeg_fdct_reciprocals(const uint8_t steps[JPEG_BLOCK_SAMPLES],
        int32_t reciprocals[JPEG_BLOCK_SAMPLES]);

// --- jpeg_entropy.c ---------------------------------------------------------

// Where the file goes, bit by bit.
typedef struct jpeg_writer {
    uint8_t *at;
    uint8_t *end;
    uint32_t word; // bits not yet stored, from the top
    int32_t room;  // bits free in word
    bool full;     // what came after end was dropped
} jpeg_writer;

// Values of an alternating coefficient take at most 10 bits.
enum { JPEG_VALUE_BITS = 11 };

// Code of each symbol << 5 | its length.
typedef struct jpeg_encode_table {
    uint32_t dc[JPEG_DC_SYMBOLS];
    uint32_t ac[JPEG_VALUE_BITS << 4]; // bits of the value << 4 | run
} jpeg_encode_table;

void jpeg_encode_table_init(jpeg_encode_table *table, int chroma);

// Quantises and writes one block; *dc is the component's last DC value.
void jpeg_write_block(jpeg_writer *writer, const jpeg_encode_table *table,
        const int32_t coefficients[JPEG_BLOCK_SAMPLES],
        const int32_t reciprocals[JPEG_BLOCK_SAMPLES], int32_t *dc);

// Fills the last byte with ones and stores it.
void jpeg_write_end(jpeg_writer *writer);

#endif
