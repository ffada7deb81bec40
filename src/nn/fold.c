// SPDX-License-Identifier: MIT
// Folds padding into the operators behind it.

#include "nn/fold.h"

#include "nn/op.h"
#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"

// A place where a tensor is read: input k of operator i.
typedef struct reader {
    uint32_t i;
    uint32_t k;
    nn_op *op;
} reader;

// Moves on to the first such place from input k of operator i on.
static bool next_reader(const nn_graph *graph, uint16_t tensor, reader *r) {
    for (; r->i < graph->op_count; r->i++, r->k = 0) {
        r->op = &graph->ops[r->i];
        for (; r->k < r->op->input_count; r->k++) {
            if (r->op->inputs[r->k] == tensor) {
                return true;
            }
        }
    }
    return false;
}

// Whether ADD can be told of channels that are not there. A broadcast operand
// would be broadcast before the padding.
static bool can_add(const nn_graph *graph, const nn_op *op) {
    if (op->def != &nn_op_add || !op->row_local ||
            op->inputs[0] == op->inputs[1]) {
        return false;
    }
    const nn_tensor *out = nn_op_output(graph, op, 0);
    return nn_same_shape(nn_op_given(graph, op, 0), out) &&
            nn_same_shape(nn_op_given(graph, op, 1), out);
}

// Folds a PAD of channels into every ADD behind it (channels that are not
// there add zero) or one of height and width into every convolution (what they
// pad themselves is zero as well). All readers must be of that kind; then they
// read the PAD's input instead of its output.
static bool fold_into(nn_graph *graph, nn_op *pad, bool adds) {
    const nn_tensor *in = nn_op_given(graph, pad, 0);
    uint16_t padded = pad->outputs[0];
    uint32_t from = adds ? in->rank - 1u : 1;
    const int32_t *before = nn_pad_zeros(graph, pad, from, adds ? in->rank : 3);
    if (before == NULL || (!adds && in->rank != 4) ||
            nn_op_output(graph, pad, 0)->is_output) {
        return false;
    }
    for (reader r = {0}; next_reader(graph, padded, &r); r.k++) {
        bool can = adds ? can_add(graph, r.op)
                        : r.k == 0 &&
                        (r.op->def == &nn_op_conv_2d ||
                                r.op->def == &nn_op_depthwise_conv_2d);
        if (!can) {
            return false;
        }
    }
    for (reader r = {0}; next_reader(graph, padded, &r); r.k++) {
        if (adds) {
            nn_add_absorb_pad(graph, r.op, r.k, before[from]);
        } else {
            nn_conv_absorb_pad(graph, r.op, before[1], before[2]);
        }
        // the list lies in the state memory, which is the loader's to write
        ((uint16_t *)r.op->inputs)[r.k] = pad->inputs[0];
        pad->folded = 1;
    }
    return pad->folded;
}

void nn_fold(nn_graph *graph) {
    for (uint32_t i = 0; i < graph->op_count; i++) {
        nn_op *op = &graph->ops[i];
        if ((op->def == &nn_op_pad || op->def == &nn_op_padv2) &&
                !fold_into(graph, op, true)) {
            (void)fold_into(graph, op, false);
        }
    }
}
