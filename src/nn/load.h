// SPDX-License-Identifier: MIT
// What the loader shares with its neighbours.

#ifndef NN_LOAD_H
#define NN_LOAD_H

#include "nn/graph.h"

// Sets last_use of every tensor; to be called again when folding has changed
// who reads what.
void nn_graph_uses(nn_graph *graph);

// Sets weight_bytes and naive_bytes of a graph that was just read.
void nn_graph_count(nn_graph *graph);

#endif
