// SPDX-License-Identifier: MIT
// Moves int8 zero points to the lowest number where that changes nothing.

#ifndef HOST_QUANTIZE_LIFT_H
#define HOST_QUANTIZE_LIFT_H

#include "host/tflite/model.h"

// Kernels round halves away from zero. Where zero is the lowest number that
// there is, whatever lies below it is clipped to it, and a kernel need not
// care which way it rounds. Tensors of pairs.h may have their zero point
// there, with the same stored numbers: the first bias goes up by as much as the
// zero point goes down, and the second by what its weights make of that.
// Tensors whose biases have no room for it stay as they are.
int lift_zero_points(tfl_model *int8, nn_error *error);

#endif
