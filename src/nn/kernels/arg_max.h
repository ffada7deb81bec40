// SPDX-License-Identifier: MIT
// ARG_MAX.

#ifndef NN_KERNELS_ARG_MAX_H
#define NN_KERNELS_ARG_MAX_H

#include "nn/op.h"

// A row (the whole tensor, if not row-local) is outer x count x inner
// elements, of which count are compared.
typedef struct nn_arg_max {
    uint32_t outer, count, inner;
} nn_arg_max;

void nn_arg_max_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
