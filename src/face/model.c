// SPDX-License-Identifier: MIT
// Recognises BlazeFace by its input and outputs.

#include <stdbool.h>
#include <string.h>

#include "face/face.h"

static bool is_quantised(const nn_tensor *tensor) {
    return (tensor->type == NN_INT8 || tensor->type == NN_UINT8) &&
            tensor->scale_count == 1;
}

static const nn_tensor *input_of(const nn_graph *graph) {
    return &graph->tensors[graph->inputs[0]];
}

// The tensor whose scale bounds what the network can see, or NULL.
static const nn_tensor *first_quantised(const nn_graph *graph) {
    uint16_t input = graph->inputs[0];
    if (is_quantised(input_of(graph))) {
        return input_of(graph);
    }
    for (uint16_t k = 0; k < graph->op_count; k++) {
        const nn_op *op = &graph->ops[k];
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

static int init_input(face_model *model, const nn_graph *graph,
        nn_error *error) {
    const nn_tensor *input = input_of(graph);
    if (graph->input_count != 1 || input->rank != 4 || input->dim[0] != 1 ||
            input->dim[1] != FACE_SIDE || input->dim[2] != FACE_SIDE ||
            input->dim[3] != 3) {
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "not a BlazeFace model: expected one input of 1x128x128x3");
    }
    model->low = -1;
    model->high = 1;
    const nn_tensor *first = first_quantised(graph);
    if (first != NULL) {
        int32_t lowest = first->type == NN_INT8 ? -128 : 0;
        float reach = (float)(lowest - first->zero_point) * first->scale;
        model->low = reach < -0.5F ? -1 : 0;
    }
    img_target *target = &model->target;
    target->width = FACE_SIDE;
    target->height = FACE_SIDE;
    target->channels = 3;
    target->mul = (double)(model->high - model->low) / 255;
    target->add = (double)model->low;
    if (input->type == NN_FLOAT32) {
        target->element = IMG_FLOAT32;
    } else if (is_quantised(input)) {
        target->element = input->type == NN_INT8 ? IMG_INT8 : IMG_UINT8;
        target->mul /= (double)input->scale;
        target->add = target->add / (double)input->scale + input->zero_point;
    } else {
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "not a BlazeFace model: the input is %s, expected float32, or "
                "int8 or uint8 with a scale",
                nn_type_name((nn_type)input->type));
    }
    return 0;
}

// The output of rows x width elements; false where there is none.
static bool find_output(const nn_graph *graph, uint32_t rows, int32_t width,
        uint16_t first, face_values *values) {
    for (uint16_t k = 0; k < graph->output_count; k++) {
        const nn_tensor *out = &graph->tensors[graph->outputs[k]];
        bool float32 = out->type == NN_FLOAT32;
        if (nn_tensor_elements(out) != rows * (uint32_t)width ||
                nn_tensor_dim(out, -1) != width ||
                !(float32 || is_quantised(out))) {
            continue;
        }
        values->output = (uint8_t)k;
        values->type = out->type;
        values->first = first;
        values->scale = float32 ? 1 : out->scale;
        values->zero_point = float32 ? 0 : out->zero_point;
        return true;
    }
    return false;
}

static bool find_outputs(face_model *model, const nn_graph *graph) {
    face_head *fine = &model->heads[0];
    face_head *coarse = &model->heads[1];
    *fine = (face_head){.rows = 512, .grid = 16, .depth = 2};
    *coarse = (face_head){.rows = 384, .grid = 8, .depth = 6};
    if (graph->output_count == 4) {
        return find_output(graph, 512, 1, 0, &fine->scores) &&
                find_output(graph, 512, 16, 0, &fine->boxes) &&
                find_output(graph, 384, 1, 0, &coarse->scores) &&
                find_output(graph, 384, 16, 0, &coarse->boxes);
    }
    return graph->output_count == 2 &&
            find_output(graph, FACE_ANCHORS, 1, 0, &fine->scores) &&
            find_output(graph, FACE_ANCHORS, 16, 0, &fine->boxes) &&
            find_output(graph, FACE_ANCHORS, 1, 512, &coarse->scores) &&
            find_output(graph, FACE_ANCHORS, 16, 512, &coarse->boxes);
}

int face_model_init(face_model *model, const nn_graph *graph, nn_error *error) {
    memset(model, 0, sizeof(*model));
    int err = init_input(model, graph, error);
    if (err) {
        return err;
    }
    if (!find_outputs(model, graph)) {
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "not a BlazeFace model: expected outputs of 512x16, 512x1, "
                "384x16 and 384x1, or of 896x16 and 896x1, in float32, int8 "
                "or uint8");
    }
    return 0;
}
