// SPDX-License-Identifier: MIT
// Plays a stage through, row by row, to see what its rings must hold.

#include "nn/planner.h"

bool nn_group_inside(const nn_group *group, uint32_t first, uint32_t end) {
    return group->first >= first && group->last < end;
}

// Rows that all operators of a model read and write, counted once each: what
// it takes to play the model through. Beyond this it is no picture.
enum { MAX_ROWS = 1 << 17, MAX_STAGE = 512 };

void nn_plan_streamable(nn_planner *p) {
    uint32_t rows = 0;
    uint32_t place = 0;
    for (; place < p->plan->order_count; place++) {
        const nn_op *op = nn_planned_op(p, place);
        uint64_t more = nn_op_rows(p->graph, op);
        for (uint32_t k = 0; k < op->input_count; k++) {
            const nn_tensor *in = nn_op_input(p->graph, op, k);
            more += in != NULL && in->data == NULL ? in->rows : 0;
        }
        if (op->row_local && more > MAX_ROWS - rows) {
            break;
        }
        rows += op->row_local ? (uint32_t)more : 0;
    }
    p->streamable = place;
}

static bool can_stream(const nn_planner *p, uint32_t place) {
    return place < p->streamable && nn_planned_op(p, place)->row_local;
}

bool nn_stage_extends(const nn_planner *p, uint32_t first, uint32_t place) {
    const nn_op *op = nn_planned_op(p, place);
    if (place - first >= MAX_STAGE || !can_stream(p, first) ||
            !can_stream(p, place)) {
        return false;
    }
    for (uint32_t k = 0; k < op->input_count; k++) {
        if (op->inputs[k] == NN_NONE) {
            continue;
        }
        const nn_group *group = &p->groups[p->root[op->inputs[k]]];
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

// How many rows each operator of the stage has to make: backwards from what
// leaves the stage.
static void set_limits(nn_planner *p, uint32_t first, uint32_t end) {
    const nn_graph *graph = p->graph;
    for (uint32_t i = first; i < end; i++) {
        const nn_op *op = nn_planned_op(p, i);
        for (uint32_t k = 0; k < op->output_count; k++) {
            p->need[p->root[op->outputs[k]]] = 0;
        }
    }
    for (uint32_t i = end; i-- > first;) {
        nn_plan_op *step = &p->plan->order[i];
        const nn_op *op = nn_planned_op(p, i);
        uint32_t rows = nn_op_rows(graph, op);
        step->limit = 0;
        step->reach = (uint16_t)i;
        for (uint32_t k = 0; k < op->output_count; k++) {
            uint16_t root = p->root[op->outputs[k]];
            const nn_group *group = &p->groups[root];
            step->limit = raise(step->limit,
                    group->last >= end ? rows : p->need[root]);
            for (uint32_t r = p->reader_start[root];
                    r < p->reader_start[root + 1]; r++) {
                if (p->readers[r].place < end) {
                    step->reach =
                            (uint16_t)raise(step->reach, p->readers[r].place);
                }
            }
        }
        if (!op->row_local) {
            step->limit = rows; // one call makes all or nothing
        }
        for (uint32_t k = 0; k < op->input_count && step->limit > 0; k++) {
            if (op->inputs[k] != NN_NONE) {
                uint32_t from;
                uint32_t to;
                uint16_t root = p->root[op->inputs[k]];
                nn_rows_read(graph, op, k, step->limit - 1, &from, &to);
                p->need[root] = raise(p->need[root], to);
            }
        }
    }
}

// The first row of the group that a reader in the stage still looks at, at
// most made.
static uint32_t oldest(const nn_planner *p, uint16_t root, uint32_t end,
        uint32_t made) {
    uint32_t row = made;
    for (uint32_t r = p->reader_start[root]; r < p->reader_start[root + 1];
            r++) {
        uint32_t place = p->readers[r].place;
        const nn_plan_op *step = &p->plan->order[place];
        if (place >= end || p->done[place] >= step->limit) {
            continue;
        }
        uint32_t from;
        uint32_t to;
        nn_rows_read(p->graph, nn_planned_op(p, place), p->readers[r].input,
                p->done[place], &from, &to);
        row = from < row ? from : row; // an empty range waits for from too
    }
    return row;
}

// A group that holds a row while an operator runs that has nothing to do with
// it cannot share memory with groups further up or down. Only those in p->open
// are in question: they hold, or have just lost, their only row.
static void mark_lingering(nn_planner *p, uint32_t end, uint32_t place) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->open_count; i++) {
        uint16_t root = p->open[i];
        nn_group *group = &p->groups[root];
        if (place >= group->first && place <= group->last) {
            p->open[kept++] = root;
            continue;
        }
        uint32_t made = p->done[group->first];
        group->lingers = oldest(p, root, end, made) < made;
    }
    p->open_count = kept;
}

