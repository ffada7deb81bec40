// SPDX-License-Identifier: MIT
// Exponential and quotients in 32-bit fixed point, with gemmlowp's rounding.
//
// "Fk" is a number with k bits before the binary point, besides the sign:
// value * 2^(k - 31). The polynomials, constants and their order are those of
// gemmlowp's fixedpoint.h, for the results have to be the same to the bit.

#ifndef NN_KERNELS_FIXED_EXP_H
#define NN_KERNELS_FIXED_EXP_H

#include <stdint.h>

// x * 2^bits, clamped to 32 bits.
int32_t nn_fixed_scale_up(int32_t x, uint32_t bits);
// e^a as F0 for a <= 0 in the format of integer_bits, 1 … 5.
int32_t nn_fixed_exp(int32_t a, uint32_t integer_bits);
// 1 / (1 + a) for a in F0, 0 <= a <= 1.
int32_t nn_fixed_reciprocal(int32_t a);
// (1 - a) / (1 + a) for a in F0, 0 <= a <= 1.
int32_t nn_fixed_ratio(int32_t a);

#endif
