// SPDX-License-Identifier: MIT
// The slow, obvious way to run a model: every operator at once, in file
// order, every tensor in memory of its own, nothing folded or shared.

#ifndef EVALUATE_H
#define EVALUATE_H

#include "nn/nn.h"

typedef struct evaluation {
    nn_graph graph;
    void *state;
    uint8_t **tensors; // bytes of each; NULL for constants and unmade ones
} evaluation;

// Loads the model and runs it; inputs[k] are the bytes of input k. file must
// outlive it. Returns what nn_load() returns.
int evaluate(evaluation *e, const void *file, size_t bytes,
        const uint8_t *const *inputs, nn_error *error);
void evaluation_free(evaluation *e);

// The bytes of tensor t, a constant's too.
const uint8_t *evaluation_bytes(const evaluation *e, uint32_t t);

// Memory for count bytes, aligned to 16, to be freed; aborts without memory.
void *take_memory(size_t count);

#endif
