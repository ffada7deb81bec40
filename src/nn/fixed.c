// SPDX-License-Identifier: MIT
// Real factors as fixed-point multipliers.

#include "nn/fixed.h"

#include <string.h>

// The scales are taken apart as bits, so that no libm is needed and host and
// camera agree to the last bit.
int nn_multiplier_make(double real, nn_multiplier *multiplier) {
    uint64_t bits;
    memcpy(&bits, &real, sizeof(bits));
    uint32_t biased = (uint32_t)(bits >> 52) & 0x7FF;
    if (biased == 0) { // zero; a denormal is far below what can matter
        *multiplier = (nn_multiplier){0, 0};
        return 0;
    }
    // real = fraction * 2^(shift - 53), fraction in [2^52, 2^53)
    uint64_t fraction = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
    int32_t shift = (int32_t)biased - 1022;
    // to 31 bits, ties away from zero
    uint64_t value = (fraction + ((uint64_t)1 << 21)) >> 22;
    if (value == (uint64_t)1 << 31) {
        value >>= 1;
        shift++;
    }
    if (shift < -31) {
        value = 0;
        shift = 0;
    }
    if (shift > 30) {
        return -1;
    }
    *multiplier = (nn_multiplier){(int32_t)value, shift};
    return 0;
}
