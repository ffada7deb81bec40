// SPDX-License-Identifier: MIT
// A model on MPS2 AN500, with its tables and tensors in PSRAM.
#ifndef BENCH_QEMU_MODEL_H
#define BENCH_QEMU_MODEL_H

#include "nn/nn.h"

enum { MODEL_MAX_INPUTS = 8, MODEL_MAX_OUTPUTS = 32 };

// What of the inputs' file is an input's.
typedef struct model_source {
    const uint8_t *bytes;
    uint32_t row_bytes;
} model_source;

typedef struct model {
    nn_graph graph;
    nn_plan plan;
    nn_io io;
    nn_run run;
    void *tables; // of the run
    void *arena;
    model_source sources[MODEL_MAX_INPUTS];
    nn_input inputs[MODEL_MAX_INPUTS];
    void *outputs[MODEL_MAX_OUTPUTS];
} model;

// PSRAM, aligned to NN_ALIGN, until model_forget(). Where there is no more, or
// a file cannot be read, the emulator ends.
void *model_take(size_t bytes);
const void *model_file(const char *path, uint32_t *bytes);

// Frees all that was taken since the memory began at `from`.
void *model_memory(void);
void model_forget(void *from);

// Loads a model, alone or in a ROM image as `blazecam pack` makes it, and makes
// the bytes of a file its inputs. 0 or what the engine says.
int model_open(model *m, const char *path, const char *inputs, nn_error *error);

// Plans, as ml.Model() does: float outputs are the caller's. whole: all tensors
// are in one piece.
int model_plan(model *m, bool whole, nn_error *error);

// One inference.
int model_run(model *m, nn_error *error);

#endif
