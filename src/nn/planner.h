// SPDX-License-Identifier: MIT
// The planner's own tables, in work memory.

#ifndef NN_PLANNER_H
#define NN_PLANNER_H

#include "nn/nn.h"
#include "nn/op.h"
#include "nn/schedule.h"

// Tensors that share bytes: a tensor, its reshapes, and for a CONCATENATION
// its parts. Kept at the place of the group's root in a table over tensors.
// Places are those in plan->order; a stage is part of [first, last].
typedef struct nn_group {
    uint32_t ring;       // rows held in the plan being tried
    uint32_t guess;      // rows held if the group lies inside a long stage
    uint16_t first;      // place that writes it first; first reader of an input
    uint16_t last_write; // last place that writes it
    uint16_t last;       // last place that reads it; order_count: an output
    uint16_t item;       // place in nn_planner.items; the number of the
                         // caller's input or output
    uint8_t kind;        // nn_place_kind
    uint8_t barrier;     // written and read in different rows, or in parts:
                         // its readers must be in a later stage
    uint8_t lingers;     // waits while operators run that do not touch it
    uint8_t guess_lingers;
    uint8_t parted; // the output of a folded CONCATENATION
} nn_group;

typedef struct nn_reader {
    uint16_t place;
    uint16_t input; // of the operator there
} nn_reader;

// A piece of the arena, in use at the places [first, last].
typedef struct nn_item {
    uint32_t bytes;
    uint32_t offset;
    uint16_t first;
    uint16_t last;
    uint16_t above; // the next higher one while they are being placed
} nn_item;

typedef struct nn_planner {
    nn_plan *plan;
    const nn_graph *graph;
    nn_plan_options options;
    uint16_t *root;         // by tensor
    uint32_t *offset;       // by tensor: from the root's first byte
    nn_group *groups;       // by tensor
    uint16_t *place;        // by operator: its place in order or NN_NONE
    uint32_t *reader_start; // by tensor (root), into readers
    nn_reader *readers;
    uint16_t *open; // roots of groups that may linger, plan_rings.c
    uint32_t open_count;
    uint32_t streamable; // places from here on are not streamed
    uint32_t *need;      // by tensor (root): rows asked for in a stage
    uint32_t *done;      // see nn_schedule
    nn_wait *waits;      // likewise
    uint32_t *worst;     // by place: bytes of the best cut up to here
    uint32_t *streamed;  // by place: operators streamed by it
    uint16_t *from;      // by place: where that cut's last stage begins
    uint16_t *stage_of;  // by place
    uint64_t *load;      // by place: bytes of what lies there throughout
    nn_item *items;
    uint16_t *sorted; // items in order of placing
    uint32_t *best;   // offsets of the best placing so far
    uint32_t item_count;
    uint32_t sorted_count;
} nn_planner;

// plan.c: the operator at a place.
const nn_op *nn_planned_op(const nn_planner *p, uint32_t place);

// plan_groups.c: fills root, offset, groups, order, readers.
void nn_plan_groups(nn_planner *p);

// plan_rings.c: finds how far the model can be streamed at all.
void nn_plan_streamable(nn_planner *p);
// Plays the stage [first, end) through and sets limit and reach
// of its operators, ring and lingers of the groups inside it.
void nn_plan_rings(nn_planner *p, uint32_t first, uint32_t end);
// Whether the group lies inside [first, end): written and read there only.
bool nn_group_inside(const nn_group *group, uint32_t first, uint32_t end);
// Whether the stage [first, end) can be: a single operator, or row-local ones
// without a barrier between them.
bool nn_stage_extends(const nn_planner *p, uint32_t first, uint32_t place);

// plan_stages.c: fills plan->stages. most is the bytes that no stage may
// exceed; among the cuts that keep to it, the one that streams fewest
// operators. Returns false where there is none.
bool nn_plan_cut(nn_planner *p, uint32_t most);
// The smallest bytes that any cut can keep to, estimated.
uint32_t nn_plan_least(nn_planner *p);
// One stage for as many operators as can stream together / one for each.
void nn_plan_cut_all(nn_planner *p, bool stream);

// plan_memory.c: lays out the arena for plan->stages; sets plan->places,
// arena_bytes and live_bytes. NN_ERR_RANGE beyond 2 GB.
int nn_plan_memory(nn_planner *p, nn_error *error);
// Whether the operator at place may write its output over its input k, when
// both are whole.
bool nn_can_take_over(const nn_planner *p, uint32_t place, uint32_t k);

// plan_place.c: gives every item an offset; returns the bytes they span. No
// layout spans less than floor, so the search ends there.
uint64_t nn_plan_place(nn_planner *p, uint64_t floor);

// Adds bytes to p->load from place first to place last; nn_plan_sum() then
// makes sums of what was added.
void nn_plan_add(nn_planner *p, uint32_t first, uint32_t last, uint64_t bytes);
void nn_plan_sum(nn_planner *p);

static inline uint32_t nn_align_up(uint32_t bytes) {
    return (bytes + NN_ALIGN - 1) & ~(uint32_t)(NN_ALIGN - 1);
}

#endif
