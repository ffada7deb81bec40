// SPDX-License-Identifier: MIT
// A model ready to run on the host: file, memory and plan in one object.
//
// The camera runs int8 models from memory that its firmware lays out; here
// the same engine gets its memory from malloc(). A model whose activations
// are float32 runs on float32 operators (host/float/), float16 and quantised
// constants widened and activations fused first, so that float and int8 can
// be compared through one interface.

#ifndef HOST_ENGINE_ENGINE_H
#define HOST_ENGINE_ENGINE_H

#include "nn/nn.h"

typedef struct engine engine;

typedef struct engine_options {
    bool whole;       // every tensor in one piece instead of row by row
    bool whole_input; // inputs lie in the caller's memory, not in the arena
    uint32_t budget;  // bytes of arena; 0: as little as possible
} engine_options;

// Opens the .tflite at path. options may be NULL: streamed, smallest arena.
// On failure *out is NULL and error says why in a sentence without the path;
// NN_ERR_INPUT where the file cannot be read.
int engine_open(engine **out, const char *path, const engine_options *options,
        nn_error *error);

// The same for a model in memory, which is copied.
int engine_open_bytes(engine **out, const void *file, size_t file_bytes,
        const engine_options *options, nn_error *error);

// NULL is allowed.
void engine_close(engine *e);

// Tensors as the model has them: types, sizes, scales. They live as long as e.
// k must be below nn_graph.input_count/output_count.
const nn_graph *engine_graph(const engine *e);
const nn_tensor *engine_input(const engine *e, uint32_t k);
const nn_tensor *engine_output(const engine *e, uint32_t k);

// Whether the model ran through the float32 operators.
bool engine_is_float(const engine *e);

// Bytes that one inference needs, planned as it was opened; float32 outputs
// are the caller's and do not count.
uint32_t engine_arena_bytes(const engine *e);

// How it runs, for reports.
const nn_plan *engine_plan(const engine *e);

// Where input k comes from, to be set for every input before a run; stays
// until it is set again.
//
// Bytes: engine_input(e, k)->bytes of them in the model's own type, read
// during the run, not copied. Aligned as the element.
void engine_set_input(engine *e, uint32_t k, const void *bytes);

// Rows: called during the run for row 0, 1, … once each, and writes
// engine_input(e, k)->row_bytes bytes to row. Anything but 0 ends the run,
// which returns that value when it is negative, else NN_ERR_INPUT.
typedef int (*engine_row_source)(void *context, uint32_t y, void *row);
void engine_set_rows(engine *e, uint32_t k, engine_row_source source,
        void *context);

// Called behind every call of a kernel, see nn_io; NULL: nobody looks.
void engine_set_observer(engine *e, nn_observer observe, void *context);

// One inference. Fails only where a row source fails.
int engine_run(engine *e, nn_error *error);

// Output k of the last run, engine_output(e, k)->bytes in the model's own
// type; valid until the next run.
const void *engine_output_data(const engine *e, uint32_t k);

#endif
