// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a model. What loads must plan, run, and give the
// same bytes streamed, whole and operator by operator.

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/support/rig.h"

// Work that a single input may ask for. The engine has no such limits: a
// model that is merely large is as good as any other.
enum { MAX_FILE = 1 << 18, MAX_TENSORS = 1 << 20, MAX_BYTES = 1 << 15 };
enum { MAX_MACS = 1 << 21, MAX_SCRATCH = 1 << 22 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool is_small(const nn_graph *graph) {
    uint64_t bytes = 0;
    uint64_t macs = 0;
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        const nn_tensor *tensor = &graph->tensors[t];
        bytes += tensor->bytes;
        if (!tensor->data && tensor->bytes > MAX_BYTES) {
            return false;
        }
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *op = &graph->ops[i];
        macs += op->macs;
        // windows of far-off taps take much
        if (op->input_count + op->output_count > 48 ||
                op->scratch_bytes > MAX_SCRATCH) {
            return false;
        }
    }
    return bytes <= MAX_TENSORS && macs <= MAX_MACS &&
            graph->input_count <= RIG_INPUTS &&
            graph->output_count <= RIG_OUTPUTS;
}

static void check(bool fine, const rig *r, const char *what) {
    if (!fine) {
        (void)fprintf(stderr, "%s: %s, op %u, row %u\n", what,
                r->wrong ? r->wrong : "failed", r->wrong_op, r->wrong_row);
        abort();
    }
}

static void run_plan(rig *r, const nn_plan_options *options,
        const evaluation *right, const char *what) {
    nn_error error;
    check(rig_plan(r, options, &error) == 0, r, what);
    check(r->plan.live_bytes <= r->plan.arena_bytes, r, what);
    rig_start(r, right);
    check(rig_run(r, &error) == 0, r, what);
    check(rig_check(r), r, what);
}

static void plan_only(rig *r, bool whole) {
    size_t bytes;
    size_t work_bytes;
    nn_error error;
    nn_plan_options options = {.whole = whole};
    nn_plan_measure(&r->graph, &bytes, &work_bytes);
    void *memory = take_memory(bytes);
    void *work = take_memory(work_bytes);
    (void)nn_plan_make(&r->plan, &r->graph, &options, memory, bytes, work,
            work_bytes, &error);
    free(memory);
    free(work);
}

static void run_all(rig *r, const void *file, size_t size) {
    evaluation right;
    nn_error error;
    const uint8_t *inputs[RIG_INPUTS];
    for (uint32_t k = 0; k < r->graph.input_count; k++) {
        inputs[k] = r->data[k];
    }
    check(evaluate(&right, file, size, inputs, &error) == 0, r, "evaluate");
    run_plan(r, &(nn_plan_options){.whole = true}, &right, "whole");
    uint32_t whole = r->plan.arena_bytes;
    run_plan(r, NULL, &right, "streamed");
    uint32_t least = r->plan.arena_bytes;
    uint32_t between = least + (whole > least ? (whole - least) / 2 : 0);
    run_plan(r,
            &(nn_plan_options){.whole_input = true,
                    .outputs_by_caller = 1,
                    .budget = between},
            &right, "within a budget");
    evaluation_free(&right);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size > MAX_FILE) {
        return 0;
    }
    rig r;
    nn_error error;
    void *file = take_memory(size); // to the byte, and aligned
    memcpy(file, bytes, size);
    if (rig_open(&r, file, size, &error) == 0) {
        if (is_small(&r.graph)) {
            rig_fill(&r, (uint32_t)size);
            run_all(&r, file, size);
        } else {
            plan_only(&r, true);
            plan_only(&r, false);
        }
        rig_close(&r);
    } else if (strlen(error.text) < 8) {
        abort(); // an error without a sentence
    }
    free(file);
    return 0;
}
