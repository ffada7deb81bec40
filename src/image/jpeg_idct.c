// SPDX-License-Identifier: MIT
// Inverse DCT after Loeffler, Ligtenberg and Moschytz (1989), with 13 bits of
// fraction; the same arithmetic as libjpeg's exact transform, so the same
// samples.

#include "image/jpeg_decoder.h"
#include "image/pixel.h"

enum { BITS = 13, FIRST_BITS = 2 };

#define FIXED(x) ((int32_t)((x) * (1 << BITS) + 0.5))

// Eight coefficients, `step` apart, to eight values with `shift` bits too many.
static inline void transform(const int32_t x[8], int32_t y[8], int shift) {
    int32_t turn = (x[2] + x[6]) * FIXED(0.541196100);
    int32_t a2 = turn - x[6] * FIXED(1.847759065);
    int32_t a3 = turn + x[2] * FIXED(0.765366865);
    int32_t half = 1 << (shift - 1);
    int32_t a0 = (x[0] + x[4]) * (1 << BITS) + half;
    int32_t a1 = (x[0] - x[4]) * (1 << BITS) + half;
    const int32_t even[4] = {a0 + a3, a1 + a2, a1 - a2, a0 - a3};

    int32_t all = (x[7] + x[3] + x[5] + x[1]) * FIXED(1.175875602);
    int32_t b1 = (x[7] + x[1]) * -FIXED(0.899976223);
    int32_t b2 = (x[5] + x[3]) * -FIXED(2.562915447);
    int32_t b3 = (x[7] + x[3]) * -FIXED(1.961570560) + all;
    int32_t b4 = (x[5] + x[1]) * -FIXED(0.390180644) + all;
    const int32_t odd[4] = {
            x[1] * FIXED(1.501321110) + b1 + b4,
            x[3] * FIXED(3.072711026) + b2 + b3,
            x[5] * FIXED(2.053119869) + b2 + b4,
            x[7] * FIXED(0.298631336) + b1 + b3,
    };
    for (int k = 0; k < 4; k++) {
        y[k] = (even[k] + odd[k]) >> shift;
        y[7 - k] = (even[k] - odd[k]) >> shift;
    }
}

// The same bound as for coefficients, for the same reason.
static inline int16_t limit(int32_t x) {
    return (int16_t)(x < -16384 ? -16384 : x > 16383 ? 16383 : x);
}

void jpeg_idct(const int16_t coefficients[JPEG_BLOCK_SAMPLES], int last,
        uint8_t *samples, uint32_t stride) {
    int16_t work[JPEG_BLOCK_SAMPLES];
    if (last == 0) {
        int32_t level = (coefficients[0] * (1 << FIRST_BITS) +
                                (1 << (FIRST_BITS + 2))) >>
                (FIRST_BITS + 3);
        uint8_t sample = pixel_clamp(level + 128);
        for (int at = 0; at < JPEG_BLOCK_SAMPLES; at++) {
            samples[(uint32_t)(at / 8) * stride + (uint32_t)(at % 8)] = sample;
        }
        return;
    }
    for (int column = 0; column < JPEG_BLOCK; column++) {
        const int16_t *c = coefficients + column;
        int16_t *w = work + column;
        if ((c[8] | c[16] | c[24] | c[32] | c[40] | c[48] | c[56]) == 0) {
            int16_t level = limit(c[0] * (1 << FIRST_BITS));
            for (int k = 0; k < JPEG_BLOCK; k++) {
                w[8 * k] = level;
            }
            continue;
        }
        int32_t x[8] = {c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56]};
        int32_t y[8];
        transform(x, y, BITS - FIRST_BITS);
        for (int k = 0; k < JPEG_BLOCK; k++) {
            w[8 * k] = limit(y[k]);
        }
    }
    for (int row = 0; row < JPEG_BLOCK; row++, samples += stride) {
        const int16_t *w = work + row * JPEG_BLOCK;
        int32_t x[8] = {w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]};
        int32_t y[8];
        transform(x, y, BITS + FIRST_BITS + 3);
        for (int k = 0; k < JPEG_BLOCK; k++) {
            samples[k] = pixel_clamp(y[k] + 128);
        }
    }
}