static void note_row(nn_planner *p, uint16_t root, uint32_t first, uint32_t end,
        uint32_t made) {
    nn_group *group = &p->groups[root];
    if (!nn_group_inside(group, first, end)) {
        return;
    }
    group->ring = raise(group->ring, made - oldest(p, root, end, made));
    if (group->ring > 1 || group->lingers) {
        return;
    }
    uint32_t i = 0;
    while (i < p->open_count && p->open[i] != root) {
        i++;
    }
    if (i == p->open_count) {
        p->open[p->open_count++] = root;
    }
}

static void start_group(nn_planner *p, uint16_t root, bool whole) {
    nn_group *group = &p->groups[root];
    whole = whole || group->barrier;
    group->ring = whole ? p->graph->tensors[root].rows : 1;
    group->lingers = whole;
}

// Every group that the stage writes first gets a ring of one row, or of all.
static void start_groups(nn_planner *p, uint32_t first, uint32_t end,
        bool whole) {
    for (uint32_t i = first; i < end; i++) {
        const nn_op *op = nn_planned_op(p, i);
        for (uint32_t k = 0; k < op->output_count; k++) {
            start_group(p, p->root[op->outputs[k]], whole);
        }
        for (uint32_t k = 0; k < op->input_count; k++) {
            if (op->inputs[k] == NN_NONE) {
                continue;
            }
            uint16_t root = p->root[op->inputs[k]];
            if (p->graph->tensors[root].is_input &&
                    p->groups[root].first >= first) {
                start_group(p, root, whole);
                // a pulled row waits for no operator in particular
                p->groups[root].lingers = 1;
            }
        }
    }
}

void nn_plan_rings(nn_planner *p, uint32_t first, uint32_t end) {
    const nn_graph *graph = p->graph;
    nn_schedule s = {p->plan, p->done, p->waits, first, end, end - 1};
    set_limits(p, first, end);
    bool whole = p->options.whole || !can_stream(p, first);
    start_groups(p, first, end, whole);
    if (whole) {
        return;
    }
    nn_schedule_begin(&s);
    p->open_count = 0;
    for (uint32_t what = nn_schedule_next(&s); what != NN_IDLE;
            what = nn_schedule_next(&s)) {
        if (nn_schedule_pulls(&s, what)) {
            uint16_t t = graph->inputs[what - NN_PULLED];
            uint32_t made = p->done[p->plan->order_count + what - NN_PULLED];
            note_row(p, t, first, end, made + 1);
        } else if (what >= first && what < end) {
            const nn_op *op = nn_planned_op(p, what);
            mark_lingering(p, end, what);
            p->done[what]++; // while it runs, the inputs are still read
            for (uint32_t k = 0; k < op->output_count; k++) {
                note_row(p, p->root[op->outputs[k]], first, end, p->done[what]);
            }
            p->done[what]--;
        }
        nn_schedule_made(&s, what, 1);
    }
}
