// SPDX-License-Identifier: MIT
// Runs one operator as a streamed section does.

#include "test/support/row_by_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn/nn.h"
#include "nn/op.h"
#include "nn/ops/ops.h"
#include "nn/packed.h"

enum { MAX_TENSORS = 32, GARBAGE = 0xA5 };

// Exactly so many bytes, so that the sanitizer sees what lies behind them.
static void *garbage(size_t bytes) {
    void *memory = malloc(bytes ? bytes : 1);
    assert_non_null(memory);
    memset(memory, GARBAGE, bytes);
    return memory;
}

// The operator that does the work, or NULL where there are several.
static const nn_op *only_op(const nn_graph *graph) {
    const nn_op *found = NULL;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *op = &graph->ops[i];
        if (!op->folded && found) {
            return NULL;
        }
        found = op->folded ? found : op;
    }
    return found;
}

// The bytes of input k: a constant's or one of the model's inputs.
static const uint8_t *bytes_of(const nn_graph *graph, const nn_op *op,
        uint32_t k, const void *const *inputs) {
    const nn_tensor *t = nn_op_given(graph, op, k);
    for (uint32_t i = 0; i < graph->input_count && !t->data; i++) {
        if (graph->inputs[i] == op->inputs[k]) {
            return inputs[i];
        }
    }
    return t->data;
}

// A ring of the rows of a computed input that output row y reads. *from is
// where the last row's began; rows never go back.
static nn_view make_ring(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, const uint8_t *bytes, uint32_t *from) {
    const nn_tensor *t = nn_op_given(graph, op, k);
    uint32_t first = t->rows == 1 ? 0 : y;
    uint32_t end = first + 1;
    if (op->def->rows) {
        op->def->rows(graph, op, k, y, &first, &end);
    }
    assert_true(first >= *from && first <= end && end <= t->rows);
    *from = first;
    uint32_t height = end > first ? end - first : 1;
    nn_view ring = {garbage((size_t)height * t->row_bytes), t->row_bytes,
            height};
    for (uint32_t row = first; row < end; row++) {
        memcpy(nn_view_row(&ring, row), bytes + (size_t)row * t->row_bytes,
                t->row_bytes);
    }
    return ring;
}

static void check_row(const nn_call *call, uint32_t y, const uint8_t *right) {
    call->op->def->run(call, y, y + 1);
    const nn_view *out = &call->out[0];
    assert_memory_equal(nn_view_row(out, y), right + (size_t)y * out->row_bytes,
            out->row_bytes);
}

static void check_op(const nn_graph *graph, const nn_op *op,
        const void *const *inputs, const void *right) {
    nn_view in[MAX_TENSORS] = {{0}};
    nn_view out[MAX_TENSORS] = {{0}};
    uint32_t from[MAX_TENSORS] = {0};
    assert_true(op->input_count <= MAX_TENSORS);
    assert_true(op->output_count <= MAX_TENSORS);
    nn_call call = {graph, op, in, out, garbage(op->scratch_bytes),
            garbage(op->keep_bytes)};
    if (op->def->begin) {
        op->def->begin(&call);
    }
    for (uint32_t y = 0; y < nn_op_output(graph, op, 0)->rows; y++) {
        for (uint32_t k = 0; k < op->input_count; k++) {
            const nn_tensor *t = nn_op_input(graph, op, k);
            if (t && t->data) {
                in[k] = (nn_view){(uint8_t *)(uintptr_t)t->data, t->row_bytes,
                        t->rows};
            } else if (t) {
                const uint8_t *bytes = bytes_of(graph, op, k, inputs);
                in[k] = make_ring(graph, op, k, y, bytes, &from[k]);
            }
        }
        for (uint32_t k = 0; k < op->output_count; k++) {
            uint32_t row_bytes = nn_op_output(graph, op, k)->row_bytes;
            out[k] = (nn_view){garbage(row_bytes), row_bytes, 1};
        }
        check_row(&call, y, right);
        for (uint32_t k = 0; k < op->input_count; k++) {
            const nn_tensor *t = nn_op_input(graph, op, k);
            free(t && !t->data ? in[k].data : NULL);
        }
        for (uint32_t k = 0; k < op->output_count; k++) {
            free(out[k].data);
        }
    }
    free(call.scratch);
    free(call.keep);
}

void check_row_by_row(const void *file, size_t bytes, const void *const *inputs,
        const void *right) {
    nn_graph graph;
    size_t state_bytes;
    assert_int_equal(nn_measure(file, bytes, &state_bytes, NULL), 0);
    void *state = garbage(state_bytes);
    assert_int_equal(nn_load(&graph, file, bytes, nn_ops_int8, state,
                             state_bytes, NULL),
            0);
    const nn_op *op = only_op(&graph);
    if (op && op->row_local && op->outputs[0] == graph.outputs[0]) {
        check_op(&graph, op, inputs, right);
        size_t packed_bytes = nn_packed_measure(&graph, NULL);
        void *packed = garbage(packed_bytes);
        nn_packed_write(&graph, NULL, packed);
        assert_int_equal(nn_packed_attach(&graph, packed, packed_bytes, NULL),
                0);
        check_op(&graph, op, inputs, right);
        free(packed);
    }
    free(state);
}
