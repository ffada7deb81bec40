// SPDX-License-Identifier: MIT
// Sums of products of int8 numbers and weights.

#ifndef NN_KERNELS_DOT_H
#define NN_KERNELS_DOT_H

#include <stddef.h>
#include <stdint.h>

enum {
    // Products of numbers without their zero point (-255 … 255) and weights
    // that 32 bits are sure to hold the sum of.
    NN_DOT_PART = 1 << 15,
    // Compilers make vector code of loops whose count is known to be a
    // multiple of this, at any level of optimisation.
    NN_DOT_STEP = 16,
};

// A number without its zero point. 16 bits, as vector units multiply them.
static inline int16_t nn_centred(int8_t x, int16_t zero_point) {
    return (int16_t)(x - zero_point);
}

// The sum over n numbers, and for nn_dot_4 with each of four rows of weights
// that lie step apart, is added to sum[]. Unsigned: only a hostile model's
// sums can wrap.
static inline void nn_dot(const int8_t *x, const int8_t *w, uint32_t n,
        int32_t zero_point, uint32_t *sum) {
    int16_t zero = (int16_t)zero_point;
    while (n > 0) {
        uint32_t part = n < NN_DOT_PART ? n : NN_DOT_PART;
        uint32_t even = part & ~(uint32_t)(NN_DOT_STEP - 1);
        int32_t s = 0;
        for (uint32_t i = 0; i < even; i++) {
            s += nn_centred(x[i], zero) * w[i];
        }
        for (uint32_t i = even; i < part; i++) {
            s += nn_centred(x[i], zero) * w[i];
        }
        *sum += (uint32_t)s;
        x += part;
        w += part;
        n -= part;
    }
}

static inline void nn_dot_4(const int8_t *x, const int8_t *w, size_t step,
        uint32_t n, int32_t zero_point, uint32_t *sum) {
    int16_t zero = (int16_t)zero_point;
    while (n > 0) {
        uint32_t part = n < NN_DOT_PART ? n : NN_DOT_PART;
        uint32_t even = part & ~(uint32_t)(NN_DOT_STEP - 1);
        const int8_t *w1 = w + step;
        const int8_t *w2 = w1 + step;
        const int8_t *w3 = w2 + step;
        int32_t s0 = 0;
        int32_t s1 = 0;
        int32_t s2 = 0;
        int32_t s3 = 0;
        for (uint32_t i = 0; i < even; i++) {
            int16_t v = nn_centred(x[i], zero);
            s0 += v * w[i];
            s1 += v * w1[i];
            s2 += v * w2[i];
            s3 += v * w3[i];
        }
        for (uint32_t i = even; i < part; i++) {
            int16_t v = nn_centred(x[i], zero);
            s0 += v * w[i];
            s1 += v * w1[i];
            s2 += v * w2[i];
            s3 += v * w3[i];
        }
        sum[0] += (uint32_t)s0;
        sum[1] += (uint32_t)s1;
        sum[2] += (uint32_t)s2;
        sum[3] += (uint32_t)s3;
        x += part;
        w += part;
        n -= part;
    }
}

// The sum over n numbers, as a call (dot.c).
uint32_t nn_dot_row(const int8_t *x, const int8_t *w, uint32_t n,
        int32_t zero_point);

#endif
