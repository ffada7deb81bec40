// SPDX-License-Identifier: MIT
// Plays a model through with whole tensors.

#include "host/inspect/naive.h"

#include <stdlib.h>

#include "nn/graph.h"

static uint64_t bytes_of(const tfl_tensor *t) {
    return t->data
            ? 0
            : (uint64_t)tfl_elements(t) * nn_type_bytes((nn_type)t->type);
}

// By tensor: the last operator that touches it, op_count for the model's
// outputs and for inputs that nothing reads.
static void find_last(const tfl_model *m, uint32_t *last) {
    for (uint32_t t = 0; t < m->tensor_count; t++) {
        last[t] = m->op_count;
    }
    for (uint32_t i = 0; i < m->op_count; i++) {
        const tfl_op *op = &m->ops[i];
        for (uint32_t k = 0; k < op->output_count; k++) {
            last[op->outputs[k]] = i;
        }
        for (uint32_t k = 0; k < op->input_count; k++) {
            if (op->inputs[k] >= 0) {
                last[op->inputs[k]] = i;
            }
        }
    }
    for (uint32_t k = 0; k < m->output_count; k++) {
        last[m->outputs[k]] = m->op_count;
    }
}

static uint64_t play(const tfl_model *m, uint32_t *last) {
    uint64_t live = 0;
    uint64_t most = 0;
    for (uint32_t k = 0; k < m->input_count; k++) {
        live += bytes_of(&m->tensors[m->inputs[k]]);
    }
    for (uint32_t i = 0; i < m->op_count; i++) {
        const tfl_op *op = &m->ops[i];
        for (uint32_t k = 0; k < op->output_count; k++) {
            live += bytes_of(&m->tensors[op->outputs[k]]);
        }
        most = live > most ? live : most;
        for (uint32_t k = 0; k < op->input_count + op->output_count; k++) {
            int32_t t = k < op->input_count ? op->inputs[k]
                                            : op->outputs[k - op->input_count];
            if (t >= 0 && last[t] == i) {
                live -= bytes_of(&m->tensors[t]);
                last[t] = m->op_count; // x + x frees x once
            }
        }
    }
    return most;
}

int inspect_naive_bytes(const tfl_model *model, uint32_t *bytes,
        nn_error *error) {
    uint32_t *last = calloc(model->tensor_count + (size_t)1, sizeof *last);
    if (!last) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
    }
    find_last(model, last);
    uint64_t most = play(model, last);
    free(last);
    *bytes = most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
    return 0;
}
