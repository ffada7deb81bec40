// SPDX-License-Identifier: MIT
// Neural networks on a camera: .tflite in, tensors out.
//
// The engine runs int8 models in place: the file stays where it is (flash,
// a buffer), nothing is copied out of it, and every byte of memory comes from
// the caller, in four pieces:
//
//     nn_load()     checks the file, lists tensors and operators    state
//     nn_plan_make() says to the byte what an inference needs       plan, work
//     nn_run_init(), nn_run_step()  compute                         run, arena
//
// state, plan and run are tables; the arena holds the numbers, and only its
// size depends on more than the count of tensors and operators. nn_measure(),
// nn_plan_measure() and nn_run_measure() tell the sizes of the tables; they
// depend on the width of a pointer, the arena's size does not.
//
// Nothing here allocates, prints or keeps global state, so any number of
// models can be loaded at once. Graph and plan are read-only while they run:
// several threads may run one plan, each with a run and an arena of its own.
//
// All memory must be aligned to NN_ALIGN (16) bytes, the file to 4.

#ifndef NN_H
#define NN_H

#include "nn/error.h"
#include "nn/graph.h"
#include "nn/plan.h"
#include "nn/schedule.h"

struct nn_op_def;
struct nn_call;

// Operators the model may use: nn_ops_int8 (nn/ops/ops.h) on the camera.
typedef const struct nn_op_def *const *nn_op_table;

// Bytes of state that nn_load() wants for this file, in *bytes. The file is
// not trusted: NN_ERR_INVALID names what is wrong with it.
int nn_measure(const void *file, size_t file_bytes, size_t *bytes,
        nn_error *error);

// Checks every offset, length, index, shape, type, quantisation parameter and
// option of the file and fills graph. graph points into file and state, which
// must stay where they are. NN_ERR_UNSUPPORTED names the first operator that
// the table lacks, or what of an operator is not supported.
int nn_load(nn_graph *graph, const void *file, size_t file_bytes,
        nn_op_table table, void *state, size_t state_bytes, nn_error *error);

// Bytes of plan (to keep as long as the plan) and of work (needed until
// nn_plan_make() returns; the arena's memory may serve).
void nn_plan_measure(const nn_graph *graph, size_t *plan_bytes,
        size_t *work_bytes);

// Decides which operators are streamed row by row, where every buffer lies,
// and fills plan. plan->arena_bytes is what nn_run_init() wants. options may
// be NULL: the smallest arena, inputs from row sources, outputs in the arena.
int nn_plan_make(nn_plan *plan, const nn_graph *graph,
        const nn_plan_options *options, void *memory, size_t memory_bytes,
        void *work, size_t work_bytes, nn_error *error);

// Where an input comes from: one of the two. read() writes row `row` (counted
// over all images of a batch; tensor->row_bytes bytes) to out and returns 0,
// or a negative code that ends the run with NN_ERR_INPUT. Rows are asked for
// once each, in order; those at the end that nothing reads may be left out. out
// is aligned to 4 bytes at least when row_bytes is a multiple of 4.
typedef struct nn_input {
    int (*read)(void *user, uint32_t row, void *out);
    void *user;
    const void *data; // the whole input: for plans with whole_input only
} nn_input;

// Called behind every kernel call: rows first … end-1 of the operator's
// outputs have just been written and can be read through call->out. Where the
// operator is not row_local, all rows of all outputs have.
typedef void (*nn_observer)(void *user, const struct nn_call *call,
        uint32_t first, uint32_t end);

typedef struct nn_io {
    const nn_input *inputs; // one for each input of the model
    void *const *outputs;   // for outputs_by_caller: aligned as their
                            // element; others are not looked at
    nn_observer observe;    // or NULL
    void *observe_user;
} nn_io;

// One inference under way.
typedef struct nn_run {
    nn_schedule schedule; // of the stage that is computed, and the plan; end 0:
                          // it has not begun
    const nn_io *io;
    uint8_t *arena;
    struct nn_view *views;
    uint32_t stage;
} nn_run;

// Bytes of memory that nn_run_init() wants.
size_t nn_run_measure(const nn_plan *plan);

// Prepares an inference; io must live until its end. The same run may be
// prepared again for the next inference.
int nn_run_init(nn_run *run, const nn_plan *plan, const nn_io *io, void *memory,
        size_t memory_bytes, void *arena, size_t arena_bytes, nn_error *error);

// Computes a little: one row of one operator, or some rows where whole
// tensors are worked on. Returns 1 while there is more to do, 0 when the
// outputs are complete, NN_ERR_INPUT when a row source failed; the next step
// asks for that row again.
int nn_run_step(nn_run *run, nn_error *error);

// Steps to the end. Returns 0 or NN_ERR_INPUT.
int nn_run_all(nn_run *run, nn_error *error);

// The bytes of output k when the run is complete: in the arena, in the
// caller's memory or, for an output that is a constant, in the file.
const void *nn_run_output(const nn_run *run, uint32_t k);

#endif
