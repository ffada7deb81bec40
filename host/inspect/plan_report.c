// SPDX-License-Identifier: MIT
// A plan, for people and for programs.

#include "host/inspect/plan_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "host/json/json.h"
#include "nn/op.h"
#include "nn/schedule.h"

enum { WHY_BYTES = 96 };

// What happens to the output of the operator at a place.
typedef struct held {
    const nn_op *op;
    const nn_tensor *out;
    const nn_place *place;
    uint32_t stage_first, stage_end; // places
    uint32_t bytes;
    char why[WHY_BYTES];
} held;

static const nn_op *op_at(const nn_plan *plan, uint32_t place) {
    return &plan->graph->ops[plan->order[place].op];
}

static bool same_memory(const nn_plan *plan, uint16_t a, uint16_t b) {
    const nn_place *x = &plan->places[a];
    const nn_place *y = &plan->places[b];
    return x->kind == y->kind && x->offset == y->offset && x->kind != 0 &&
            (x->kind == NN_PLACE_ARENA || x->index == y->index);
}

// Whether a is t or a reshape of it.
static bool same_rows(const nn_plan *plan, uint16_t a, uint16_t t) {
    return a == t ||
            (same_memory(plan, a, t) && plan->places[a].source != NN_NONE &&
                    plan->places[a].source == plan->places[t].source);
}

// The reader of tensor t, in [first, end) of the order, that looks at most
// rows at once; its place, or end where nothing there reads t.
static uint32_t widest_reader(const nn_plan *plan, uint16_t t, uint32_t first,
        uint32_t end, uint32_t *rows) {
    uint32_t widest = end;
    *rows = 0;
    for (uint32_t place = first; place < end; place++) {
        const nn_op *op = op_at(plan, place);
        for (uint32_t k = 0; k < op->input_count; k++) {
            if (op->inputs[k] == NN_NONE || plan->order[place].limit == 0 ||
                    !same_rows(plan, op->inputs[k], t)) {
                continue;
            }
            uint32_t from;
            uint32_t to;
            nn_rows_read(plan->graph, op, k, plan->order[place].limit / 2,
                    &from, &to);
            if (widest == end || to - from > *rows) {
                *rows = to - from;
                widest = place;
            }
        }
    }
    return widest;
}

static void explain_ring(const nn_plan *plan, held *h, uint16_t t) {
    uint32_t rows;
    uint32_t reader =
            widest_reader(plan, t, h->stage_first, h->stage_end, &rows);
    if (reader == h->stage_end) {
        (void)snprintf(h->why, WHY_BYTES, "nothing reads it");
        return;
    }
    const nn_op *op = op_at(plan, reader);
    if (h->place->ring > rows) {
        (void)snprintf(h->why, WHY_BYTES,
                "%u %s reads %" PRIu32 " at once, another reader lags",
                op->index, nn_builtin_name(op->def->code).text, rows);
    } else {
        (void)snprintf(h->why, WHY_BYTES, "%u %s reads %" PRIu32 " at once",
                op->index, nn_builtin_name(op->def->code).text, rows);
    }
}

// Where a whole tensor is read behind the stage.
static void explain_whole(const nn_plan *plan, held *h, uint16_t t) {
    for (uint32_t k = 0; k < h->op->input_count; k++) {
        if (h->op->inputs[k] != NN_NONE &&
                same_memory(plan, h->op->inputs[k], t)) {
            (void)snprintf(h->why, WHY_BYTES, "over its input");
            return;
        }
    }
    if (h->out->is_output) {
        (void)snprintf(h->why, WHY_BYTES, "output of the model");
        return;
    }
    uint32_t rows;
    uint32_t reader =
            widest_reader(plan, t, h->stage_end, plan->order_count, &rows);
    if (reader < plan->order_count) {
        const nn_op *op = op_at(plan, reader);
        (void)snprintf(h->why, WHY_BYTES, "%u %s reads it in another stage",
                op->index, nn_builtin_name(op->def->code).text);
    } else {
        (void)snprintf(h->why, WHY_BYTES, "part of another tensor");
    }
}

