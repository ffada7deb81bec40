// SPDX-License-Identifier: MIT
// Carries out a plan.

#include <string.h>

#include "nn/nn.h"
#include "nn/op.h"
#include "nn/schedule.h"

// In a stage of one operator so many multiply-accumulates make a step.
enum { STEP_MACS = 1 << 20 };

static size_t align_up(size_t bytes) {
    return (bytes + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
}

static size_t counters_bytes(const nn_plan *plan) {
    return align_up(((size_t)plan->order_count + plan->graph->input_count) *
            sizeof(uint32_t));
}

static size_t waits_bytes(const nn_plan *plan) {
    return align_up(plan->order_count * sizeof(nn_wait));
}

size_t nn_run_measure(const nn_plan *plan) {
    size_t views = 0;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        const nn_op *op = &plan->graph->ops[plan->order[i].op];
        size_t count = (size_t)op->input_count + op->output_count;
        views = count > views ? count : views;
    }
    return counters_bytes(plan) + waits_bytes(plan) +
            align_up(views * sizeof(nn_view));
}

int nn_run_init(nn_run *run, const nn_plan *plan, const nn_io *io, void *memory,
        size_t memory_bytes, void *arena, size_t arena_bytes, nn_error *error) {
    if (memory_bytes < nn_run_measure(plan)) {
        return nn_fail(error, NN_ERR_NO_MEMORY,
                "a run needs %u bytes, %u are there",
                (uint32_t)nn_run_measure(plan), (uint32_t)memory_bytes);
    }
    if (arena_bytes < plan->arena_bytes) {
        return nn_fail(error, NN_ERR_NO_MEMORY,
                "the arena needs %u bytes, %u are there", plan->arena_bytes,
                (uint32_t)arena_bytes);
    }
    assert(((uintptr_t)arena & (NN_ALIGN - 1)) == 0);
    uint8_t *bytes = memory;
    memset(run, 0, sizeof(*run));
    memset(memory, 0, counters_bytes(plan));
    run->plan = plan;
    run->io = io;
    run->arena = arena;
    run->done = (uint32_t *)memory;
    bytes += counters_bytes(plan);
    run->waits = (nn_wait *)(void *)bytes;
    run->views = (nn_view *)(void *)(bytes + waits_bytes(plan));
    return 0;
}

