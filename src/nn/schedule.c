// SPDX-License-Identifier: MIT
// Which row of which operator comes next.

#include "nn/schedule.h"

#include "nn/op.h"

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

uint32_t nn_source_of(const nn_plan *plan, const nn_op *op, uint32_t k) {
    uint32_t t = op->inputs[k];
    return t == NN_NONE ? NN_NONE : plan->places[t].source;
}

uint32_t nn_source_rows(const nn_plan *plan, uint32_t source) {
    const nn_graph *graph = plan->graph;
    uint32_t places = plan->order_count;
    const uint16_t *t = source < places ? nn_planned_op(plan, source)->outputs
                                        : &graph->inputs[source - places];
    return graph->tensors[*t].rows;
}

// The readers of a source that is an input, else NULL.
static const nn_plan_input *input_of(const nn_schedule *s, uint32_t source) {
    uint32_t places = s->plan->order_count;
    return source < places ? NULL : &s->plan->inputs[source - places];
}

bool nn_schedule_pulls(const nn_schedule *s, uint32_t what) {
    const nn_plan_input *input = input_of(s, what);
    return input != NULL && input->first >= s->first;
}

bool nn_schedule_makes(const nn_schedule *s, uint32_t what) {
    return what >= s->first && what < s->end;
}

void nn_schedule_begin(nn_schedule *s) {
    const nn_plan *plan = s->plan;
    // alone, an operator may have all at once of what is there
    bool alone = s->end - s->first == 1;
    for (uint32_t place = s->first; place < s->end; place++) {
        const nn_op *op = nn_planned_op(plan, place);
        s->done[place] = 0;
        s->waits[place].rows = 0;
        for (uint32_t k = 0; k < op->input_count; k++) {
            uint32_t source = nn_source_of(plan, op, k);
            if (source != NN_NONE) {
                s->done[source] = alone && !nn_schedule_pulls(s, source)
                        ? nn_source_rows(plan, source)
                        : 0;
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
    nn_wait *wait = &s->waits[place];
    wait->rows = 0;
    for (uint32_t k = 0; k < op->input_count; k++) {
        uint32_t source = nn_source_of(s->plan, op, k);
        if (source == NN_NONE) {
            continue;
        }
        uint32_t rows = nn_source_rows(s->plan, source);
        uint32_t first;
        uint32_t end = rows;
        // reshaped, a tensor has other rows: then all must be there
        if (nn_op_given(graph, op, k)->rows == rows) {
            nn_rows_read(graph, op, k, s->done[place], &first, &end);
        }
        if (end > s->done[source]) {
            wait->source = (uint16_t)source;
            wait->rows = (uint16_t)(end <= UINT16_MAX ? end : UINT16_MAX);
            return;
        }
    }
}

// Whether the operator at place lacks rows for its next one. It is looked at
// again when those are there that it was found to wait for.
static bool is_waiting(const nn_schedule *s, uint32_t place) {
    const nn_wait *wait = &s->waits[place];
    if (wait->rows == 0 || s->done[wait->source] >= wait->rows) {
        find_wait(s, place);
    }
    return wait->rows != 0;
}

// Inputs that are needed behind the stage are pulled to their end.
static uint32_t rest_of_inputs(const nn_schedule *s) {
    const nn_plan *plan = s->plan;
    uint32_t end = plan->order_count + plan->graph->input_count;
    for (uint32_t source = plan->order_count; source < end; source++) {
        const nn_plan_input *input = input_of(s, source);
        if (nn_schedule_makes(s, input->first) && input->last >= s->end &&
                s->done[source] < nn_source_rows(plan, source)) {
            return source;
        }
    }
    return NN_IDLE;
}

static bool is_complete(const nn_schedule *s, uint32_t place) {
    return s->done[place] >= s->plan->order[place].limit;
}

uint32_t nn_schedule_next(nn_schedule *s) {
    uint32_t waiting = s->end;
    for (uint32_t place = s->cursor + 1; place-- > s->first;) {
        if (!is_complete(s, place) && !is_waiting(s, place)) {
            return place;
        }
    }
    while (waiting-- > s->first && is_complete(s, waiting)) {
    }
    if (waiting + 1 == s->first) {
        return rest_of_inputs(s);
    }
    // the last operator asks for its next row, and whoever is to make what it
    // lacks for what that lacks
    while (nn_schedule_makes(s, waiting)) {
        bool waits = is_waiting(s, waiting);
        assert(waits);
        (void)waits;
        waiting = s->waits[waiting].source;
    }
    return waiting;
}

void nn_schedule_made(nn_schedule *s, uint32_t what, uint32_t rows) {
    const nn_plan_input *input = input_of(s, what);
    s->done[what] += rows;
    s->cursor = s->end - 1;
    if (input != NULL) {
        s->cursor = input->last < s->end ? input->last : s->cursor;
    } else if (what >= s->first) {
        s->waits[what].rows = 0;
        s->cursor = s->plan->order[what].reach;
    }
}
