// SPDX-License-Identifier: MIT
// Real factors as fixed-point multipliers.

#include "nn/fixed.h"

#include <string.h>

int32_t nn_times(int32_t x, const nn_multiplier *m) {
    return nn_multiply(x, *m);
}

// The scales are taken apart as bits, so that no libm is needed and host and
// camera agree to the last bit.
int nn_multiplier_make(double real, nn_multiplier *multiplier) {
    uint64_t bits;
    memcpy(&bits, &real, sizeof(bits));
    uint32_t high = (uint32_t)(bits >> 32);
    uint32_t low = (uint32_t)bits;
    int32_t shift = (int32_t)(high >> 20 & 0x7FF) - 1022;
    // the fraction's 31 upper bits, rounded: ties away from zero
    uint32_t value = ((high & 0xFFFFF) | 0x100000) << 10 | low >> 22;
    value += low >> 21 & 1;
    if (value >> 31 != 0) {
        value >>= 1;
        shift++;
    }
    if (shift < -31) { // zero, or next to it
        value = 0;
        shift = 0;
    }
    multiplier->value = (int32_t)value;
    multiplier->shift = shift;
    return shift > 30 ? -1 : 0;
}
