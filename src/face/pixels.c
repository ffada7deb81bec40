// SPDX-License-Identifier: MIT
// How a network wants its pixels.

#include "face/pixels.h"

static bool is_quantised(const nn_tensor *tensor) {
    return (tensor->type == NN_INT8 || tensor->type == NN_UINT8) &&
            tensor->scale_count == 1;
}

// The tensor whose scale bounds what the network can see, or NULL.
static const nn_tensor *first_quantised(const nn_graph *graph, uint32_t k) {
    uint16_t input = graph->inputs[k];
    if (is_quantised(&graph->tensors[input])) {
        return &graph->tensors[input];
    }
    for (uint16_t place = 0; place < graph->op_count; place++) {
        const nn_op *op = &graph->ops[place];
        if (op->input_count == 0 || op->inputs[0] != input) {
            continue;
        }
        const nn_tensor *out = &graph->tensors[op->outputs[0]];
        if (is_quantised(out)) {
            return out;
        }
    }
    return NULL;
}

bool face_pixels_reach(const nn_graph *graph, uint32_t k, float *low,
        float *high) {
    const nn_tensor *first = first_quantised(graph, k);
    if (first == NULL) {
        return false;
    }
    int32_t lowest = first->type == NN_INT8 ? -128 : 0;
    *low = (float)(lowest - first->zero_point) * first->scale;
    *high = (float)(lowest + 255 - first->zero_point) * first->scale;
    return true;
}

static bool is_near(float value, float wanted, float slack) {
    return value >= wanted - slack && value <= wanted + slack;
}

void face_pixels_range(const nn_graph *graph, uint32_t k, float *low,
        float *high) {
    static const float usual[][2] = {{0, 1}, {-1, 1}, {0, 255}, {-128, 127}};
    if (!face_pixels_reach(graph, k, low, high)) {
        *low = 0;
        *high = 1;
    }
    for (uint32_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        float slack = (usual[i][1] - usual[i][0]) / 20;
        if (is_near(*low, usual[i][0], slack) &&
                is_near(*high, usual[i][1], slack)) {
            *low = usual[i][0];
            *high = usual[i][1];
            return;
        }
    }
}

bool face_pixels_target(img_target *target, const nn_tensor *tensor, float low,
        float high) {
    if (tensor->rank != 4 || tensor->dim[0] != 1 ||
            (tensor->dim[3] != 1 && tensor->dim[3] != 3) ||
            tensor->dim[1] > IMG_MAX_SIDE || tensor->dim[2] > IMG_MAX_SIDE) {
        return false;
    }
    *target = (img_target){
            .width = tensor->dim[2],
            .height = tensor->dim[1],
            .channels = tensor->dim[3],
            .element = IMG_FLOAT32,
            .mul = (double)(high - low) / 255,
            .add = (double)low,
    };
    if (tensor->type == NN_FLOAT32) {
        return true;
    }
    if (!is_quantised(tensor) || !(tensor->scale > 0)) {
        return false;
    }
    target->element = tensor->type == NN_INT8 ? IMG_INT8 : IMG_UINT8;
    target->mul /= (double)tensor->scale;
    target->add = target->add / (double)tensor->scale + tensor->zero_point;
    return true;
}
