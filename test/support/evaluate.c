// SPDX-License-Identifier: MIT
// Runs a model operator by operator.

#include "test/support/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "nn/op.h"
#include "nn/ops/ops.h"

enum { TABLE_MAX = 128, VIEWS_MAX = 64 };

void *take_memory(size_t count) {
    void *memory;
    // to the byte, so that the sanitizer sees every step beyond
    if (posix_memalign(&memory, NN_ALIGN, count ? count : 1)) {
        abort();
    }
    return memory;
}

// The engine's operators. Those that it folds or skips are copies, which it
// does not recognise.
static nn_op_table plain_table(void) {
    static const nn_op_def *table[TABLE_MAX];
    static nn_op_def copies[3];
    const nn_op_def *const folded[3] = {&nn_op_pad, &nn_op_padv2,
            &nn_op_concatenation};
    for (uint32_t i = 0; nn_ops_int8[i]; i++) {
        table[i] = nn_ops_int8[i];
        for (uint32_t k = 0; k < 3; k++) {
            if (nn_ops_int8[i] == folded[k]) {
                copies[k] = *folded[k];
                table[i] = &copies[k];
            }
        }
    }
    return table;
}

const uint8_t *evaluation_bytes(const evaluation *e, uint32_t t) {
    const nn_tensor *tensor = &e->graph.tensors[t];
    return tensor->data ? tensor->data : e->tensors[t];
}

static nn_view whole_view(const evaluation *e, uint32_t t) {
    const nn_tensor *tensor = &e->graph.tensors[t];
    return (nn_view){(uint8_t *)evaluation_bytes(e, t), tensor->row_bytes,
            tensor->rows};
}

static void run_op(evaluation *e, const nn_op *op) {
    nn_view in[VIEWS_MAX] = {{0}};
    nn_view out[VIEWS_MAX] = {{0}};
    if (op->input_count > VIEWS_MAX || op->output_count > VIEWS_MAX) {
        abort();
    }
    for (uint32_t k = 0; k < op->input_count; k++) {
        if (op->inputs[k] != NN_NONE) {
            in[k] = whole_view(e, op->inputs[k]);
        }
    }
    for (uint32_t k = 0; k < op->output_count; k++) {
        uint32_t t = op->outputs[k];
        e->tensors[t] = take_memory(e->graph.tensors[t].bytes);
        out[k] = whole_view(e, t);
    }
    nn_call call = {&e->graph, op, in, out, take_memory(op->scratch_bytes),
            take_memory(op->keep_bytes)};
    if (op->def->begin) {
        op->def->begin(&call);
    }
    op->def->run(&call, 0, nn_op_output(&e->graph, op, 0)->rows);
    free(call.scratch);
    free(call.keep);
}

int evaluate(evaluation *e, const void *file, size_t bytes,
        const uint8_t *const *inputs, nn_error *error) {
    memset(e, 0, sizeof *e);
    size_t state_bytes;
    int code = nn_measure(file, bytes, &state_bytes, error);
    if (code) {
        return code;
    }
    e->state = take_memory(state_bytes);
    code = nn_load(&e->graph, file, bytes, plain_table(), e->state, state_bytes,
            error);
    if (code) {
        evaluation_free(e);
        return code;
    }
    e->tensors = calloc(e->graph.tensor_count + 1U, sizeof *e->tensors);
    if (!e->tensors) {
        abort();
    }
    for (uint32_t k = 0; k < e->graph.input_count; k++) {
        uint32_t t = e->graph.inputs[k];
        e->tensors[t] = take_memory(e->graph.tensors[t].bytes);
        memcpy(e->tensors[t], inputs[k], e->graph.tensors[t].bytes);
    }
    for (uint32_t i = 0; i < e->graph.op_count; i++) {
        run_op(e, &e->graph.ops[i]);
    }
    return 0;
}

void evaluation_free(evaluation *e) {
    for (uint32_t t = 0; e->tensors && t < e->graph.tensor_count; t++) {
        free(e->tensors[t]);
    }
    free(e->tensors);
    free(e->state);
    memset(e, 0, sizeof *e);
}
