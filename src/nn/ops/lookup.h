// SPDX-License-Identifier: MIT
// What the checks of operators that use a look-up table share.

#ifndef NN_OPS_LOOKUP_H
#define NN_OPS_LOOKUP_H

#include "nn/kernels/linear.h"
#include "nn/kernels/lookup.h"
#include "nn/op.h"

// The straight line from the input's scale to the output's, without a clamp but
// that of the output's type: in float, with its table (TFLite: RELU, ABS,
// LEAKY_RELU), or in double precision (QUANTIZE).
int nn_linear_float(const nn_loader *loader, nn_linear *p);
int nn_linear_double(const nn_loader *loader, nn_linear *p);

#endif
