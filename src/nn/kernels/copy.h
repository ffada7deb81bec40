// SPDX-License-Identifier: MIT
// RESHAPE, SPLIT, UNPACK, CONCATENATION and PACK: pieces copied as they are.

#ifndef NN_KERNELS_COPY_H
#define NN_KERNELS_COPY_H

#include "nn/op.h"

// Input 0 to output 0, byte by byte; nothing where both are the same.
void nn_copy_run(const nn_call *call, uint32_t first, uint32_t end);

// SPLIT and the like: the whole is an input, cut along an axis. Each tensor
// that is a part has `lines` pieces in all; with row_local in every row.
typedef struct nn_parts {
    uint32_t whole; // place of the whole among the inputs (SPLIT)
    uint32_t lines;
} nn_parts;

void nn_split_run(const nn_call *call, uint32_t first, uint32_t end);

// CONCATENATION: inputs of another scale than the output's go through a
// table. keep holds these tables in the order of their inputs.
void nn_concat_begin(const nn_call *call);
void nn_concat_run(const nn_call *call, uint32_t first, uint32_t end);
// Whether the input needs such a table.
bool nn_concat_rescales(const nn_tensor *in, const nn_tensor *out);

#endif
