// SPDX-License-Identifier: MIT
// A plan: what runs when, and where every byte lies.
//
// The operators that do work stand in plan->order. It is cut into stages.
// A stage of one operator computes whole tensors. A stage of several is a
// streamed section: rows flow through it, each tensor inside keeps only the
// rows that a reader still looks at in a ring, and only tensors that cross
// the section's border are whole. DESIGN.md tells how the cuts are found.

#ifndef NN_PLAN_H
#define NN_PLAN_H

#include "nn/graph.h"

typedef struct nn_plan_options {
    bool whole;       // every tensor in one piece, no streamed sections
    bool whole_input; // nn_io gives the inputs' bytes: they are read where
                      // they lie and cost nothing
    uint32_t outputs_by_caller; // bit k: output k (of the first 32) lies in
                                // the caller's memory and costs nothing
    uint32_t budget; // bytes the arena may take; 0: the smallest plan. Of the
                     // plans within it the fastest is taken (the fewest
                     // streamed operators); where none is, the smallest
} nn_plan_options;

// Where a tensor lies.
typedef enum nn_place_kind {
    NN_PLACE_NONE, // nothing reads or writes it
    NN_PLACE_FILE, // a constant
    NN_PLACE_ARENA,
    NN_PLACE_INPUT,  // the caller's bytes of input `offset`
    NN_PLACE_OUTPUT, // the caller's memory for output `index`
} nn_place_kind;

typedef struct nn_place {
    uint32_t offset; // of row 0, from the arena's or the caller's start
    uint32_t ring;   // rows held: all rows, or fewer inside a section
    uint16_t index;  // of the constant, or the caller's input or output
    uint16_t source; // where its rows come from: a place in order, order_count
                     // + the number of an input, or NN_NONE: all are there
    uint8_t kind;    // nn_place_kind
} nn_place;

// Who reads an input of the model: places in order, NN_NONE where none does.
typedef struct nn_plan_input {
    uint16_t first;
    uint16_t last; // order_count: it is an output as well
} nn_plan_input;

// One operator that does work.
typedef struct nn_plan_op {
    uint16_t op;    // place in graph->ops
    uint16_t reach; // furthest place in order that reads what it makes, within
                    // its stage; its own place where none does
    uint32_t limit; // rows of its outputs that anything asks for
    uint32_t keep;  // offset in the arena of op->keep_bytes
    uint32_t scratch; // offset in the arena of op->scratch_bytes
} nn_plan_op;

typedef struct nn_plan {
    const nn_graph *graph;
    nn_place *places;      // one a tensor
    nn_plan_input *inputs; // one an input
    nn_plan_op *order;     // operators that do work
    uint16_t *stages;      // places in order where stages begin, and the end
    uint16_t order_count;
    uint16_t stage_count;
    uint32_t outputs_by_caller; // as in the options
    uint32_t arena_bytes;
    uint32_t live_bytes; // the most that these stages hold at once: what a
                         // perfect layout of the arena would take
} nn_plan;

// Whether output k lies in the caller's memory.
static inline bool nn_plan_by_caller(const nn_plan *plan, uint32_t k) {
    return k < 32 && (plan->outputs_by_caller >> k & 1) != 0;
}

#endif
