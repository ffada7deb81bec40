// SPDX-License-Identifier: MIT
// A model's lists: memory, look-ups and edits.

#include "host/tflite/model.h"

#include <stdlib.h>
#include <string.h>

// Blocks of memory form a chain that hangs on the model.
typedef struct tfl_block {
    struct tfl_block *next;
    max_align_t content[];
} tfl_block;

void *tfl_alloc(tfl_model *model, size_t count, size_t size) {
    if (size && count > (SIZE_MAX - sizeof(tfl_block)) / size) {
        return NULL;
    }
    tfl_block *block = calloc(1, sizeof *block + count * size);
    if (!block) {
        return NULL;
    }
    block->next = model->memory;
    model->memory = block;
    return block->content;
}

void tfl_free(tfl_model *model) {
    while (model->memory) {
        tfl_block *next = model->memory->next;
        free(model->memory);
        model->memory = next;
    }
    *model = (tfl_model){0};
}

int32_t tfl_add_tensor(tfl_model *model, const tfl_tensor *tensor) {
    uint32_t count = model->tensor_count;
    tfl_tensor *list = tfl_alloc(model, (size_t)count + 1, sizeof *list);
    if (!list) {
        return -1;
    }
    list[count] = *tensor;
    memcpy(list, model->tensors, count * sizeof *list);
    model->tensors = list;
    model->tensor_count = count + 1;
    return (int32_t)count;
}

void tfl_compact(tfl_model *model) {
    uint32_t count = 0;
    for (uint32_t k = 0; k < model->op_count; k++) {
        if (model->ops[k].code >= 0) {
            model->ops[count++] = model->ops[k];
        }
    }
    model->op_count = count;
}

size_t tfl_elements(const tfl_tensor *tensor) {
    size_t elements = 1;
    for (uint32_t k = 0; k < tensor->rank; k++) {
        elements *= (size_t)tensor->dim[k];
    }
    return elements;
}

static uint32_t count_in(const int32_t *list, uint32_t count, int32_t value) {
    uint32_t found = 0;
    for (uint32_t k = 0; k < count; k++) {
        found += list[k] == value;
    }
    return found;
}

tfl_op *tfl_producer(const tfl_model *model, int32_t tensor) {
    for (uint32_t k = 0; k < model->op_count; k++) {
        tfl_op *op = &model->ops[k];
        if (op->code >= 0 && count_in(op->outputs, op->output_count, tensor)) {
            return op;
        }
    }
    return NULL;
}

uint32_t tfl_use_count(const tfl_model *model, int32_t tensor) {
    uint32_t found = count_in(model->outputs, model->output_count, tensor);
    for (uint32_t k = 0; k < model->op_count; k++) {
        const tfl_op *op = &model->ops[k];
        if (op->code >= 0) {
            found += count_in(op->inputs, op->input_count, tensor);
        }
    }
    return found;
}

bool tfl_is_output(const tfl_model *model, int32_t tensor) {
    return count_in(model->outputs, model->output_count, tensor) > 0;
}

static int replace(tfl_model *model, const int32_t **list, uint32_t count,
        int32_t from, int32_t to) {
    if (!count_in(*list, count, from)) {
        return 0;
    }
    int32_t *copy = tfl_alloc(model, count, sizeof *copy);
    if (!copy) {
        return NN_ERR_NO_MEMORY;
    }
    for (uint32_t k = 0; k < count; k++) {
        copy[k] = (*list)[k] == from ? to : (*list)[k];
    }
    *list = copy;
    return 0;
}

int tfl_redirect(tfl_model *model, int32_t from, int32_t to, nn_error *error) {
    int code = replace(model, &model->outputs, model->output_count, from, to);
    for (uint32_t k = 0; !code && k < model->op_count; k++) {
        tfl_op *op = &model->ops[k];
        code = replace(model, &op->inputs, op->input_count, from, to);
    }
    return code ? nn_fail(error, code, "not enough memory") : 0;
}

int tfl_activation_field(const tfl_op *op) {
    switch (op->code) {
    case TFL_CONV_2D:
        return 3;
    case TFL_DEPTHWISE_CONV_2D:
        return 4;
    case TFL_AVERAGE_POOL_2D:
    case TFL_MAX_POOL_2D:
        return 5;
    case TFL_FULLY_CONNECTED:
    case TFL_ADD:
    case TFL_SUB:
    case TFL_MUL:
        return 0;
    default:
        return -1;
    }
}
