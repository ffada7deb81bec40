// SPDX-License-Identifier: MIT
// Carries out a plan.

#include <string.h>

#include "nn/nn.h"
#include "nn/op.h"

// In a stage of one operator so many multiply-accumulates make a step.
enum { STEP_MACS = 1 << 20 };

static uint32_t counters(const nn_plan *plan) {
    return (uint32_t)plan->order_count + plan->graph->input_count;
}

static uint32_t most_views(const nn_plan *plan) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        const nn_op *op = nn_planned_op(plan, i);
        uint32_t count = (uint32_t)op->input_count + op->output_count;
        most = count > most ? count : most;
    }
    return most;
}

size_t nn_run_measure(const nn_plan *plan) {
    return most_views(plan) * sizeof(nn_view) +
            counters(plan) * sizeof(uint32_t) +
            plan->order_count * sizeof(nn_wait);
}

int nn_run_init(nn_run *run, const nn_plan *plan, const nn_io *io, void *memory,
        size_t memory_bytes, void *arena, size_t arena_bytes, nn_error *error) {
    if (!nn_memory_suffices(error, "a run", nn_run_measure(plan),
                memory_bytes) ||
            !nn_memory_suffices(error, "the arena", plan->arena_bytes,
                    arena_bytes)) {
        return NN_ERR_NO_MEMORY;
    }
    assert(((uintptr_t)arena & (NN_ALIGN - 1)) == 0);
    memset(run, 0, sizeof(*run));
    run->schedule.plan = plan;
    run->io = io;
    run->arena = arena;
    run->views = memory;
    run->schedule.done = (uint32_t *)(void *)(run->views + most_views(plan));
    memset(run->schedule.done, 0, counters(plan) * sizeof(uint32_t));
    run->schedule.waits =
            (nn_wait *)(void *)(run->schedule.done + counters(plan));
    return 0;
}

// The bytes of tensor t. Kernels take one kind of view for what they read and
// what they write, so constness ends here; nothing writes to an input.
static uint8_t *bytes_of(const nn_run *run, uint32_t t) {
    const nn_place *place = &run->schedule.plan->places[t];
    switch ((nn_place_kind)place->kind) {
    case NN_PLACE_FILE:
        return (uint8_t *)run->schedule.plan->graph->tensors[place->index]
                       .data +
                place->offset;
    case NN_PLACE_ARENA:
        return run->arena + place->offset;
    case NN_PLACE_INPUT:
        return (uint8_t *)run->io->inputs[place->index].data + place->offset;
    case NN_PLACE_OUTPUT:
        return (uint8_t *)run->io->outputs[place->index] + place->offset;
    default:
        return NULL;
    }
}

// The view of tensor t; of none where it is left out.
static void set_view(const nn_run *run, uint32_t t, nn_view *view) {
    const nn_plan *plan = run->schedule.plan;
    if (t == NN_NONE) {
        *view = (nn_view){NULL, 0, 1};
    } else {
        view->data = bytes_of(run, t);
        view->row_bytes = plan->graph->tensors[t].row_bytes;
        view->ring = plan->places[t].ring;
    }
}

// Views of the tensors; returns the end.
static nn_view *set_views(const nn_run *run, nn_view *view,
        const uint16_t *tensors, uint32_t count) {
    for (const uint16_t *t = tensors; t < tensors + count; t++) {
        set_view(run, *t, view++);
    }
    return view;
}

static nn_call call_of(nn_run *run, uint32_t place) {
    const nn_plan *plan = run->schedule.plan;
    const nn_plan_op *step = &plan->order[place];
    const nn_op *op = nn_planned_op(plan, place);
    nn_view *out = set_views(run, run->views, op->inputs, op->input_count);
    set_views(run, out, op->outputs, op->output_count);
    return (nn_call){plan->graph, op, run->views, out,
            run->arena + step->scratch, run->arena + step->keep};
}

static void make_rows(nn_run *run, uint32_t place, uint32_t count) {
    nn_call call = call_of(run, place);
    uint32_t first = run->schedule.done[place];
    call.op->def->run(&call, first, first + count);
    if (run->io->observe != NULL) {
        run->io->observe(run->io->observe_user, &call, first, first + count);
    }
}

static int pull_row(nn_run *run, uint32_t source, nn_error *error) {
    const nn_plan *plan = run->schedule.plan;
    uint32_t k = source - plan->order_count;
    uint32_t t = plan->graph->inputs[k];
    const nn_input *input = &run->io->inputs[k];
    if (plan->places[t].kind == NN_PLACE_INPUT) {
        return 0; // it is there already
    }
    nn_view view;
    set_view(run, t, &view);
    uint32_t row = run->schedule.done[source];
    if (input->read(input->user, row, nn_view_row(&view, row)) != 0) {
        return nn_fail(error, NN_ERR_INPUT,
                "the source of input %u failed at row %u", k, row);
    }
    return 0;
}

