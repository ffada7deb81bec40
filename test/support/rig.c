// SPDX-License-Identifier: MIT
// Runs a model and watches every byte.

#include "test/support/rig.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "nn/op.h"
#include "nn/ops/ops.h"
#include "nn/schedule.h"

enum { GUARD = 64, GUARD_BYTE = 0xE7 };

static void fail(rig *r, const char *what, uint32_t op, uint32_t row) {
    if (!r->wrong) {
        r->wrong = what;
        r->wrong_op = op;
        r->wrong_row = row;
    }
}

static void fill_input(rig *r, uint32_t k) {
    const nn_tensor *t = &r->graph.tensors[r->graph.inputs[k]];
    r->data[k] = take_memory(t->bytes);
    random_fill(&r->dice, r->data[k], t->bytes);
    for (uint32_t i = 0; i < t->bytes / 4 && t->type == NN_FLOAT32; i++) {
        float value = random_float(&r->dice, -4, 4);
        memcpy(r->data[k] + 4 * i, &value, sizeof value);
    }
    r->sources[k].bytes = r->data[k];
    r->sources[k].row_bytes = t->row_bytes;
    r->sources[k].rows = t->rows;
}

int rig_open(rig *r, const void *file, size_t bytes, nn_error *error) {
    memset(r, 0, sizeof *r);
    size_t state_bytes;
    int code = nn_measure(file, bytes, &state_bytes, error);
    if (code) {
        return code;
    }
    r->state = take_memory(state_bytes);
    code = nn_load(&r->graph, file, bytes, nn_ops_int8, r->state, state_bytes,
            error);
    if (code) {
        rig_close(r);
        return code;
    }
    r->seen = take_memory(r->graph.op_count * sizeof *r->seen);
    return 0;
}

void rig_fill(rig *r, uint32_t seed) {
    assert(r->graph.input_count <= RIG_INPUTS);
    assert(r->graph.output_count <= RIG_OUTPUTS);
    r->dice = random_from(seed);
    for (uint32_t k = 0; k < r->graph.input_count; k++) {
        fill_input(r, k);
    }
}

static int read_row(void *user, uint32_t row, void *out) {
    struct rig_source *s = user;
    if (row != s->next || row >= s->rows || row == s->fail_at) {
        return -1;
    }
    memcpy(out, s->bytes + (size_t)row * s->row_bytes, s->row_bytes);
    s->next++;
    return 0;
}

static void free_plan(rig *r) {
    for (uint32_t k = 0; k < RIG_OUTPUTS; k++) {
        free(r->outputs[k]);
        r->outputs[k] = NULL;
    }
    free(r->plan_memory);
    free(r->run_memory);
    free(r->block);
    r->plan_memory = NULL;
    r->run_memory = NULL;
    r->block = NULL;
}

int rig_plan(rig *r, const nn_plan_options *options, nn_error *error) {
    size_t bytes;
    size_t work_bytes;
    free_plan(r);
    nn_plan_measure(&r->graph, &bytes, &work_bytes);
    r->plan_memory = take_memory(bytes);
    void *work = take_memory(work_bytes);
    random_fill(&r->dice, r->plan_memory, bytes);
    random_fill(&r->dice, work, work_bytes);
    int code = nn_plan_make(&r->plan, &r->graph, options, r->plan_memory, bytes,
            work, work_bytes, error);
    free(work);
    if (code) {
        return code;
    }
    r->run_memory = take_memory(nn_run_measure(&r->plan));
    random_fill(&r->dice, r->run_memory, nn_run_measure(&r->plan));
    r->block = take_memory((size_t)r->plan.arena_bytes + 2 * GUARD);
    for (uint32_t k = 0; k < r->graph.input_count; k++) {
        bool whole = options && options->whole_input;
        r->inputs[k] = (nn_input){.read = whole ? NULL : read_row,
                .user = &r->sources[k],
                .data = whole ? r->data[k] : NULL};
    }
    for (uint32_t k = 0; k < r->graph.output_count; k++) {
        if (options && k < 32 && options->outputs_by_caller >> k & 1) {
            uint32_t size = r->graph.tensors[r->graph.outputs[k]].bytes;
            r->outputs[k] = take_memory(size);
            random_fill(&r->dice, r->outputs[k], size);
        }
    }
    return 0;
}

