// SPDX-License-Identifier: MIT
// Packed weights: what kernels for Cortex-M7 would make of a model's weights
// at every inference, made once and kept beside the model (SPEC.md has it byte
// by byte). A model runs without them too, somewhat slower, and to the same
// numbers. Where there is no room for all of them, some operators go without.

#ifndef NN_PACKED_H
#define NN_PACKED_H

#include "nn/error.h"
#include "nn/graph.h"

#define NN_PACKED_MARK "BZPK"
enum {
    NN_PACKED_VERSION = 2, // of the records' layout (nn/kernels/records.h)
    NN_PACKED_HEADER_BYTES = 32,
};

// Bytes that the packed weights of an operator take, 0 where it has none.
size_t nn_packed_op_bytes(const nn_graph *graph, const nn_op *op);

// Bytes of a section with the packed weights of those operators whose place in
// a loaded model's graph is set in chosen; NULL: all.
size_t nn_packed_measure(const nn_graph *graph, const bool *chosen);

// Writes it to memory, which is aligned to NN_ALIGN.
void nn_packed_write(const nn_graph *graph, const bool *chosen, void *memory);

// Lets the graph's operators read their weights at memory, which must be
// aligned to NN_ALIGN and outlive the graph. Nothing is taken on trust: size,
// version, checksum, the model's own checksum and the place of every record.
// Anything else than the packed weights of this very model is NN_ERR_INVALID,
// and the graph stays as it was.
int nn_packed_attach(nn_graph *graph, const void *memory, size_t bytes,
        nn_error *error);

#endif
