// SPDX-License-Identifier: MIT
// Questions about a loaded graph.

#include "nn/graph.h"

#include "nn/flatbuffer.h"
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
