// SPDX-License-Identifier: MIT
// Neural networks on a camera: .tflite in, tensors out.
//
// The engine runs int8 models in place: the file stays where it is (flash,
// a buffer), nothing is copied out of it, and every byte of memory comes from
// the caller. Three steps:
//
//     nn_load()   checks the file and lists tensors and operators  (state)
//     nn_plan()   says to the byte what an inference needs         (state)
//     nn_run()    computes                                         (arena)
//
// Nothing here allocates, prints, or keeps global state, so any number of
// models can be loaded at once. A graph and its plan are read-only while
// they run: several threads may run one plan, each with an nn_run and an
// arena of its own.

#ifndef NN_H
#define NN_H

#include "nn/error.h"
#include "nn/graph.h"

struct nn_op_def;
struct nn_plan;

// Operators the model may use: nn_ops_int8 (nn/ops/ops.h) on the camera.
typedef const struct nn_op_def *const *nn_op_table;

// Bytes of state that nn_load() wants for this file, in *bytes. The file is
// not trusted: NN_ERR_INVALID names what is wrong with it.
// file must be aligned to 4 bytes (constants are read in place).
int nn_measure(const void *file, size_t file_bytes, size_t *bytes,
               nn_error *error);

// Checks every offset, length, index, shape, type, quantisation parameter and
// option of the file and fills graph. state must be aligned to 16 bytes; graph
// points into file and state, which must stay where they are.
// NN_ERR_UNSUPPORTED names the first operator that table lacks.
int nn_load(nn_graph *graph, const void *file, size_t file_bytes,
            nn_op_table table, void *state, size_t state_bytes,
            nn_error *error);

// How to plan.
typedef struct nn_plan_options {
    bool whole;          // every tensor in one piece, no row streaming
    bool no_fold;        // keep PAD and the like as operators of their own
    bool whole_input;    // run() is given the inputs' bytes, not a row source
    bool keep_all;       // no buffer is used twice: all tensors can be read
                         // after the run (implies whole; for quantisers)
    uint32_t outputs_by_caller; // bit k: output k lies in caller's memory
    uint32_t budget;     // bytes; 0: the smallest plan. When the whole plan
                         // fits the budget it is taken, for it is faster
} nn_plan_options;

// Bytes of state that nn_plan() wants, and of those the part that it needs
// only until it returns (*work). The rest must live as long as the plan.
void nn_plan_measure(const nn_graph *graph, size_t *keep, size_t *work);

int nn_plan(struct nn_plan *plan, nn_graph *graph,
            const nn_plan_options *options, void *keep, size_t keep_bytes,
            void *work, size_t work_bytes, nn_error *error);

#endif
