// SPDX-License-Identifier: MIT
// MEAN, SUM and REDUCE_MAX: parameters and plain kernels.

#ifndef NN_KERNELS_REDUCE_H
#define NN_KERNELS_REDUCE_H

#include "nn/fixed.h"
#include "nn/op.h"

// Kept and reduced dimensions alternate once neighbours are merged.
enum { NN_REDUCE_LOOPS = NN_MAX_RANK / 2 };

// Loops over some dimensions of the input, outermost first; those that are not
// needed have a count of 1.
typedef struct nn_loops {
    uint32_t count[NN_REDUCE_LOOPS];
    uint32_t step[NN_REDUCE_LOOPS]; // in elements of the input
} nn_loops;

typedef struct nn_reduce_params {
    nn_loops kept;    // their product: elements of the output
    nn_loops reduced; // their product: elements behind each of them
    nn_multiplier multiplier;
} nn_reduce_params;

// MEAN and SUM differ in the multiplier only.
void nn_reduce_sum_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_reduce_max_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
