// SPDX-License-Identifier: MIT
// Bilinear samples of RGB565, the format of colour frames.

#ifndef IMAGE_ROWS_565_H
#define IMAGE_ROWS_565_H

#include <stdint.h>

// A sample has 24 fraction bits: 12 of each direction's weight.
enum { IMG_WEIGHT_BITS = 12, IMG_SAMPLE_BITS = 2 * IMG_WEIGHT_BITS };

// One tensor row's neighbourhood: two image rows and their weights.
typedef struct img_taps {
    const uint8_t *upper, *lower;
    uint32_t upper_weight, lower_weight;
} img_taps;

// Splits a 32.32 place into a whole pixel and the weight of the next one.
static inline int32_t img_split(int64_t at, uint32_t *next_weight) {
    *next_weight = ((uint32_t)at >> (32 - IMG_WEIGHT_BITS - 1)) + 1;
    *next_weight >>= 1;
    // An arithmetic shift: every compiler for these machines has it.
    return (int32_t)(at >> 32);
}

// Red, green and blue of count places, step apart from the place at on, in
// rows of width pixels.
void img_sample_565(const img_taps *taps, int64_t at, int64_t step,
        int32_t width, int32_t count, uint32_t *out);

#endif
