// SPDX-License-Identifier: MIT
// Which row of which operator comes next. The planner plays a stage through
// with these functions to see how many rows every ring must hold; the
// executor calls the same ones, so what was planned is what happens.
//
// The rule: of the operators whose next row can be made from the rows that
// are there, the furthest down the order goes first, so a row is consumed as
// soon as it can be. Where none can go on, the last one that is not complete
// asks for what it lacks, and the question goes up to a tensor from outside
// the stage. Such tensors, whether a row source delivers them or they lie
// there whole, are let in row by row: so branches that read the same tensor
// stay side by side.

#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "nn/plan.h"

#define NN_IDLE UINT32_MAX // the stage is complete

// What an operator waits for: that so many rows of a source are there. 0:
// nothing is known.
typedef struct nn_wait {
    uint16_t source;
    uint16_t rows;
} nn_wait;

typedef struct nn_schedule {
    const nn_plan *plan;
    // Rows made by each source; of those from before the stage, rows let into
    // it.
    uint32_t *done;
    nn_wait *waits; // one a place in order
    uint32_t first; // places of the stage
    uint32_t end;
    uint32_t cursor; // no operator beyond this place can run
} nn_schedule;

// The operator at a place.
const nn_op *nn_planned_op(const nn_plan *plan, uint32_t place);

// Rows of input k that row y of op's outputs reads. Operators that are not
// row_local read all rows.
void nn_rows_read(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end);

// Where the rows of op's input k come from; NN_NONE where it is left out, too.
uint32_t nn_source_of(const nn_plan *plan, const nn_op *op, uint32_t k);

// Rows that a source makes in all: an operator those of its first output.
uint32_t nn_source_rows(const nn_plan *plan, uint32_t source);

// Sets done, waits and cursor for the beginning of the stage [first, end).
void nn_schedule_begin(nn_schedule *schedule);

// What is to happen next: the source whose next row is to be made or, where it
// is from before the stage or an input, let in; or NN_IDLE.
uint32_t nn_schedule_next(nn_schedule *schedule);

// Whether what, from nn_schedule_next(), is a row that an input has to deliver:
// no earlier stage has done so.
bool nn_schedule_pulls(const nn_schedule *schedule, uint32_t what);

// Whether it is a row that an operator of the stage has to make.
bool nn_schedule_makes(const nn_schedule *schedule, uint32_t what);

// Notes that nn_schedule_next()'s answer was carried out for so many rows.
void nn_schedule_made(nn_schedule *schedule, uint32_t what, uint32_t rows);

#endif