// The bytes of tensor t. Kernels take one kind of view for what they read and
// what they write, so constness ends here; nothing writes to an input.
static uint8_t *bytes_of(const nn_run *run, uint32_t t) {
    const nn_place *place = &run->plan->places[t];
    switch ((nn_place_kind)place->kind) {
    case NN_PLACE_FILE:
        return (uint8_t *)run->plan->graph->tensors[place->index].data +
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

static nn_view view_of(const nn_run *run, uint32_t t) {
    return (nn_view){bytes_of(run, t), run->plan->graph->tensors[t].row_bytes,
            run->plan->places[t].ring};
}

static nn_call call_of(nn_run *run, uint32_t place) {
    const nn_plan_op *step = &run->plan->order[place];
    const nn_op *op = &run->plan->graph->ops[step->op];
    nn_view *views = run->views;
    for (uint32_t k = 0; k < op->input_count; k++) {
        views[k] = op->inputs[k] == NN_NONE ? (nn_view){NULL, 0, 1}
                                            : view_of(run, op->inputs[k]);
    }
    for (uint32_t k = 0; k < op->output_count; k++) {
        views[op->input_count + k] = view_of(run, op->outputs[k]);
    }
    return (nn_call){run->plan->graph, op, views, views + op->input_count,
            run->arena + step->scratch, run->arena + step->keep};
}

static void make_rows(nn_run *run, uint32_t place, uint32_t count) {
    nn_call call = call_of(run, place);
    uint32_t first = run->done[place];
    call.op->def->run(&call, first, first + count);
    if (run->io->observe != NULL) {
        run->io->observe(run->io->observe_user, &call, first, first + count);
    }
}

static int pull_row(nn_run *run, uint32_t k, nn_error *error) {
    const nn_input *input = &run->io->inputs[k];
    if (run->plan->places[run->plan->graph->inputs[k]].kind == NN_PLACE_INPUT) {
        return 0; // it is there already
    }
    nn_view view = view_of(run, run->plan->graph->inputs[k]);
    uint32_t row = run->done[run->plan->order_count + k];
    if (input->read(input->user, row, nn_view_row(&view, row)) != 0) {
        return nn_fail(error, NN_ERR_INPUT,
                "the source of input %u failed at row %u", k, row);
    }
    return 0;
}

// Rows that the next call of the operator at place makes.
static uint32_t batch(const nn_run *run, uint32_t place, bool alone) {
    const nn_plan_op *step = &run->plan->order[place];
    const nn_op *op = &run->plan->graph->ops[step->op];
    uint32_t left = step->limit - run->done[place];
    if (!op->row_local) {
        return left;
    }
    if (!alone) {
        return 1;
    }
    uint64_t macs = op->macs / nn_op_rows(run->plan->graph, op) + 1;
    uint64_t rows = STEP_MACS / macs + 1;
    for (uint32_t k = 0; k < op->output_count; k++) {
        // an output that nothing reads has room for one row
        uint32_t ring = run->plan->places[op->outputs[k]].ring;
        left = ring < left ? ring : left;
    }
    return rows < left ? (uint32_t)rows : left;
}

// Whether all inputs of the operator at place are complete.
static bool has_all(const nn_run *run, uint32_t place) {
    const nn_graph *graph = run->plan->graph;
    const nn_op *op = &graph->ops[run->plan->order[place].op];
    for (uint32_t k = 0; k < op->input_count; k++) {
        if (op->inputs[k] == NN_NONE) {
            continue;
        }
        uint32_t source = run->plan->places[op->inputs[k]].source;
        if (source >= NN_PULLED && source != NN_NONE &&
                run->done[run->plan->order_count + source - NN_PULLED] <
                        graph->tensors[graph->inputs[source - NN_PULLED]]
                                .rows) {
            return false;
        }
    }
    return true;
}

static void begin_stage(nn_run *run, nn_schedule *schedule) {
    nn_schedule_begin(schedule);
    for (uint32_t place = schedule->first; place < schedule->end; place++) {
        const nn_op *op = &run->plan->graph->ops[run->plan->order[place].op];
        if (op->def->begin != NULL) {
            nn_call call = call_of(run, place);
            op->def->begin(&call);
        }
    }
    run->begun = true;
}

// Inputs that go straight to an output: nothing has read them.
static int pull_unread(nn_run *run, nn_error *error) {
    const nn_graph *graph = run->plan->graph;
    for (uint32_t k = 0; k < graph->input_count; k++) {
        const nn_tensor *t = &graph->tensors[graph->inputs[k]];
        uint32_t *made = &run->done[run->plan->order_count + k];
        bool unread = run->plan->inputs[k].first == NN_NONE && t->is_output;
        for (; unread && *made < t->rows; (*made)++) {
            int err = pull_row(run, k, error);
            if (err != 0) {
                return err;
            }
        }
    }
    return 0;
}

static bool by_caller(const nn_run *run, uint32_t k) {
    return k < 32 && (run->plan->outputs_by_caller >> k & 1) != 0;
}

// Outputs that no operator makes: those that are inputs or constants, or are
// listed twice.
static int finish(nn_run *run, nn_error *error) {
    const nn_graph *graph = run->plan->graph;
    int err = pull_unread(run, error);
    for (uint32_t k = 0; err == 0 && k < graph->output_count; k++) {
        const uint8_t *made = bytes_of(run, graph->outputs[k]);
        if (by_caller(run, k) && made != run->io->outputs[k]) {
            memcpy(run->io->outputs[k], made,
                    graph->tensors[graph->outputs[k]].bytes);
        }
    }
    return err;
}

int nn_run_step(nn_run *run, nn_error *error) {
    const nn_plan *plan = run->plan;
    if (run->stage == plan->stage_count) {
        return finish(run, error);
    }
    uint32_t first = plan->stages[run->stage];
    uint32_t end = plan->stages[run->stage + 1];
    nn_schedule schedule = {plan, run->done, run->waits, first, end,
            run->cursor};
    if (!run->begun) {
        begin_stage(run, &schedule);
    }
    uint32_t what = nn_schedule_next(&schedule);
    if (what == NN_IDLE) {
        run->stage++;
        run->begun = false;
        return 1;
    }
    uint32_t rows = 1;
    if (nn_schedule_pulls(&schedule, what)) {
        int err = pull_row(run, what - NN_PULLED, error);
        if (err != 0) {
            return err;
        }
    } else if (what >= first && what < end) {
        rows = batch(run, what, end - first == 1 && has_all(run, what));
        make_rows(run, what, rows);
    }
    nn_schedule_made(&schedule, what, rows);
    run->cursor = schedule.cursor;
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
    return by_caller(run, k) ? run->io->outputs[k]
                             : bytes_of(run, run->plan->graph->outputs[k]);
}
