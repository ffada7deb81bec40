// SPDX-License-Identifier: MIT
// Which row of which operator comes next.

#include "nn/schedule.h"

void nn_rows_read(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end) {
    const nn_tensor *in = nn_op_input(graph, op, k);
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
    }
}

uint32_t nn_op_rows(const nn_graph *graph, const nn_op *op) {
    return nn_op_output(graph, op, 0)->rows;
}

// The first input that lacks rows for row y of the operator at place: its
// source, or NN_NONE where the row can be made.
static uint32_t lacking(const nn_schedule *s, uint32_t place) {
    const nn_graph *graph = s->plan->graph;
    const nn_op *op = &graph->ops[s->plan->order[place].op];
    for (uint32_t k = 0; k < op->input_count; k++) {
        if (op->inputs[k] == NN_NONE) {
            continue;
        }
        uint32_t source = s->plan->places[op->inputs[k]].source;
        if (source == NN_NONE || source < s->first) {
            continue;
        }
        uint32_t first;
        uint32_t end;
        uint32_t made = source >= NN_PULLED
                ? s->plan->order_count + (source - NN_PULLED)
                : source;
        nn_rows_read(graph, op, k, s->done[place], &first, &end);
        if (source >= NN_PULLED) {
            // reshaped, an input has other rows: then all must be there
            const nn_tensor *t =
                    &graph->tensors[graph->inputs[source - NN_PULLED]];
            bool same = t->rows == nn_op_input(graph, op, k)->rows;
            end = same ? end : t->rows;
        }
        if (end > s->done[made]) {
            return source;
        }
    }
    return NN_NONE;
}

uint32_t nn_schedule_next(nn_schedule *s) {
    const nn_plan_op *order = s->plan->order;
    for (uint32_t place = s->cursor + 1; place-- > s->first;) {
        if (s->done[place] < order[place].limit &&
                lacking(s, place) == NN_NONE) {
            return place;
        }
    }
    // every operator waits, so the first in order that is not complete waits
    // for an input of the model
    for (uint32_t place = s->first; place < s->end; place++) {
        if (s->done[place] < order[place].limit) {
            uint32_t source = lacking(s, place);
            assert(source != NN_NONE && source >= NN_PULLED);
            return source;
        }
    }
    return NN_IDLE;
}

void nn_schedule_made(nn_schedule *s, uint32_t what, uint32_t rows) {
    if (what >= NN_PULLED) {
        s->done[s->plan->order_count + (what - NN_PULLED)] += rows;
        s->cursor = s->plan->input_reach[what - NN_PULLED];
        s->cursor = s->cursor < s->end ? s->cursor : s->end - 1;
    } else {
        s->done[what] += rows;
        s->cursor = s->plan->order[what].reach;
    }
}
