// SPDX-License-Identifier: MIT
// Brings a float model into the form that the quantiser works on.

#include "host/quantize/prepare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/engine.h"
#include "host/engine/float_model.h"
#include "host/quantize/scheme.h"
#include "host/tflite/fold.h"
#include "nn/graph.h"

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

const char *prepare_name(const tfl_model *model, int32_t tensor,
        char buffer[PREPARE_NAME_BYTES]) {
    const char *name = model->tensors[tensor].name;
    uint32_t same = 0;
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        same += strcmp(model->tensors[k].name, name) == 0;
    }
    if (same == 1 && *name && *name != '@' && !strpbrk(name, "\r\n")) {
        return name;
    }
    snprintf(buffer, PREPARE_NAME_BYTES, "@%d", (int)tensor);
    return buffer;
}

int prepare_copy(tfl_model *out, const tfl_model *model, nn_error *error) {
    uint8_t *file;
    size_t bytes;
    *out = (tfl_model){0};
    int code = tfl_write(model, "", &file, &bytes, error);
    if (code) {
        return code;
    }
    code = tfl_read(out, file, bytes, error);
    free(file);
    return code;
}

static int32_t find_tensor(const tfl_model *model, const char *name) {
    char buffer[PREPARE_NAME_BYTES];
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        if (strcmp(prepare_name(model, (int32_t)k, buffer), name) == 0) {
            return (int32_t)k;
        }
    }
    return -1;
}

static int set_outputs(tfl_model *model, const ranges *outputs,
        nn_error *error) {
    int32_t *list = tfl_alloc(model, outputs->count + 1, sizeof *list);
    uint32_t count = 0;
    for (size_t k = 0; list && k < outputs->count; k++) {
        if (outputs->items[k].kind != RANGES_OUTPUT) {
            continue;
        }
        list[count] = find_tensor(model, outputs->items[k].tensor);
        if (list[count] < 0 || model->tensors[list[count]].data) {
            return nn_fail(error, NN_ERR_INVALID,
                    "output %s is not a tensor of the model",
                    outputs->items[k].tensor);
        }
        count++;
    }
    if (list && count) {
        model->outputs = list;
        model->output_count = count;
    }
    return list ? 0 : no_memory(error);
}

// Removes operators that no output needs, from the last one on.
static void remove_dead(tfl_model *model) {
    for (uint32_t k = model->op_count; k-- > 0;) {
        tfl_op *op = &model->ops[k];
        uint32_t uses = 0;
        for (uint32_t j = 0; j < op->output_count; j++) {
            uses += tfl_use_count(model, op->outputs[j]);
        }
        op->code = uses ? op->code : -1;
    }
    tfl_compact(model);
}

// Gives operator k the input list[] with `tensor` at place j.
static int set_input(tfl_model *model, uint32_t k, uint32_t j, int32_t tensor,
        nn_error *error) {
    tfl_op *op = &model->ops[k];
    uint32_t count = j < op->input_count ? op->input_count : j + 1;
    int32_t *list = tfl_alloc(model, count, sizeof *list);
    if (!list || tensor < 0) {
        return no_memory(error);
    }
    memset(list, 0xFF, count * sizeof *list);
    memcpy(list, op->inputs, op->input_count * sizeof *list);
    list[j] = tensor;
    op->inputs = list;
    op->input_count = count;
    return 0;
}

static int add_bias(tfl_model *model, uint32_t k, nn_error *error) {
    const tfl_op *op = &model->ops[k];
    scheme_inputs where = scheme_weights(op->code);
    if (op->code != TFL_CONV_2D && op->code != TFL_DEPTHWISE_CONV_2D) {
        return 0;
    }
    bool has_bias = (uint32_t)where.bias < op->input_count &&
            op->inputs[where.bias] >= 0;
    if (has_bias || op->input_count < 2 || op->inputs[where.weights] < 0) {
        return 0;
    }
    const tfl_tensor *weights = &model->tensors[op->inputs[where.weights]];
    if (weights->rank != 4) {
        return 0;
    }
    tfl_tensor bias = {.name = "", .type = NN_FLOAT32, .rank = 1};
    bias.dim[0] = weights->dim[where.axis];
    bias.bytes = sizeof(float) * (size_t)bias.dim[0];
    bias.data = tfl_alloc(model, bias.bytes, 1);
    if (!bias.data) {
        return no_memory(error);
    }
    return set_input(model, k, (uint32_t)where.bias,
            tfl_add_tensor(model, &bias), error);
}

// Copies of constants that are read more than once: two readers may need
// them in two scales.
static int unshare(tfl_model *model, uint32_t k, nn_error *error) {
    for (uint32_t j = 0; j < model->ops[k].input_count; j++) {
        int32_t t = model->ops[k].inputs[j];
        if (t < 0 || !model->tensors[t].data ||
                model->tensors[t].type != NN_FLOAT32 ||
                tfl_use_count(model, t) < 2) {
            continue;
        }
        tfl_tensor copy = model->tensors[t];
        copy.name = "";
        int code = set_input(model, k, j, tfl_add_tensor(model, &copy), error);
        if (code) {
            return code;
        }
    }
    return 0;
}

static int rewrite(tfl_model *model, const ranges *outputs, nn_error *error) {
    if (!float_model_is(model)) {
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "the model is quantised already; a float16 or float32 one is "
                "needed");
    }
    int code = tfl_fold_constants(model, error);
    if (code) {
        return code;
    }
    tfl_fold_activations(model);
    code = set_outputs(model, outputs, error);
    if (code) {
        return code;
    }
    remove_dead(model);
    for (uint32_t k = 0; !code && k < model->op_count; k++) {
        code = add_bias(model, k, error);
        code = code ? code : unshare(model, k, error);
    }
    return code;
}

int prepare_model(tfl_model *out, const uint8_t *file, size_t bytes,
        const ranges *outputs, nn_error *error) {
    tfl_model model;
    engine *e;
    *out = (tfl_model){0};
    // the engine checks what every operator demands of its tensors
    int code = engine_open_bytes(&e, file, bytes, NULL, error);
    if (code) {
        return code;
    }
    engine_close(e);
    code = tfl_read(&model, file, bytes, error);
    if (code) {
        return code;
    }
    code = rewrite(&model, outputs, error);
    // the copy leaves out what nothing refers to any more
    code = code ? code : prepare_copy(out, &model, error);
    tfl_free(&model);
    return code;
}
