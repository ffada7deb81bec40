// SPDX-License-Identifier: MIT
// Folds padding into the operators behind it.

#include "nn/fold.h"

#include "nn/op.h"
#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"

// Lets every reader of the PAD's output read its input instead. Which of a
// reader's inputs that is does not matter here: the hooks have been told.
static void bypass(nn_graph *graph, nn_op *pad) {
    for (uint32_t i = 0; i < graph->op_count; i++) {
        nn_op *op = &graph->ops[i];
        // the list lies in the state memory, which is the loader's to write
        uint16_t *inputs = (uint16_t *)op->inputs;
        for (uint32_t k = 0; k < op->input_count && op != pad; k++) {
            if (inputs[k] == pad->outputs[0]) {
                inputs[k] = pad->inputs[0];
            }
        }
    }
    pad->folded = 1;
}

// Whether every reader of op's output is of kind a or b and reads it as one
// of its first `inputs` inputs.
static bool read_only_by(const nn_graph *graph, const nn_op *op,
        const nn_op_def *a, const nn_op_def *b, uint32_t inputs) {
    uint32_t readers = 0;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *reader = &graph->ops[i];
        for (uint32_t k = 0; k < reader->input_count; k++) {
            if (reader->inputs[k] != op->outputs[0]) {
                continue;
            }
            if ((reader->def != a && reader->def != b) || k >= inputs) {
                return false;
            }
            readers++;
        }
    }
    return readers > 0 && !nn_op_output(graph, op, 0)->is_output;
}

// PAD of channels in front of ADD: the channels that are not there add zero.
static bool fold_into_add(nn_graph *graph, nn_op *pad) {
    int32_t front;
    uint16_t padded = pad->outputs[0];
    if (!nn_pad_is_zero_channels(graph, pad, &front) ||
            !read_only_by(graph, pad, &nn_op_add, NULL, 2)) {
        return false;
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *add = &graph->ops[i];
        for (uint32_t k = 0; k < add->input_count; k++) {
            // a broadcast operand would be broadcast before the padding
            if (add->inputs[k] == padded &&
                    (!nn_same_shape(nn_op_input(graph, add, 0),
                             nn_op_output(graph, add, 0)) ||
                            !nn_same_shape(nn_op_input(graph, add, 1),
                                    nn_op_output(graph, add, 0)) ||
                            add->inputs[0] == add->inputs[1] ||
                            !add->row_local)) {
                return false;
            }
        }
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        for (uint32_t k = 0; k < graph->ops[i].input_count; k++) {
            if (graph->ops[i].inputs[k] == padded) {
                nn_add_absorb_pad(graph, &graph->ops[i], k, front);
            }
        }
    }
    return true;
}

// PAD of height and width in front of convolutions: what they pad themselves
// is zero as well.
static bool fold_into_conv(nn_graph *graph, nn_op *pad) {
    int32_t top;
    int32_t left;
    if (!nn_pad_is_zero_spatial(graph, pad, &top, &left) ||
            !read_only_by(graph, pad, &nn_op_conv_2d, &nn_op_depthwise_conv_2d,
                    1)) {
        return false;
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        nn_op *op = &graph->ops[i];
        if ((op->def == &nn_op_conv_2d ||
                    op->def == &nn_op_depthwise_conv_2d) &&
                op->inputs[0] == pad->outputs[0]) {
            nn_conv_absorb_pad(graph, op, top, left);
        }
    }
    return true;
}

void nn_fold(nn_graph *graph) {
    for (uint32_t i = 0; i < graph->op_count; i++) {
        nn_op *op = &graph->ops[i];
        if (op->def != &nn_op_pad && op->def != &nn_op_padv2) {
            continue;
        }
        if (fold_into_add(graph, op) || fold_into_conv(graph, op)) {
            bypass(graph, op);
        }
    }
}
