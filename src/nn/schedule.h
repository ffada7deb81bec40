// SPDX-License-Identifier: MIT
// Which row of which operator comes next. The planner plays a stage through
// with these functions to see how many rows every ring must hold; the
// executor calls the same ones, so what was planned is what happens.
//
// The rule: of the operators whose next row can be made from the rows that
// are there, the furthest down the order goes first. So a row is consumed as
// soon as it can be, and inputs are asked for a row only when nothing else
// can go on.

#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "nn/op.h"
#include "nn/plan.h"

#define NN_IDLE UINT32_MAX // the stage is complete

typedef struct nn_schedule {
    const nn_plan *plan;
    uint32_t *done; // rows made: a number a place in order, then one an input
    uint32_t first; // places of the stage
    uint32_t end;
    uint32_t cursor; // no operator beyond this place can run
} nn_schedule;

// Rows of input k that row y of op's outputs reads. Operators that are not
// row_local read all rows.
void nn_rows_read(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end);

// Rows that op makes in all: those of its first output.
uint32_t nn_op_rows(const nn_graph *graph, const nn_op *op);

// The place in order whose next row is to be made, NN_PULLED + i where input
// i is to deliver a row, or NN_IDLE.
uint32_t nn_schedule_next(nn_schedule *schedule);

// Notes that nn_schedule_next()'s answer was carried out for so many rows.
void nn_schedule_made(nn_schedule *schedule, uint32_t what, uint32_t rows);

#endif