static void compare_row(rig *r, const nn_call *call, uint32_t t,
        const nn_view *view, uint32_t row, const char *what) {
    const nn_tensor *tensor = &r->graph.tensors[t];
    const uint8_t *right = evaluation_bytes(r->right, t);
    if (memcmp(nn_view_row(view, row), right + (size_t)row * tensor->row_bytes,
                tensor->row_bytes) != 0) {
        fail(r, what, call->op->index, row);
    }
}

// Rows that were just read must still be there, unless written over in place.
static void compare_inputs(rig *r, const nn_call *call, uint32_t row) {
    for (uint32_t k = 0; k < call->op->input_count; k++) {
        uint32_t t = call->op->inputs[k];
        if (t == NN_NONE || r->graph.tensors[t].data ||
                call->in[k].data == call->out[0].data) {
            continue;
        }
        uint32_t first;
        uint32_t end;
        nn_rows_read(&r->graph, call->op, k, row, &first, &end);
        for (uint32_t y = first; y < end; y++) {
            compare_row(r, call, t, &call->in[k], y, "a row that was read");
        }
    }
}

static void observe(void *user, const nn_call *call, uint32_t first,
        uint32_t end) {
    rig *r = user;
    uint32_t op = (uint32_t)(call->op - r->graph.ops);
    if (first != r->seen[op] || first >= end) {
        fail(r, "rows out of turn", call->op->index, first);
    }
    r->seen[op] = end;
    r->calls++;
    for (uint32_t k = 0; k < call->op->output_count && r->right; k++) {
        // parts of a split may have different counts of rows
        uint32_t rows =
                call->op->row_local ? end : nn_call_output(call, k)->rows;
        for (uint32_t row = first; row < rows; row++) {
            compare_row(r, call, call->op->outputs[k], &call->out[k], row,
                    "a row that was made");
        }
    }
    for (uint32_t row = first; row < end && r->right; row++) {
        compare_inputs(r, call, row);
    }
    // scratch holds nothing between calls
    random_fill(&r->dice, call->scratch, call->op->scratch_bytes);
}

void rig_start(rig *r, const evaluation *right) {
    nn_error error;
    uint8_t *arena = r->block + GUARD;
    r->right = right;
    r->wrong = NULL;
    r->calls = 0;
    memset(r->seen, 0, r->graph.op_count * sizeof *r->seen);
    for (uint32_t k = 0; k < RIG_INPUTS; k++) {
        r->sources[k].next = 0;
        r->sources[k].fail_at = UINT32_MAX;
    }
    memset(r->block, GUARD_BYTE, GUARD);
    random_fill(&r->dice, arena, r->plan.arena_bytes);
    memset(arena + r->plan.arena_bytes, GUARD_BYTE, GUARD);
    r->io = (nn_io){r->inputs, r->outputs, observe, r};
    int code = nn_run_init(&r->run, &r->plan, &r->io, r->run_memory,
            nn_run_measure(&r->plan), arena, r->plan.arena_bytes, &error);
    assert(code == 0);
    (void)code;
}

int rig_run(rig *r, nn_error *error) {
    return nn_run_all(&r->run, error);
}

bool rig_check(rig *r) {
    for (uint32_t i = 0; i < GUARD; i++) {
        if (r->block[i] != GUARD_BYTE ||
                r->block[GUARD + r->plan.arena_bytes + i] != GUARD_BYTE) {
            fail(r, "a guard byte", 0, i);
        }
    }
    for (uint32_t k = 0; k < r->graph.output_count && r->right; k++) {
        uint32_t t = r->graph.outputs[k];
        const uint8_t *made = nn_run_output(&r->run, k);
        if (r->outputs[k] && made != r->outputs[k]) {
            fail(r, "an output's place", k, 0);
        }
        if (memcmp(made, evaluation_bytes(r->right, t),
                    r->graph.tensors[t].bytes) != 0) {
            fail(r, "an output", k, 0);
        }
    }
    for (uint32_t i = 0; i < r->plan.order_count; i++) {
        uint32_t op = r->plan.order[i].op;
        if (r->seen[op] != r->plan.order[i].limit) {
            fail(r, "the count of rows", r->graph.ops[op].index, r->seen[op]);
        }
    }
    return !r->wrong;
}

void rig_close(rig *r) {
    free_plan(r);
    for (uint32_t k = 0; k < RIG_INPUTS; k++) {
        free(r->data[k]);
    }
    free(r->seen);
    free(r->state);
    memset(r, 0, sizeof *r);
}
