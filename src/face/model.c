// SPDX-License-Identifier: MIT
// Recognises BlazeFace by its input and outputs.

#include <stdbool.h>
#include <string.h>

#include "face/face.h"
#include "face/pixels.h"

static bool is_quantised(const nn_tensor *tensor) {
    return (tensor->type == NN_INT8 || tensor->type == NN_UINT8) &&
            tensor->scale_count == 1;
}

static const nn_tensor *input_of(const nn_graph *graph) {
    return &graph->tensors[graph->inputs[0]];
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
    float low;
    float high;
    bool quantised = face_pixels_reach(graph, 0, &low, &high);
    model->low = quantised && low >= -0.5F ? 0 : -1;
    model->high = 1;
    if (!face_pixels_target(&model->target, input, model->low, model->high)) {
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
