// SPDX-License-Identifier: MIT
// The logistic function, the same bits on every machine.
//
// Libraries differ in the last bits of expf(); this one is additions and
// multiplications of float in a fixed order, which IEEE 754 defines to the
// bit. Compile with -ffp-contract=off.

#ifndef FACE_SIGMOID_H
#define FACE_SIGMOID_H

// e^-x for x >= 0, to 1e-6 of it; 0 where that is below 2^-126.
float face_exp_minus(float x);

// 1 / (1 + e^-x) with x clipped to +-100, to 2e-7.
float face_sigmoid(float x);

// The smallest x with face_sigmoid(x) >= threshold: -INFINITY where all of
// them are, INFINITY where none is.
float face_logit(float threshold);

#endif
