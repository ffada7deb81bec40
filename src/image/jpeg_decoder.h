// SPDX-License-Identifier: MIT
// The steps of the decoder: what the headers say, bits to coefficients,
// coefficients to samples, samples to pixels.

#ifndef IMAGE_JPEG_DECODER_H
#define IMAGE_JPEG_DECODER_H

#include <stdbool.h>

#include "image/image.h"
#include "image/jpeg_tables.h"

enum {
    JPEG_COMPONENTS = 3,
    JPEG_FACTOR = 4,       // largest sampling factor
    JPEG_UNIT_BLOCKS = 10, // most blocks of a unit (T.81 B.2.3)
    JPEG_TABLES = 2,       // Huffman tables of each class
    JPEG_QUANTISERS = 4,
};

// --- jpeg_parse.c -----------------------------------------------------------

typedef struct jpeg_component {
    uint8_t id;
    uint8_t h, v;      // blocks of a unit
    uint8_t quantiser; // which of the header's
    uint8_t dc, ac;    // and which tables
} jpeg_component;

// What a file says before its scan; points into the file.
typedef struct jpeg_header {
    int32_t width, height;
    uint8_t count; // components: 1 or 3
    uint8_t h, v;  // largest factors
    bool rgb;      // the components are red, green, blue
    jpeg_component component[JPEG_COMPONENTS];
    uint32_t restart;                      // units from one to the next, or 0
    const uint8_t *steps[JPEG_QUANTISERS]; // in zigzag order, NULL: none
    bool wide[JPEG_QUANTISERS];            // of two bytes each
    jpeg_codes dc[JPEG_TABLES], ac[JPEG_TABLES];
    const uint8_t *scan; // the coded data, up to end
    const uint8_t *end;
} jpeg_header;

// Reads the headers up to the first scan. 0 or a code of jpeg.h.
int jpeg_parse(jpeg_header *header, const void *data, size_t bytes);

// --- jpeg_bits.c ------------------------------------------------------------

enum { JPEG_FAST_BITS = 8 };

typedef struct jpeg_decode_table {
    // For what the next bits can be: length << 8 | symbol, or 0 when the code
    // is longer than them.
    uint16_t fast[1 << JPEG_FAST_BITS];
    uint32_t limit[JPEG_LENGTHS + 1]; // first code, in 16 bits, that is longer
    int32_t offset[JPEG_LENGTHS + 1]; // from a code to its symbol's place
    const uint8_t *symbols;
} jpeg_decode_table;

// False when there are more codes than can be.
bool jpeg_decode_table_init(jpeg_decode_table *table, const jpeg_codes *codes);

typedef struct jpeg_reader {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t bits; // those read ahead, from the top
    int32_t count; // how many; negative when used beyond the end
    int32_t made;  // of them, zeros put in behind the end
} jpeg_reader;

void jpeg_reader_init(jpeg_reader *reader, const uint8_t *at,
        const uint8_t *end);

// Reads one block: coefficients row by row, multiplied by the steps (which are
// in zigzag order). *dc is the component's last DC value; *last becomes the
// place of the last coefficient that is not zero, in zigzag order. False for
// codes that do not exist, too many values, or a scan that ended.
bool jpeg_read_block(jpeg_reader *reader, const jpeg_decode_table *dc_table,
        const jpeg_decode_table *ac_table,
        const uint16_t steps[JPEG_BLOCK_SAMPLES], int32_t *dc,
        int16_t coefficients[JPEG_BLOCK_SAMPLES], int *last);

// Goes to the next restart marker, which must be number `n` & 7.
bool jpeg_read_restart(jpeg_reader *reader, uint32_t n);

// --- jpeg_idct.c ------------------------------------------------------------

// Samples 0 … 255 of a block, rows `stride` apart.
void jpeg_idct(const int16_t coefficients[JPEG_BLOCK_SAMPLES], int last,
        uint8_t *samples, uint32_t stride);

// --- jpeg_store.c -----------------------------------------------------------

// The samples of a unit, component after component, in rows of 8 * its h.
typedef struct jpeg_unit {
    uint8_t samples[JPEG_UNIT_BLOCKS * JPEG_BLOCK_SAMPLES];
    const uint8_t *plane[JPEG_COMPONENTS];
    // Which sample of a row belongs to a pixel.
    uint8_t column[JPEG_COMPONENTS][JPEG_FACTOR * JPEG_BLOCK];
} jpeg_unit;

void jpeg_unit_init(jpeg_unit *unit, const jpeg_header *header);

// Writes those pixels of a unit that lie inside the image.
void jpeg_store(const jpeg_unit *unit, const jpeg_header *header,
        const img_image *out, int32_t left, int32_t top);

#endif
