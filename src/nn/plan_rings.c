// SPDX-License-Identifier: MIT
// Plays a stage through, row by row, to see what its rings must hold.

#include "nn/planner.h"

bool nn_group_inside(const nn_planner *p, const nn_group *group) {
    return group->first >= p->stage.first && group->last < p->stage.end;
}

// Rows that all operators of a model read and write, counted once each: what
// it takes to play the model through. Beyond this it is no picture.
enum { MAX_ROWS = 1 << 17, MAX_STAGE = 512 };

void nn_plan_streamable(nn_planner *p) {
    uint32_t rows = 0;
    uint32_t place = 0;
    for (; place < p->plan->order_count; place++) {
        const nn_op *op = nn_planned_op(p->plan, place);
        uint64_t more = nn_source_rows(p->plan, place);
        if (!op->row_local) {
            continue;
        }
        for (uint32_t k = 0; k < op->input_count; k++) {
            const nn_tensor *in = nn_op_input(p->graph, op, k);
            more += in != NULL && in->data == NULL ? in->rows : 0;
        }
        if (more > MAX_ROWS - rows) {
            break;
        }
        rows += (uint32_t)more;
    }
    p->streamable = place;
}

static bool can_stream(const nn_planner *p, uint32_t place) {
    return place < p->streamable && nn_planned_op(p->plan, place)->row_local;
}

bool nn_stage_extends(const nn_planner *p, uint32_t first, uint32_t place) {
    const nn_op *op = nn_planned_op(p->plan, place);
    if (place - first >= MAX_STAGE || !can_stream(p, first) ||
            !can_stream(p, place)) {
        return false;
    }
    for (uint32_t k = 0; k < op->input_count; k++) {
        if (op->inputs[k] == NN_NONE) {
            continue;
        }
        const nn_group *group = p->group[op->inputs[k]];
        if (group->barrier && group->kind != NN_PLACE_FILE &&
                group->last_write >= first) {
            return false;
        }
    }
    return true;
}

static uint32_t raise(uint32_t value, uint32_t least) {
    return value > least ? value : least;
}

// The rows [first, *end) that the reader needs for its row y; returns first.
static uint32_t rows_for(const nn_planner *p, const nn_reader *reader,
        uint32_t y, uint32_t *end) {
    uint32_t first;
    nn_rows_read(p->graph, nn_planned_op(p->plan, reader->place), reader->input,
            y, &first, end);
    return first;
}

// How many rows each operator of the stage has to make: backwards from what
// leaves the stage.
static void set_limits(nn_planner *p) {
    for (uint32_t place = p->stage.end; place-- > p->stage.first;) {
        nn_plan_op *step = &p->plan->order[place];
        const nn_op *op = nn_planned_op(p->plan, place);
        uint32_t rows = nn_source_rows(p->plan, place);
        step->limit = op->row_local ? 0 : rows; // one call makes all or nothing
        step->reach = (uint16_t)place;
        for (uint32_t k = 0; k < op->output_count; k++) {
            const nn_group *group = p->group[op->outputs[k]];
            if (group->last >= p->stage.end) {
                step->limit = rows;
            }
            for (const nn_reader *r = group->readers; r != NULL; r = r->next) {
                if (r->place <= place || r->place >= p->stage.end) {
                    continue;
                }
                uint32_t limit = p->plan->order[r->place].limit;
                uint32_t end = 0;
                if (limit > 0) {
                    (void)rows_for(p, r, limit - 1, &end);
                }
                step->limit = raise(step->limit, end);
                step->reach = (uint16_t)raise(step->reach, r->place);
            }
        }
    }
}

// The first row of the group that a reader in the stage still looks at, at
// most made.
static uint32_t oldest(const nn_planner *p, const nn_group *group,
        uint32_t made) {
    uint32_t row = made;
    for (const nn_reader *r = group->readers; r != NULL; r = r->next) {
        uint32_t done = p->stage.done[r->place];
        if (r->place < p->stage.end && done < p->plan->order[r->place].limit) {
            uint32_t end;
            uint32_t first = rows_for(p, r, done, &end);
            row = first < row ? first : row; // an empty range waits for it too
        }
    }
    return row;
}

// A group that holds a row while an operator runs that has nothing to do with
// it cannot share memory with groups further up or down. Only those in p->open
// are in question: they hold, or have just lost, their only row.
static void mark_lingering(nn_planner *p, uint32_t place) {
    nn_group **link = &p->open;
    while (*link != NULL) {
        nn_group *group = *link;
        if (place >= group->first && place <= group->last) {
            link = &group->next;
            continue;
        }
        uint32_t made = p->stage.done[group->first];
        group->lingers = oldest(p, group, made) < made;
        group->is_open = 0;
        *link = group->next;
    }
}

static void note_row(nn_planner *p, nn_group *group, uint32_t made) {
    if (!nn_group_inside(p, group)) {
        return;
    }
    group->ring = raise(group->ring, made - oldest(p, group, made));
    if (group->ring == 1 && !group->lingers && !group->is_open) {
        group->is_open = 1;
        group->next = p->open;
        p->open = group;
    }
}

// Every group that the stage writes first gets a ring of one row, or of all.
static void start_groups(nn_planner *p, bool whole) {
    p->open = NULL;
    for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
        nn_group *group = &p->groups[t];
        if (group->first < p->stage.first || group->first >= p->stage.end) {
            continue;
        }
        bool all = whole || group->barrier;
        group->ring = all ? group->tensor->rows : 1;
        // a pulled row waits for no operator in particular
        group->lingers = all || group->tensor->is_input;
        group->is_open = 0;
    }
}

void nn_plan_rings(nn_planner *p, uint32_t first, uint32_t end) {
    nn_schedule *stage = &p->stage;
    bool whole = p->options.whole || !can_stream(p, first);
    stage->first = first;
    stage->end = end;
    set_limits(p);
    start_groups(p, whole);
    if (whole) {
        return;
    }
    nn_schedule_begin(stage);
    for (;;) {
        uint32_t what = nn_schedule_next(stage);
        if (what == NN_IDLE) {
            return;
        }
        bool pulls = nn_schedule_pulls(stage, what);
        if (nn_schedule_makes(stage, what)) {
            mark_lingering(p, what);
        }
        nn_schedule_made(stage, what, 1);
        if (pulls) {
            uint16_t input = p->graph->inputs[what - p->plan->order_count];
            note_row(p, p->group[input], stage->done[what]);
        } else if (nn_schedule_makes(stage, what)) {
            const nn_op *op = nn_planned_op(p->plan, what);
            for (uint32_t k = 0; k < op->output_count; k++) {
                note_row(p, p->group[op->outputs[k]], stage->done[what]);
            }
        }
    }
}
