// SPDX-License-Identifier: MIT
// Real functions that give the same bits on every machine, without libm.

#include "nn/real.h"

#include <string.h>

double nn_exp(double x) {
    if (!(x >= -700)) {
        return 0;
    }
    // 2^1023 * 2 overflows to infinity without a libm macro
    const uint64_t infinity = (uint64_t)0x7FF << 52;
    double scale;
    if (x > 700) {
        memcpy(&scale, &infinity, sizeof(scale));
        return scale;
    }
    // x = k ln 2 + r, |r| <= ln 2 / 2. The first part of ln 2 has 21 trailing
    // zeros, so that its product with k is exact.
    const double ln2_high = 0x1.62e42fee00000p-1;
    const double ln2_low = 0x1.a39ef35793c76p-33;
    int32_t k = nn_round(x * 0x1.71547652b82fep+0);
    double r = (x - k * ln2_high) - k * ln2_low;
    // 1 + r + r^2/2! + … + r^14/14!, what is left out is below 2^-63
    double sum = 1;
    for (int32_t i = 14; i > 0; i--) {
        sum = 1 + r * sum / i;
    }
    uint64_t bits = (uint64_t)(1023 + k) << 52;
    memcpy(&scale, &bits, sizeof(scale));
    return sum * scale;
}

// The root of x < 2^50, rounded down.
static uint32_t root(uint64_t x) {
    uint32_t result = 0;
    for (uint32_t bit = (uint32_t)1 << 24; bit > 0; bit >>= 1) {
        uint64_t tried = result | bit;
        if (tried * tried <= x) {
            result |= bit;
        }
    }
    return result;
}

float nn_sqrt(float x) {
    if (!(x > 0)) {
        return 0;
    }
    int32_t exponent = 0;
    if (x < 0x1p-126f) { // denormal
        x *= 0x1p24f;
        exponent = -24;
    }
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    exponent += (int32_t)(bits >> 23) - 127;
    uint64_t fraction = (bits & 0x7FFFFF) | 0x800000;
    // x = fraction * 2^(exponent - 23). An even exponent and 25 bits of root,
    // of which the last rounds: a tie would need the square of an odd number
    // to end in 25 zeros.
    fraction <<= (exponent & 1) ? 26 : 25;
    uint32_t result = (root(fraction) + 1) >> 1;
    // result is in [2^23, 2^24]; adding it carries into the exponent
    int32_t half = (exponent - (exponent & 1)) / 2;
    bits = ((uint32_t)(half + 126) << 23) + result;
    memcpy(&x, &bits, sizeof(x));
    return x;
}