static held look(const nn_plan *plan, uint32_t stage, uint32_t place,
        uint32_t k) {
    held h = {.op = op_at(plan, place),
            .stage_first = plan->stages[stage],
            .stage_end = plan->stages[stage + 1]};
    uint16_t t = h.op->outputs[k];
    h.out = &plan->graph->tensors[t];
    h.place = &plan->places[t];
    if (h.place->kind == NN_PLACE_ARENA) {
        h.bytes = h.place->ring * h.out->row_bytes;
    }
    if (h.place->kind == NN_PLACE_OUTPUT) {
        (void)snprintf(h.why, WHY_BYTES, "in the caller's memory");
    } else if (h.place->ring < h.out->rows) {
        explain_ring(plan, &h, t);
    } else {
        explain_whole(plan, &h, t);
    }
    return h;
}

static void print_shape(const nn_tensor *t) {
    char shape[80] = "";
    int used = 0;
    for (uint32_t d = 0; d < t->rank; d++) {
        used += snprintf(shape + used, sizeof shape - (size_t)used,
                "%s%" PRId32, d ? "x" : "", t->dim[d]);
    }
    printf("%-18s", shape);
}

static void print_stage(const nn_plan *plan, uint32_t stage) {
    uint32_t first = plan->stages[stage];
    uint32_t end = plan->stages[stage + 1];
    for (uint32_t place = first; place < end; place++) {
        const nn_op *op = op_at(plan, place);
        for (uint32_t k = 0; k < op->output_count; k++) {
            held h = look(plan, stage, place, k);
            char mark = end - first == 1 ? ' '
                    : place == first     ? '/'
                    : place == end - 1   ? '\\'
                                         : '|';
            printf("%c %4u %-24s ", mark, op->index,
                    nn_builtin_name(op->def->code).text);
            print_shape(h.out);
            printf("%6" PRIu32 " of %-6" PRIu32 "%9" PRIu32 "  %s\n",
                    h.place->ring, h.out->rows, h.bytes, h.why);
        }
    }
}

void plan_report_text(const nn_plan *plan) {
    printf("\n    op operator                 output              rows "
           "held        bytes  why\n");
    for (uint32_t k = 0; k < plan->graph->input_count; k++) {
        uint16_t t = plan->graph->inputs[k];
        const nn_tensor *in = &plan->graph->tensors[t];
        const nn_place *place = &plan->places[t];
        bool own = place->kind == NN_PLACE_ARENA;
        printf("       input %-19u", k);
        print_shape(in);
        printf("%6" PRIu32 " of %-6" PRIu32 "%9" PRIu32 "  %s\n", place->ring,
                in->rows, own ? place->ring * in->row_bytes : 0,
                own ? "pulled row by row" : "in the caller's memory");
    }
    for (uint32_t stage = 0; stage < plan->stage_count; stage++) {
        print_stage(plan, stage);
    }
    printf("\nLines that a bar joins are one streamed section.\n");
}

static void json_stage(const nn_plan *plan, uint32_t stage) {
    uint32_t first = plan->stages[stage];
    uint32_t end = plan->stages[stage + 1];
    printf("%s{\"streamed\":%s,\"ops\":[", stage ? "," : "",
            end - first > 1 ? "true" : "false");
    for (uint32_t place = first; place < end; place++) {
        const nn_op *op = op_at(plan, place);
        for (uint32_t k = 0; k < op->output_count; k++) {
            held h = look(plan, stage, place, k);
            printf("%s{\"op\":%u,\"name\":\"%s\",\"rows\":%" PRIu32
                   ",\"held\":%" PRIu32 ",\"bytes\":%" PRIu32 ",\"why\":",
                    place > first || k > 0 ? "," : "", op->index,
                    nn_builtin_name(op->def->code).text, h.out->rows,
                    h.place->ring, h.bytes);
            json_string(stdout, h.why);
            printf("}");
        }
    }
    printf("]}");
}

void plan_report_json(const nn_plan *plan) {
    printf("{\"live_bytes\":%" PRIu32 ",\"stages\":[", plan->live_bytes);
    for (uint32_t stage = 0; stage < plan->stage_count; stage++) {
        json_stage(plan, stage);
    }
    printf("]}");
}
