// SPDX-License-Identifier: MIT
// Random int8 models: graphs as converters make them, and stranger ones.

#ifndef GRAPH_H
#define GRAPH_H

#include <stdbool.h>

#include "test/support/model.h"
#include "test/support/random.h"

enum { GRAPH_TENSORS = 160 };

// A model being made: what can still be read, and the dice.
typedef struct graph {
    model *m;
    random_source r;
    int tensors[GRAPH_TENSORS]; // computed so far, oldest first
    uint32_t count;
} graph;

typedef struct graph_options {
    uint32_t ops;     // about so many operators
    int32_t side;     // longest side of an input
    int32_t channels; // most channels of an input
    int32_t batch;
    uint32_t inputs;
} graph_options;

// Sizes drawn from seed: most graphs are small, some large.
graph_options graph_draw(uint32_t seed);

// Fills m, which must be all zeros, with a model: convolutions of every
// kind, pools, binary and element-wise operators, pads, concatenations,
// splits, resizes, reshapes; branches, skips, heads that leave early, outputs
// that are also read or listed twice, inputs handed through. The same seed
// gives the same model.
void graph_make(model *m, uint32_t seed, const graph_options *options);

// Adds one operator of a random kind behind what is there; graph_ops.c. False
// when the kind drawn does not fit.
bool graph_add(graph *g);

// The same with the kinds in graph_ends.c: results of other ranks and types.
bool graph_add_end(graph *g);
// An input of this shape: int8, or another type and a QUANTIZE behind it.
int graph_add_input(graph *g, int32_t n, int32_t h, int32_t w, int32_t c);

// A tensor that can be read: mostly a young one, of rank 4.
int graph_pick(graph *g);
// Another one of the same shape, or t itself.
int graph_pick_alike(graph *g, int t);
// Size of dimension i.
int32_t graph_dim(const graph *g, int t, uint32_t i);
// A new tensor with a scale of its own.
int graph_image(graph *g, int32_t n, int32_t h, int32_t w, int32_t c);
// A new tensor with the scale of t.
int graph_alike(graph *g, int t, model_list dims);

#endif
