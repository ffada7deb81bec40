// SPDX-License-Identifier: MIT
// A sum of products, four at a time.

#include "nn/kernels/dot.h"

#include "nn/kernels/m7/simd.h"

uint32_t nn_dot_row(const int8_t *x, const int8_t *w, uint32_t n,
        int32_t zero_point) {
    const uint32_t minus = m7_both(-zero_point);
    int32_t sum = 0;
    for (const int8_t *end = x + (n & ~3U); x < end; x += 4) {
        uint32_t numbers = m7_load(x);
        uint32_t weights = m7_load(w);
        sum = m7_smlad(m7_sxtab16(minus, numbers), m7_sxtb16(weights), sum);
        sum = m7_smlad(m7_sxtab16_odd(minus, numbers), m7_sxtb16_odd(weights),
                sum);
        w += 4;
    }
    uint32_t all = (uint32_t)sum;
    for (uint32_t i = 0; i < (n & 3U); i++) {
        all += (uint32_t)((x[i] - zero_point) * w[i]);
    }
    return all;
}
