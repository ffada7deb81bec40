// SPDX-License-Identifier: MIT
// What every baseline file has in common: orders, tables and markers.

#ifndef IMAGE_JPEG_TABLES_H
#define IMAGE_JPEG_TABLES_H

#include <stdint.h>

enum {
    JPEG_BLOCK = 8,
    JPEG_BLOCK_SAMPLES = 64,
    JPEG_LENGTHS = 16, // of Huffman codes
    JPEG_DC_SYMBOLS = 12,
    JPEG_AC_SYMBOLS = 162,
};

// Second bytes of markers (T.81 table B.1).
enum {
    JPEG_SOF0 = 0xC0,
    JPEG_SOF1 = 0xC1,
    JPEG_SOF2 = 0xC2,
    JPEG_DHT = 0xC4,
    JPEG_JPG = 0xC8,
    JPEG_DAC = 0xCC,
    JPEG_SOF15 = 0xCF,
    JPEG_RST0 = 0xD0,
    JPEG_RST7 = 0xD7,
    JPEG_SOI = 0xD8,
    JPEG_EOI = 0xD9,
    JPEG_SOS = 0xDA,
    JPEG_DQT = 0xDB,
    JPEG_DNL = 0xDC,
    JPEG_DRI = 0xDD,
    JPEG_APP0 = 0xE0,
    JPEG_APP14 = 0xEE,
    JPEG_TEM = 0x01,
};

// Place in a block, row by row, of the k-th coefficient of a file.
extern const uint8_t jpeg_zigzag[JPEG_BLOCK_SAMPLES];

// A Huffman table as a file has it: how many codes there are of each length,
// and their symbols, shortest code first.
typedef struct jpeg_codes {
    const uint8_t *counts; // JPEG_LENGTHS
    const uint8_t *symbols;
    uint16_t symbol_count;
} jpeg_codes;

// T.81 tables K.3 to K.6, [luma 0 or chroma 1].
extern const jpeg_codes jpeg_standard_dc[2];
extern const jpeg_codes jpeg_standard_ac[2];

// T.81 tables K.1 and K.2 scaled to a quality of 1 … 100, in zigzag order:
// quality 50 is the tables themselves, 100 is ones.
void jpeg_quantisers(int quality, int chroma,
        uint8_t steps[JPEG_BLOCK_SAMPLES]);

#endif
