// SPDX-License-Identifier: MIT
// Bilinear samples of RGB565: two neighbours share a word, one in each half.

#include "image/rows_565.h"

// Four bytes, aligned or not: compilers make one load of it.
static inline uint32_t pair_at(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
            (uint32_t)at[3] << 24;
}

// The neighbours x and x + 1, or the outermost pixel twice.
static inline uint32_t pair_near(const uint8_t *row, int32_t x, int32_t width) {
    int32_t last = x < 0 ? 0 : width - 1;
    const uint8_t *at = row + 2 * last;
    return (uint32_t)(at[0] | at[1] << 8) * 0x00010001U;
}

// Both halves times their weights. Compilers for cores with 16-bit products
// take these.
static inline uint32_t blend(uint32_t pair, uint32_t weights) {
    int32_t left = (int16_t)pair * (int16_t)weights;
    int32_t right = (int16_t)(pair >> 16) * (int16_t)(weights >> 16);
    return (uint32_t)(left + right);
}

// Five bits as eight, the high ones repeated below, in both halves; six bits.
static inline uint32_t widen_5(uint32_t pair) {
    return (pair << 5 | pair) >> 2 & 0x00FF00FF;
}

static inline uint32_t widen_6(uint32_t pair) {
    return (pair << 6 | pair) >> 4 & 0x00FF00FF;
}

static inline uint32_t red(uint32_t pair) {
    return widen_5(pair >> 11 & 0x001F001F);
}

static inline uint32_t green(uint32_t pair) {
    return widen_6(pair >> 5 & 0x003F003F);
}

static inline uint32_t blue(uint32_t pair) {
    return widen_5(pair & 0x001F001F);
}

void img_sample_565(const img_taps *taps, int64_t at, int64_t step,
        int32_t width, int32_t count, uint32_t *out) {
    const uint8_t *upper = taps->upper;
    const uint8_t *lower = taps->lower;
    const uint32_t above = taps->upper_weight;
    const uint32_t below = taps->lower_weight;
    for (; count > 0; count--, at += step, out += 3) {
        uint32_t right;
        int32_t x = img_split(at, &right);
        uint32_t weights = ((1U << IMG_WEIGHT_BITS) - right) | right << 16;
        uint32_t up;
        uint32_t low;
        if (x >= 0 && x < width - 1) {
            up = pair_at(upper + 2 * x);
            low = pair_at(lower + 2 * x);
        } else {
            up = pair_near(upper, x, width);
            low = pair_near(lower, x, width);
        }
        out[0] = blend(red(up), weights) * above +
                blend(red(low), weights) * below;
        out[1] = blend(green(up), weights) * above +
                blend(green(low), weights) * below;
        out[2] = blend(blue(up), weights) * above +
                blend(blue(low), weights) * below;
    }
}
