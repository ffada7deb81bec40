// SPDX-License-Identifier: MIT
// How often which values were seen, over all of float32's range.

#include "host/quantize/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int start(histogram *h) {
    if (!h->counts) {
        h->counts = calloc(HISTOGRAM_BINS, sizeof *h->counts);
    }
    return h->counts ? 0 : -1;
}

int histogram_add(histogram *h, const float *values, uint32_t count) {
    if (start(h)) {
        return -1;
    }
    for (uint32_t k = 0; k < count; k++) {
        float value = values[k];
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        if (!isfinite(value)) {
            continue;
        }
        h->low = value < h->low ? value : h->low;
        h->high = value > h->high ? value : h->high;
        uint32_t *bin = &h->counts[bits >> 16];
        *bin += *bin < UINT32_MAX;
    }
    return 0;
}

int histogram_merge(histogram *h, const histogram *from) {
    if (!from->counts) {
        return 0;
    }
    if (start(h)) {
        return -1;
    }
    h->low = from->low < h->low ? from->low : h->low;
    h->high = from->high > h->high ? from->high : h->high;
    for (uint32_t k = 0; k < HISTOGRAM_BINS; k++) {
        uint32_t sum = h->counts[k] + from->counts[k];
        h->counts[k] = sum < from->counts[k] ? UINT32_MAX : sum;
    }
    return 0;
}

void histogram_free(histogram *h) {
    free(h->counts);
    *h = (histogram){0};
}

static float bin_value(uint32_t bin) {
    uint32_t bits = bin << 16 | 0x8000;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double histogram_negative(const histogram *h) {
    double negative = 0;
    double all = 0;
    for (uint32_t k = 0; h->counts && k < HISTOGRAM_BINS; k++) {
        all += h->counts[k];
        negative += bin_value(k) < 0 ? h->counts[k] : 0;
    }
    return all > 0 ? negative / all : 0;
}

// Mean squared error of clipping one side at bound, times the count; side is
// the sign bit's place in a bin.
static double clip_error(const histogram *h, uint32_t side, double bound) {
    double error = 0;
    for (uint32_t k = 0; k < HISTOGRAM_BINS / 2; k++) {
        uint32_t count = h->counts[side | k];
        if (!count) {
            continue;
        }
        double beyond = fabs((double)bin_value(side | k)) - bound;
        if (beyond > 0) {
            error += count * beyond * beyond;
        }
    }
    return error;
}

// What rounding to steps costs: a twelfth of a squared step, or all of a
// value that is too small to leave 0.
static double round_error(const histogram *h, double step) {
    double error = 0;
    for (uint32_t k = 0; k < HISTOGRAM_BINS; k++) {
        if (h->counts[k]) {
            double value = (double)bin_value(k);
            error += h->counts[k] * fmin(value * value, step * step / 12);
        }
    }
    return error;
}

enum { CANDIDATES = 96 };

// Bounds from the extreme down to a 2000th of it.
static double candidate(double extreme, int k) {
    return extreme * pow(0.923, k);
}

void histogram_best_range(const histogram *h, float *low, float *high) {
    const uint32_t negative = HISTOGRAM_BINS / 2;
    double best = INFINITY;
    *low = h->low;
    *high = h->high;
    if (!h->counts || h->low >= h->high) {
        return;
    }
    double below[CANDIDATES];
    double above[CANDIDATES];
    for (int k = 0; k < CANDIDATES; k++) {
        below[k] = clip_error(h, negative, candidate(-(double)h->low, k));
        above[k] = clip_error(h, 0, candidate((double)h->high, k));
    }
    for (int i = 0; i < CANDIDATES && (i == 0 || h->low < 0); i++) {
        for (int j = 0; j < CANDIDATES && (j == 0 || h->high > 0); j++) {
            double clipped = below[i] + above[j];
            if (clipped >= best) {
                continue;
            }
            double l = candidate(-(double)h->low, i);
            double u = candidate((double)h->high, j);
            double error = clipped + round_error(h, (l + u) / 255);
            if (error < best) {
                best = error;
                *low = (float)-l;
                *high = (float)u;
            }
        }
    }
}
