// SPDX-License-Identifier: MIT
// Runs a model as a user would and watches every byte: guard bytes around
// the arena, garbage wherever nothing may be expected, every row that an
// operator makes or reads compared with the slow evaluation.

#ifndef RIG_H
#define RIG_H

#include "test/support/evaluate.h"
#include "test/support/random.h"

enum { RIG_INPUTS = 8, RIG_OUTPUTS = 40 };

typedef struct rig {
    nn_graph graph;
    nn_plan plan;
    nn_run run;
    nn_io io;
    nn_input inputs[RIG_INPUTS];
    struct rig_source {
        const uint8_t *bytes;
        uint32_t row_bytes;
        uint32_t rows;
        uint32_t next;    // row to be asked for
        uint32_t fail_at; // row that fails
    } sources[RIG_INPUTS];
    uint8_t *data[RIG_INPUTS]; // bytes of the inputs
    void *outputs[RIG_OUTPUTS];
    const evaluation *right;
    void *state;
    void *plan_memory;
    void *run_memory;
    uint8_t *block; // the arena with its guards
    uint32_t *seen; // by operator: rows made
    random_source dice;
    const char *wrong; // what went wrong first, NULL: nothing
    uint32_t wrong_op;
    uint32_t wrong_row;
    uint64_t calls; // of kernels
} rig;

// Loads the model.
int rig_open(rig *r, const void *file, size_t bytes, nn_error *error);
// Gives the inputs random bytes from seed (floats within -4 … 4).
void rig_fill(rig *r, uint32_t seed);
// Plans with options and makes ready for a run. May be called again.
int rig_plan(rig *r, const nn_plan_options *options, nn_error *error);
// Prepares an inference. Every row is compared with right, unless NULL.
void rig_start(rig *r, const evaluation *right);
// Steps to the end.
int rig_run(rig *r, nn_error *error);
// After the end: guards whole, outputs right, all rows made once. False and
// wrong, wrong_op, wrong_row set where not.
bool rig_check(rig *r);
void rig_close(rig *r);

#endif
