// SPDX-License-Identifier: MIT
// The planner's own tables, in work memory.

#ifndef NN_PLANNER_H
#define NN_PLANNER_H

#include "nn/nn.h"
#include "nn/op.h"
#include "nn/schedule.h"

// An operator that reads a group, as one of its inputs.
typedef struct nn_reader {
    struct nn_reader *next; // at the same place or a later one
    uint16_t place;
    uint16_t input; // of the operator there
} nn_reader;

// Tensors that share bytes: a tensor, its reshapes, and for a CONCATENATION
// its parts. Places are those in plan->order; a stage is part of [first, last].
typedef struct nn_group {
    uint8_t kind;    // nn_place_kind
    uint8_t barrier; // written and read in different rows, or in parts:
                     // its readers must be in a later stage
    uint8_t parted;  // the output of a folded CONCATENATION
    uint8_t bound;   // a constant, an input, parted, or holds an output: no
                     // output may join it
    uint8_t lingers; // waits while operators run that do not touch it
    uint8_t guess_lingers;
    uint8_t is_open;
    uint16_t first;      // place that writes it first; first reader of an input
    uint16_t last_write; // last place that writes it
    uint16_t last;       // last place that reads it; order_count: an output
    uint16_t last_input; // of the operator that reads it last
    uint16_t item;       // place in nn_planner.items; nn_place.index for what
                         // is not in the arena
    uint32_t ring;       // rows held in the plan being tried
    uint32_t guess;      // rows held if the group lies inside a long stage
    const nn_tensor *tensor; // the root, which has all bytes of the group
    nn_reader *readers;      // the first one
    struct nn_group *next;   // in nn_planner.open
} nn_group;

// A piece of the arena, in use at the places [first, last].
typedef struct nn_item {
    uint32_t bytes;
    uint32_t offset;
    uint16_t first;
    uint16_t last;
    uint16_t next;  // in order of placing
    uint16_t above; // the next higher one while they are being placed
} nn_item;

// The best way to cut everything before a place, in units of NN_ALIGN bytes.
typedef struct nn_cut {
    uint32_t worst;    // of its stages
    uint32_t streamed; // operators; UINT32_MAX where there is none
    uint16_t from;     // where its last stage begins
} nn_cut;

typedef struct nn_planner {
    nn_plan *plan;
    const nn_graph *graph;
    nn_schedule stage; // the one being looked at
    nn_plan_options options;
    nn_group **group; // by tensor: whose it is
    uint32_t *offset; // by tensor: from the group's first byte
    nn_group *groups; // by root
    nn_reader *readers;
    nn_group *open;      // groups that may linger, plan_rings.c
    uint32_t streamable; // places from here on are not streamed
    nn_cut *cuts;        // by place
    nn_item *items;
    uint32_t *best; // offsets of the best placing so far
    uint32_t item_count;
    uint16_t sorted; // the item to be placed first, NN_NONE: none
} nn_planner;

// plan_groups.c: fills group, offset, groups and readers, and the plan's order.
void nn_plan_groups(nn_planner *p);

// plan_rings.c: finds how far the model can be streamed at all.
void nn_plan_streamable(nn_planner *p);
// Plays the stage [first, end), from now on the planner's, through and sets
// limit and reach of its operators, ring and lingers of the groups inside it.
void nn_plan_rings(nn_planner *p, uint32_t first, uint32_t end);
// Whether the group lies inside the stage: written and read there only.
bool nn_group_inside(const nn_planner *p, const nn_group *group);
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
// The group that the operator at place may write its output over, when both
// are whole; NULL where there is none.
const nn_group *nn_plan_victim(const nn_planner *p, uint32_t place);

// plan_place.c: gives every item, of 2 GB at the most, an offset; returns the
// bytes they span, UINT32_MAX where an offset would be beyond 2 GB. No layout
// spans less than floor, so the search ends there.
uint32_t nn_plan_place(nn_planner *p, uint32_t floor);

static inline uint32_t nn_align_up(uint32_t bytes) {
    return (bytes + NN_ALIGN - 1) & ~(uint32_t)(NN_ALIGN - 1);
}

#endif
