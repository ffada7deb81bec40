// SPDX-License-Identifier: MIT
// A sum of products in plain C.

#include "nn/kernels/dot.h"

uint32_t nn_dot_row(const int8_t *x, const int8_t *w, uint32_t n,
        int32_t zero_point) {
    uint32_t sum = 0;
    nn_dot(x, w, n, zero_point, &sum);
    return sum;
}
