// SPDX-License-Identifier: MIT
// Real functions that give the same bits on every machine, without libm.

#ifndef NN_REAL_H
#define NN_REAL_H

#include <stdint.h>

// Nearest integer, ties away from zero; cut off at -2^30 and 2^30, and 0 for
// not-a-number, so that a sum with a zero point cannot overflow.
static inline int32_t nn_round(double x) {
    const double limit = 1 << 30;
    if (x >= limit) {
        return 1 << 30;
    }
    if (x <= -limit) {
        return -(1 << 30);
    }
    return x > 0 ? (int32_t)(x + 0.5) : x < 0 ? (int32_t)(x - 0.5) : 0;
}

// e^x, off by less than 2^-50 of the result; 0 below -700, infinite above 700.
double nn_exp(double x);

// The float nearest to the root of x, which must be finite and not negative.
float nn_sqrt(float x);

#endif
