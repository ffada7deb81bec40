// SPDX-License-Identifier: MIT
// How often which value occurs, and what that says of an image.

#ifndef IMAGE_HISTOGRAM_H
#define IMAGE_HISTOGRAM_H

#include "image/blit.h"

// Which pixels count: those whose channels all lie between low and high. Gray
// images have one channel, all others L, a and b.
typedef struct img_range {
    int16_t low[3], high[3];
} img_range;

// One channel's counts. Bin k stands for the values around
// low + k * (high - low) / (bins - 1).
typedef struct img_histogram {
    uint32_t *counts; // of the caller
    int32_t bins;     // 1 …
    int32_t low, high;
    uint32_t total; // of counts
} img_histogram;

// Channels that an image's histogram has: 1 or 3.
uint32_t img_histogram_channels(const img_image *image);
// low and high of a channel, and as many bins as it has values; no counts.
img_histogram img_histogram_of(const img_image *image, uint32_t channel);

// Counts the pixels of roi that lie in one of `ranges` (in none of them, where
// `invert`; all where count is 0) into h[0 … channels-1], whose counts must
// have room for their bins and are cleared first. roi must lie inside.
int img_histogram_count(const img_image *image, const img_box *roi,
        const img_range *ranges, uint32_t count, bool invert, img_histogram *h);

// What the values are like; all 0 where none was counted.
typedef struct img_statistics {
    int32_t mean, median, mode, stdev, min, max, lq, uq;
} img_statistics;

img_statistics img_histogram_statistics(const img_histogram *h);

// The value that so much of the counts (0 … 65536) lie at or below.
int32_t img_histogram_percentile(const img_histogram *h, uint32_t part);

// The value that divides the counts into two groups best (Otsu's method).
int32_t img_histogram_threshold(const img_histogram *h);

#endif
