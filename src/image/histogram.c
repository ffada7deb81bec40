// SPDX-License-Identifier: MIT
// Counting values, and statistics of the counts.

#include "image/histogram.h"

#include <string.h>

#include "image/lab.h"
#include "image/pixel.h"

uint32_t img_histogram_channels(const img_image *image) {
    return image->format == IMG_GRAYSCALE || image->format == IMG_BINARY ? 1
                                                                         : 3;
}

img_histogram img_histogram_of(const img_image *image, uint32_t channel) {
    img_histogram h = {.high = 255, .bins = 256};
    if (image->format == IMG_BINARY) {
        h.high = 1;
        h.bins = 2;
    } else if (img_histogram_channels(image) == 3 && channel == 0) {
        h.high = 100;
        h.bins = 101;
    } else if (img_histogram_channels(image) == 3) {
        h.low = -128;
        h.high = 127;
    }
    return h;
}

static bool in_range(const img_range *range, const int32_t *value,
        uint32_t channels) {
    for (uint32_t c = 0; c < channels; c++) {
        if (value[c] < range->low[c] || value[c] > range->high[c]) {
            return false;
        }
    }
    return true;
}

// *last and value are those of the pixel before: neighbours are often alike.
static void values_of(const img_image *image, int32_t x, int32_t y,
        img_color *last, int32_t value[3]) {
    img_color c = img_get(image, x, y);
    if (c.r == last->r && c.g == last->g && c.b == last->b) {
        return;
    }
    *last = c;
    if (image->format == IMG_GRAYSCALE) {
        value[0] = c.r;
    } else if (image->format == IMG_BINARY) {
        value[0] = c.r != 0;
    } else {
        img_lab lab = img_lab_of(c);
        value[0] = lab.l;
        value[1] = lab.a;
        value[2] = lab.b;
    }
}

static int32_t bin_of(const img_histogram *h, int32_t value) {
    int32_t span = h->high - h->low;
    return ((value - h->low) * (h->bins - 1) + span / 2) / span;
}

int img_histogram_count(const img_image *image, const img_box *roi,
        const img_range *ranges, uint32_t count, bool invert,
        img_histogram *h) {
    int err = img_check(image);
    if (err || roi->x < 0 || roi->y < 0 || roi->w < 1 || roi->h < 1 ||
            roi->w > image->width - roi->x || roi->h > image->height - roi->y) {
        return IMG_ERR_INVALID;
    }
    uint32_t channels = img_histogram_channels(image);
    for (uint32_t c = 0; c < channels; c++) {
        memset(h[c].counts, 0, (size_t)h[c].bins * sizeof(*h[c].counts));
        h[c].total = 0;
    }
    img_color last = {0, 0, 0};
    int32_t value[3] = {0};
    for (int32_t y = roi->y; y < roi->y + roi->h; y++) {
        for (int32_t x = roi->x; x < roi->x + roi->w; x++) {
            values_of(image, x, y, &last, value);
            bool counts = count == 0;
            for (uint32_t k = 0; k < count && !counts; k++) {
                counts = in_range(&ranges[k], value, channels);
            }
            if (counts == invert && count > 0) {
                continue;
            }
            for (uint32_t c = 0; c < channels; c++) {
                h[c].counts[bin_of(&h[c], value[c])]++;
                h[c].total++;
            }
        }
    }
    return 0;
}

static int32_t value_of(const img_histogram *h, int32_t bin) {
    if (h->bins < 2) {
        return h->low;
    }
    int32_t span = h->high - h->low;
    return h->low + (bin * span + (h->bins - 1) / 2) / (h->bins - 1);
}

int32_t img_histogram_percentile(const img_histogram *h, uint32_t part) {
    uint64_t wanted = (uint64_t)h->total * part;
    uint64_t sum = 0;
    for (int32_t k = 0; k < h->bins; k++) {
        sum += h->counts[k];
        if (h->counts[k] > 0 && sum * 65536 >= wanted) {
            return value_of(h, k);
        }
    }
    return 0;
}

static uint32_t square_root(uint64_t value) {
    uint64_t low = 0;
    uint64_t high = 1 << 20;
    while (low < high) {
        uint64_t middle = (low + high + 1) / 2;
        if (middle * middle <= value) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return (uint32_t)low;
}

// sum / total rounded to the nearest, for sums of either sign.
static int32_t rounded(int64_t sum, int64_t total) {
    return (int32_t)(sum >= 0 ? (sum + total / 2) / total
                              : -((-sum + total / 2) / total));
}

img_statistics img_histogram_statistics(const img_histogram *h) {
    img_statistics s = {0};
    if (h->total == 0) {
        return s;
    }
    int64_t sum = 0;
    int64_t squares = 0;
    int32_t mode = 0;
    int32_t first = -1;
    int32_t last = 0;
    for (int32_t k = 0; k < h->bins; k++) {
        int64_t count = h->counts[k];
        int64_t value = value_of(h, k);
        sum += count * value;
        squares += count * value * value;
        mode = h->counts[k] > h->counts[mode] ? k : mode;
        if (count > 0) {
            first = first < 0 ? k : first;
            last = k;
        }
    }
    int64_t total = h->total;
    // Variance times 4, so that its root can be rounded.
    int64_t mean_part = sum / total;
    int64_t rest = sum - mean_part * total;
    // Squares around mean_part keep to 63 bits.
    int64_t around =
            squares - 2 * mean_part * sum + mean_part * mean_part * total;
    int64_t variance4 = (4 * around - 4 * rest * rest / total) / total;
    s.mean = rounded(sum, total);
    s.mode = value_of(h, mode);
    s.stdev =
            (int32_t)((square_root((uint64_t)(variance4 > 0 ? variance4 : 0)) +
                              1) /
                    2);
    s.min = value_of(h, first);
    s.max = value_of(h, last);
    s.lq = img_histogram_percentile(h, 65536 / 4);
    s.median = img_histogram_percentile(h, 65536 / 2);
    s.uq = img_histogram_percentile(h, 65536 / 4 * 3);
    return s;
}

int32_t img_histogram_threshold(const img_histogram *h) {
    uint64_t sum = 0;
    for (int32_t k = 0; k < h->bins; k++) {
        sum += (uint64_t)h->counts[k] * (uint32_t)k;
    }
    uint64_t below = 0;
    uint64_t sum_below = 0;
    uint64_t best = 0;
    int32_t threshold = 0;
    for (int32_t k = 0; k < h->bins; k++) {
        below += h->counts[k];
        sum_below += (uint64_t)h->counts[k] * (uint32_t)k;
        uint64_t above = h->total - below;
        if (below == 0 || above == 0) {
            continue;
        }
        // Means of both groups with 8 fraction bits.
        int64_t distance = (int64_t)((sum - sum_below) * 256 / above) -
                (int64_t)(sum_below * 256 / below);
        // Weights as parts of 65536 keep the product in 64 bits.
        uint64_t weight =
                (below * 65536 / h->total) * (above * 65536 / h->total);
        uint64_t between = weight / 65536 * (uint64_t)(distance * distance);
        if (between > best) {
            best = between;
            threshold = k;
        }
    }
    return value_of(h, threshold);
}
