// SPDX-License-Identifier: MIT
// Which row of which operator comes next.

#include "nn/schedule.h"

const nn_op *nn_planned_op(const nn_plan *plan, uint32_t place) {
    return &plan->graph->ops[plan->order[place].op];
}

void nn_rows_read(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end) {
    const nn_tensor *in = nn_op_given(graph, op, k);
    uint32_t rows = in->rows;
    // All of a constant is there; what rows of it mean, an operator's rows()
    // need not know.
    if (!op->row_local || in->data != NULL) {
        *first = 0;
        *end = rows;
    } else if (op->def->rows != NULL) {
        op->def->rows(graph, op, k, y, first, end);
        assert(*first <= *end && *end <= rows);
    } else {
        *first = rows == 1 ? 0 : y;
        *end = *first + 1;
        assert(*end <= rows);
    }
}

uint32_t nn_op_rows(const nn_graph *graph, const nn_op *op) {
    return nn_op_output(graph, op, 0)->rows;
}

// Rows that a source makes in all.
static uint32_t source_rows(const nn_plan *plan, uint32_t source) {
    const nn_graph *graph = plan->graph;
    return source >= NN_PULLED
            ? graph->tensors[graph->inputs[source - NN_PULLED]].rows
            : nn_op_rows(graph, nn_planned_op(plan, source));
}

// The place of a source's counter in done, and whose counter lies there.
static uint32_t counter_of(const nn_schedule *s, uint32_t source) {
    return source >= NN_PULLED ? s->plan->order_count + (source - NN_PULLED)
                               : source;
}

static uint32_t source_of(const nn_schedule *s, uint32_t counter) {
    uint32_t places = s->plan->order_count;
    return counter >= places ? NN_PULLED + (counter - places) : counter;
}

bool nn_schedule_pulls(const nn_schedule *s, uint32_t what) {
    return what >= NN_PULLED &&
            s->plan->inputs[what - NN_PULLED].first >= s->first;
}

bool nn_schedule_makes(const nn_schedule *s, uint32_t what) {
    return what >= s->first && what < s->end;
}

void nn_schedule_begin(nn_schedule *s) {
    const nn_plan *plan = s->plan;
    for (uint32_t place = s->first; place < s->end; place++) {
        const nn_op *op = nn_planned_op(plan, place);
        s->done[place] = 0;
        s->waits[place].rows = 0;
        for (uint32_t k = 0; k < op->input_count; k++) {
            uint32_t source = op->inputs[k] == NN_NONE
                    ? NN_NONE
                    : plan->places[op->inputs[k]].source;
            if (source == NN_NONE) {
                continue;
            }
            if (nn_schedule_pulls(s, source)) {
                s->done[counter_of(s, source)] = 0;
            } else if (source < s->first || source >= NN_PULLED) {
                // alone, an operator may have all at once
                s->done[counter_of(s, source)] =
                        s->end - s->first == 1 ? source_rows(plan, source) : 0;
            }
        }
    }
    s->cursor = s->end - 1;
}

// Finds the first input that lacks rows for the next row of the operator at
// place, and notes it; nothing is noted where the row can be made.
static __attribute__((noinline)) void find_wait(const nn_schedule *s,
        uint32_t place) {
    const nn_graph *graph = s->plan->graph;
    const nn_op *op = nn_planned_op(s->plan, place);
    s->waits[place].rows = 0;
    for (uint32_t k = 0; k < op->input_count; k++) {
        if (op->inputs[k] == NN_NONE) {
            continue;
        }
        uint32_t source = s->plan->places[op->inputs[k]].source;
        if (source == NN_NONE) {
            continue;
        }
        uint32_t counter = counter_of(s, source);
        uint32_t made = s->done[counter];
        uint32_t rows = source_rows(s->plan, source);
        if (made == rows) {
            continue;
        }
        uint32_t first;
        uint32_t end = rows;
        // reshaped, a tensor has other rows: then all must be there
        if (nn_op_input(graph, op, k)->rows == rows) {
            nn_rows_read(graph, op, k, s->done[place], &first, &end);
        }
        if (end > made) {
            end = end <= UINT16_MAX ? end : UINT16_MAX;
            s->waits[place] = (nn_wait){(uint16_t)counter, (uint16_t)end};
            return;
        }
    }
}

// Whether the operator at place lacks rows for its next one. It is looked at
// again when those are there that it was found to wait for.
static bool is_waiting(const nn_schedule *s, uint32_t place) {
    const nn_wait *wait = &s->waits[place];
    if (wait->rows == 0 || s->done[wait->counter] >= wait->rows) {
        find_wait(s, place);
    }
    return wait->rows != 0;
}

// Inputs that are needed behind the stage are pulled to their end.
static uint32_t rest_of_inputs(const nn_schedule *s) {
    const nn_plan *plan = s->plan;
    for (uint32_t k = 0; k < plan->graph->input_count; k++) {
        const nn_plan_input *input = &plan->inputs[k];
        if (input->first >= s->first && input->first < s->end &&
                input->last >= s->end &&
                s->done[plan->order_count + k] <
                        source_rows(plan, NN_PULLED + k)) {
            return NN_PULLED + k;
        }
    }
    return NN_IDLE;
}

uint32_t nn_schedule_next(nn_schedule *s) {
    const nn_plan_op *order = s->plan->order;
    uint32_t waiting = s->end;
    for (uint32_t place = s->cursor + 1; place-- > s->first;) {
        if (s->done[place] < order[place].limit && !is_waiting(s, place)) {
            return place;
        }
    }
    while (waiting-- > s->first && s->done[waiting] >= order[waiting].limit) {
    }
    if (waiting + 1 == s->first) {
        return rest_of_inputs(s);
    }
    // the last operator asks for its next row, and whoever is to make what it
    // lacks for what that lacks
    while (waiting >= s->first && waiting < s->end) {
        bool waits = is_waiting(s, waiting);
        assert(waits);
        (void)waits;
        waiting = source_of(s, s->waits[waiting].counter);
    }
    return waiting;
}

void nn_schedule_made(nn_schedule *s, uint32_t what, uint32_t rows) {
    s->done[counter_of(s, what)] += rows;
    if (what >= s->first && what < s->end) {
        s->waits[what].rows = 0;
    }
    if (what >= NN_PULLED) {
        uint32_t last = s->plan->inputs[what - NN_PULLED].last;
        s->cursor = last < s->end ? last : s->end - 1;
    } else {
        s->cursor = what >= s->first ? s->plan->order[what].reach : s->end - 1;
    }
}