// Rows that the next call of the operator at place makes.
static uint32_t batch(const nn_run *run, uint32_t place, bool alone) {
    const nn_plan *plan = run->schedule.plan;
    const nn_op *op = nn_planned_op(plan, place);
    uint32_t left = plan->order[place].limit - run->schedule.done[place];
    if (!op->row_local) {
        return left;
    }
    if (!alone) {
        return 1;
    }
    uint64_t macs = op->macs / nn_source_rows(plan, place) + 1;
    uint64_t rows = STEP_MACS / macs + 1;
    for (uint32_t k = 0; k < op->output_count; k++) {
        // an output that nothing reads has room for one row
        uint32_t ring = plan->places[op->outputs[k]].ring;
        left = ring < left ? ring : left;
    }
    return rows < left ? (uint32_t)rows : left;
}

// Whether all inputs of the operator at place, alone in its stage, are
// complete.
static bool has_all(const nn_run *run, uint32_t place) {
    const nn_plan *plan = run->schedule.plan;
    const nn_op *op = nn_planned_op(plan, place);
    for (uint32_t k = 0; k < op->input_count; k++) {
        uint32_t source = nn_source_of(plan, op, k);
        if (source != NN_NONE &&
                run->schedule.done[source] < nn_source_rows(plan, source)) {
            return false;
        }
    }
    return true;
}

static void begin_stage(nn_run *run) {
    nn_schedule *s = &run->schedule;
    s->first = s->plan->stages[run->stage];
    s->end = s->plan->stages[run->stage + 1];
    nn_schedule_begin(s);
    for (uint32_t place = s->first; place < s->end; place++) {
        const nn_op *op = nn_planned_op(s->plan, place);
        if (op->def->begin != NULL) {
            nn_call call = call_of(run, place);
            op->def->begin(&call);
        }
    }
}

// Inputs that go straight to an output: nothing has read them.
static int pull_unread(nn_run *run, nn_error *error) {
    const nn_plan *plan = run->schedule.plan;
    for (uint32_t k = 0; k < plan->graph->input_count; k++) {
        const nn_tensor *t = &plan->graph->tensors[plan->graph->inputs[k]];
        uint32_t source = plan->order_count + k;
        uint32_t *made = &run->schedule.done[source];
        bool unread = plan->inputs[k].first == NN_NONE && t->is_output;
        for (; unread && *made < t->rows; (*made)++) {
            int err = pull_row(run, source, error);
            if (err != 0) {
                return err;
            }
        }
    }
    return 0;
}

// Outputs that no operator makes: those that are inputs or constants, or are
// listed twice.
static int finish(nn_run *run, nn_error *error) {
    const nn_plan *plan = run->schedule.plan;
    const nn_graph *graph = plan->graph;
    int err = pull_unread(run, error);
    for (uint32_t k = 0; err == 0 && k < graph->output_count; k++) {
        const uint8_t *made = bytes_of(run, graph->outputs[k]);
        const void *output = nn_run_output(run, k);
        if (made != output) {
            memcpy((void *)output, made,
                    graph->tensors[graph->outputs[k]].bytes);
        }
    }
    return err;
}

int nn_run_step(nn_run *run, nn_error *error) {
    nn_schedule *s = &run->schedule;
    if (run->stage == s->plan->stage_count) {
        return finish(run, error);
    }
    if (s->end == 0) {
        begin_stage(run);
    }
    uint32_t what = nn_schedule_next(s);
    if (what == NN_IDLE) {
        run->stage++;
        s->end = 0;
        return 1;
    }
    uint32_t rows = 1;
    if (nn_schedule_pulls(s, what)) {
        int err = pull_row(run, what, error);
        if (err != 0) {
            return err;
        }
    } else if (nn_schedule_makes(s, what)) {
        rows = batch(run, what, s->end - s->first == 1 && has_all(run, what));
        make_rows(run, what, rows);
    }
    nn_schedule_made(s, what, rows);
    return 1;
}

int nn_run_all(nn_run *run, nn_error *error) {
    int more;
    do {
        more = nn_run_step(run, error);
    } while (more > 0);
    return more;
}

const void *nn_run_output(const nn_run *run, uint32_t k) {
    const nn_plan *plan = run->schedule.plan;
    return nn_plan_by_caller(plan, k) ? run->io->outputs[k]
                                      : bytes_of(run, plan->graph->outputs[k]);
}
