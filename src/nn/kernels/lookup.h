// SPDX-License-Identifier: MIT
// Functions of one 8-bit number, computed once an inference for all 256.

#ifndef NN_KERNELS_LOOKUP_H
#define NN_KERNELS_LOOKUP_H

#include "nn/op.h"

enum { NN_LOOKUP_BYTES = 256 };

// The result for the stored number q, not yet clamped to the output's type.
typedef int32_t (*nn_lookup_function)(const void *params, int32_t q);

// Fills a table for numbers of type in and results of type out, each int8 or
// uint8. The bits of a number are its place in the table.
void nn_lookup_fill(uint8_t *table, nn_type in, nn_type out,
        nn_lookup_function function, const void *params);
// to may be from.
void nn_lookup_apply(const uint8_t *table, uint8_t *to, const uint8_t *from,
        uint32_t count);

// begin() of an operator that keeps one table, by function and its params.
void nn_lookup_begin(const nn_call *call, nn_lookup_function function);
// run() of such an operator.
void nn_lookup_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
