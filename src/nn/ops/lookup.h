// SPDX-License-Identifier: MIT
// What the checks of operators that use a look-up table share.

#ifndef NN_OPS_LOOKUP_H
#define NN_OPS_LOOKUP_H

#include "nn/kernels/linear.h"
#include "nn/kernels/lookup.h"
#include "nn/op.h"

// One int8 input and an int8 output of its shape, both quantised.
int nn_check_lookup(nn_loader *loader);
// The factor real as a multiplier.
int nn_need_factor(const nn_loader *loader, double real,
        nn_multiplier *multiplier);
// The straight line from the input's scale to the output's, in float
// (TFLite: RELU, ABS, LEAKY_RELU) or double precision (QUANTIZE), without a
// clamp but that of the output's type.
int nn_linear_float(const nn_loader *loader, nn_linear *p);
int nn_linear_double(const nn_loader *loader, nn_linear *p);

#endif
