// SPDX-License-Identifier: MIT
// How often which values were seen, over all of float32's range.

#ifndef HOST_QUANTIZE_HISTOGRAM_H
#define HOST_QUANTIZE_HISTOGRAM_H

#include <stdint.h>

// A bin is the upper half of a float's bits: sign, exponent and 7 bits of
// fraction, so bins are a 128th of their value wide at any magnitude and no
// range must be known beforehand.
enum { HISTOGRAM_BINS = 1 << 16 };

typedef struct histogram {
    uint32_t *counts; // HISTOGRAM_BINS, saturating; NULL: nothing seen
    float low, high;  // exact extremes, 0 included
} histogram;

// Values that are no numbers are left out. Returns -1 when memory runs out.
int histogram_add(histogram *h, const float *values, uint32_t count);
// Adds from's counts to those of h.
int histogram_merge(histogram *h, const histogram *from);
void histogram_free(histogram *h);

// The part of the numbers that is negative, 0 … 1.
double histogram_negative(const histogram *h);

// A range for int8 with the least mean squared error: of rounding within it
// and of clipping beyond. Holds 0.
void histogram_best_range(const histogram *h, float *low, float *high);

#endif
