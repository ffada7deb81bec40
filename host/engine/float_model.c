// SPDX-License-Identifier: MIT
// Makes a float model fit for the float32 operators.

#include "host/engine/float_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/tflite/fold.h"
#include "nn/graph.h"

bool float_model_is(const tfl_model *model) {
    bool is_float = false;
    for (uint32_t k = 0; k < model->op_count; k++) {
        const tfl_op *op = &model->ops[k];
        for (uint32_t j = 0; j < op->output_count; j++) {
            const tfl_tensor *t = &model->tensors[op->outputs[j]];
            if (t->type == NN_FLOAT32) {
                is_float = true;
            } else if (t->scale_count) {
                return false;
            }
        }
    }
    return is_float;
}

static int keep_origins(float_model *out, const tfl_model *model,
        nn_error *error) {
    out->op_count = model->op_count;
    out->origins = calloc(model->op_count + (size_t)1, sizeof *out->origins);
    if (!out->origins) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
    }
    for (uint32_t k = 0; k < model->op_count; k++) {
        out->origins[k] = model->ops[k].origin;
    }
    return 0;
}

int float_model_make(float_model *out, const void *file, size_t file_bytes,
        nn_error *error) {
    tfl_model model;
    *out = (float_model){0};
    if (tfl_read(&model, file, file_bytes, NULL) || !float_model_is(&model)) {
        tfl_free(&model);
        return 0;
    }
    int code = tfl_fold_constants(&model, error);
    if (!code) {
        tfl_fold_activations(&model);
        code = keep_origins(out, &model, error);
    }
    if (!code) {
        code = tfl_write(&model, "", &out->file, &out->bytes, error);
    }
    tfl_free(&model);
    if (code) {
        float_model_free(out);
    }
    return code;
}

void float_model_free(float_model *model) {
    free(model->file);
    free(model->origins);
    *model = (float_model){0};
}

void float_model_explain(const float_model *model, nn_error *error) {
    char *end;
    if (!error || strncmp(error->text, "op ", 3) != 0) {
        return;
    }
    unsigned long op = strtoul(error->text + 3, &end, 10);
    if (end == error->text + 3 || op >= model->op_count) {
        return;
    }
    char text[NN_ERROR_TEXT];
    snprintf(text, sizeof text, "op %u%.150s", model->origins[op], end);
    memcpy(error->text, text, sizeof text);
}
