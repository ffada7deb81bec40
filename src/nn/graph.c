// SPDX-License-Identifier: MIT
// Questions about a loaded graph.

#include "nn/graph.h"

#include "nn/flatbuffer.h"
#include "nn/load.h"
#include "nn/op.h"

uint32_t nn_type_bytes(nn_type type) {
    switch (type) {
    case NN_UINT8:
    case NN_INT8:
    case NN_BOOL:
        return 1;
    case NN_FLOAT16:
    case NN_INT16:
        return 2;
    case NN_FLOAT32:
    case NN_INT32:
        return 4;
    case NN_INT64:
        return 8;
    default:
        return 0;
    }
}

const char *nn_type_name(nn_type type) {
    static const char *const names[] = {
            [NN_FLOAT32] = "float32",
            [NN_FLOAT16] = "float16",
            [NN_INT32] = "int32",
            [NN_UINT8] = "uint8",
            [NN_INT64] = "int64",
            [NN_BOOL] = "bool",
            [NN_INT16] = "int16",
            [NN_INT8] = "int8",
    };
    uint32_t index = (uint32_t)type;
    if (index >= sizeof(names) / sizeof(names[0]) || names[index] == NULL) {
        return "?";
    }
    return names[index];
}

uint32_t nn_tensor_elements(const nn_tensor *tensor) {
    return tensor->bytes / nn_type_bytes(tensor->type);
}

int32_t nn_tensor_dim(const nn_tensor *tensor, int axis) {
    int place = tensor->rank + axis;
    return place < 0 ? 1 : tensor->dim[place];
}

int32_t nn_tensor_zero_point(const nn_tensor *tensor, uint32_t channel) {
    if (tensor->zero_points == NULL) {
        return 0;
    }
    const uint8_t *bytes = tensor->zero_points;
    return (int32_t)nn_load_i64(bytes + 8 * (size_t)channel);
}

bool nn_same_shape(const nn_tensor *a, const nn_tensor *b) {
    if (a->rank != b->rank) {
        return false;
    }
    for (uint32_t i = 0; i < a->rank; i++) {
        if (a->dim[i] != b->dim[i]) {
            return false;
        }
    }
    return true;
}

void nn_graph_uses(nn_graph *graph) {
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        nn_tensor *tensor = &graph->tensors[t];
        tensor->last_use = tensor->is_output ? graph->op_count : NN_NONE;
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *op = &graph->ops[i];
        for (uint32_t k = 0; k < op->input_count && !op->folded; k++) {
            if (op->inputs[k] != NN_NONE) {
                nn_tensor *tensor = &graph->tensors[op->inputs[k]];
                if (!tensor->is_output) {
                    tensor->last_use = (uint16_t)i;
                }
            }
        }
    }
}

// What an operator's end frees: inputs that it is the last to read, outputs
// that nothing reads.
static uint64_t freed_by(const nn_graph *graph, uint32_t place) {
    const nn_op *op = &graph->ops[place];
    uint64_t bytes = 0;
    for (uint32_t k = 0; k < op->output_count; k++) {
        const nn_tensor *out = nn_op_output(graph, op, k);
        bytes += out->last_use == NN_NONE ? out->bytes : 0;
    }
    for (uint32_t k = 0; k < op->input_count; k++) {
        const nn_tensor *in = nn_op_input(graph, op, k);
        if (in == NULL || in->data != NULL || in->last_use != place) {
            continue;
        }
        bool again = false; // x + x frees x once
        for (uint32_t j = 0; j < k; j++) {
            again = again || op->inputs[j] == op->inputs[k];
        }
        bytes += again ? 0 : in->bytes;
    }
    return bytes;
}

void nn_graph_count(nn_graph *graph) {
    uint64_t weights = 0;
    uint64_t most = 0;
    uint64_t live = 0;
    nn_graph_uses(graph);
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        const nn_tensor *tensor = &graph->tensors[t];
        if (tensor->data != NULL) {
            weights += tensor->bytes;
        } else if (tensor->is_input) {
            live += tensor->bytes;
        }
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *op = &graph->ops[i];
        for (uint32_t k = 0; k < op->output_count; k++) {
            live += nn_op_output(graph, op, k)->bytes;
        }
        most = live > most ? live : most;
        live -= freed_by(graph, i);
    }
    // saturated: a hostile graph may add up to more
    graph->weight_bytes = weights > UINT32_MAX ? UINT32_MAX : (uint32_t)weights;
    graph->naive_bytes = most > UINT32_MAX ? UINT32_MAX : (uint32_t)most;
}
