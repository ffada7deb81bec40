// SPDX-License-Identifier: MIT
// Forward DCT after Arai, Agui and Nakajima (1988): five multiplications for
// eight samples. The factors it leaves in its results are part of the
// quantiser's.

#include "image/jpeg_encoder.h"

// x * factor, which has 32 fraction bits and is below 1/2. One instruction on
// a Cortex-M7.
static inline int32_t scale(int32_t x, int32_t factor) {
    return (int32_t)(((int64_t)x * factor) >> 32);
}

enum {
    COS_4 = -0x4AFB0CCC,      // cos(4 pi / 16) - 1
    COS_6 = 0x61F78A9B,       // cos(6 pi / 16)
    COS_2_LESS = -0x75742C21, // cos(2 pi / 16) - cos(6 pi / 16) - 1
    COS_2_MORE = 0x4E7AE914,  // cos(2 pi / 16) + cos(6 pi / 16) - 1
};

// Eight samples in x; results to out, `step` apart.
static inline void transform(const int32_t x[8], int32_t *out, uint32_t step) {
    int32_t even0 = x[0] + x[7] + (x[3] + x[4]);
    int32_t even3 = x[0] + x[7] - (x[3] + x[4]);
    int32_t even1 = x[1] + x[6] + (x[2] + x[5]);
    int32_t even2 = x[1] + x[6] - (x[2] + x[5]);
    out[0] = even0 + even1;
    out[4 * step] = even0 - even1;
    int32_t turned = even2 + even3;
    turned += scale(turned, COS_4);
    out[2 * step] = even3 + turned;
    out[6 * step] = even3 - turned;

    int32_t odd = x[0] - x[7];
    int32_t odd0 = x[3] - x[4] + (x[2] - x[5]);
    int32_t odd1 = x[2] - x[5] + (x[1] - x[6]);
    int32_t odd2 = x[1] - x[6] + odd;
    int32_t common = scale(odd0 - odd2, COS_6);
    int32_t low = odd0 + scale(odd0, COS_2_LESS) + common;
    int32_t high = odd2 + scale(odd2, COS_2_MORE) + common;
    int32_t middle = odd1 + scale(odd1, COS_4);
    out[1 * step] = odd + middle + high;
    out[7 * step] = odd + middle - high;
    out[3 * step] = odd - middle - low;
    out[5 * step] = odd - middle + low;
}

void jpeg_fdct(const int16_t *samples, uint32_t stride,
        int32_t coefficients[JPEG_BLOCK_SAMPLES]) {
    int32_t *out = coefficients;
    for (int row = 0; row < JPEG_BLOCK; row++, samples += stride, out += 8) {
        int32_t x[8] = {samples[0], samples[1], samples[2], samples[3],
                samples[4], samples[5], samples[6], samples[7]};
        transform(x, out, 1);
    }
    out = coefficients;
    for (int column = 0; column < JPEG_BLOCK; column++, out++) {
        int32_t x[8] = {out[0], out[8], out[16], out[24], out[32], out[40],
                out[48], out[56]};
        transform(x, out, JPEG_BLOCK);
    }
}

void jpeg_fdct_reciprocals(const uint8_t steps[JPEG_BLOCK_SAMPLES],
        int32_t reciprocals[JPEG_BLOCK_SAMPLES]) {
    // 1 / (sqrt(2) * cos(k pi / 16)), of k = 0: 1; 16 fraction bits.
    static const uint32_t factor[8] = {65536, 47249, 50159, 55734, 65536, 83412,
            121095, 237536};
    // The product of two has 32; the transform's own factor takes 3 of them.
    enum { SHIFT = 3 + JPEG_FRACTION_BITS - 1 };
    for (int k = 0; k < JPEG_BLOCK_SAMPLES; k++) {
        uint32_t at = jpeg_zigzag[k];
        uint64_t inverse = (uint64_t)factor[at >> 3] * factor[at & 7] >> SHIFT;
        reciprocals[k] =
                (int32_t)(((uint32_t)inverse + steps[k] / 2u) / steps[k]);
    }
}
