// SPDX-License-Identifier: MIT
// Writes a model's lists as a .tflite file.

#include "host/tflite/model.h"
#include "host/tflite/schema.h"

#include <stdlib.h>
#include <string.h>

#include "host/tflite/flatbuffer_writer.h"

enum { CONSTANT_ALIGN = 16 };

typedef struct writer {
    const tfl_model *model;
    fbw file;
    int32_t *place;        // by tensor: its index in the file, -1: left out
    uint32_t *buffer;      // by tensor: its buffer in the file, 0: none
    uint32_t *code;        // by operator: its operator code in the file
    fbw_ref *refs;         // room for the longest list
    int32_t *ints;         // likewise
    uint32_t tensor_count; // that are written
    uint32_t buffer_count;
} writer;

static int alloc_lists(writer *w) {
    const tfl_model *m = w->model;
    size_t longest = (size_t)m->tensor_count + m->op_count + 2;
    for (uint32_t k = 0; k < m->op_count; k++) {
        const tfl_op *op = &m->ops[k];
        longest = longest < op->input_count ? op->input_count : longest;
        longest = longest < op->output_count ? op->output_count : longest;
    }
    longest = longest < m->input_count ? m->input_count : longest;
    longest = longest < m->output_count ? m->output_count : longest;
    w->place = calloc(longest, sizeof *w->place);
    w->buffer = calloc(longest, sizeof *w->buffer);
    w->code = calloc(longest, sizeof *w->code);
    w->refs = calloc(longest, sizeof *w->refs);
    w->ints = calloc(longest, sizeof *w->ints);
    bool ok = w->place && w->buffer && w->code && w->refs && w->ints;
    return ok ? 0 : NN_ERR_NO_MEMORY;
}

static void mark(writer *w, const int32_t *list, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (list[k] >= 0) {
            w->place[list[k]] = 1;
        }
    }
}

// Numbers the tensors that something refers to, and their buffers: buffer 0
// is the empty one of everything that is computed.
static void number_tensors(writer *w) {
    const tfl_model *m = w->model;
    mark(w, m->inputs, m->input_count);
    mark(w, m->outputs, m->output_count);
    for (uint32_t k = 0; k < m->op_count; k++) {
        mark(w, m->ops[k].inputs, m->ops[k].input_count);
        mark(w, m->ops[k].outputs, m->ops[k].output_count);
    }
    w->buffer_count = 1;
    for (uint32_t k = 0; k < m->tensor_count; k++) {
        if (!w->place[k]) {
            w->place[k] = -1;
            continue;
        }
        w->place[k] = (int32_t)w->tensor_count++;
        if (m->tensors[k].data) {
            w->buffer[k] = w->buffer_count++;
        }
    }
}

static fbw_ref write_indices(writer *w, const int32_t *list, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        w->ints[k] = list[k] < 0 ? -1 : w->place[list[k]];
    }
    return fbw_i32_vector(&w->file, w->ints, count);
}

static fbw_ref write_buffers(writer *w) {
    const tfl_model *m = w->model;
    fbw_table_begin(&w->file);
    w->refs[0] = fbw_table_end(&w->file);
    for (uint32_t k = 0; k < m->tensor_count; k++) {
        if (!w->buffer[k]) {
            continue;
        }
        const tfl_tensor *t = &m->tensors[k];
        fbw_ref data =
                fbw_vector(&w->file, t->data, t->bytes, 1, CONSTANT_ALIGN);
        fbw_table_begin(&w->file);
        fbw_field_ref(&w->file, NN_BUFFER_DATA, data);
        w->refs[w->buffer[k]] = fbw_table_end(&w->file);
    }
    return fbw_ref_vector(&w->file, w->refs, w->buffer_count);
}

static fbw_ref write_quantization(writer *w, const tfl_tensor *t) {
    if (!t->scale_count) {
        return 0;
    }
    fbw_ref scales = fbw_f32_vector(&w->file, t->scales, t->scale_count);
    fbw_ref zeros = fbw_i64_vector(&w->file, t->zero_points, t->scale_count);
    fbw_table_begin(&w->file);
    fbw_field_ref(&w->file, NN_QUANTIZATION_SCALE, scales);
    fbw_field_ref(&w->file, NN_QUANTIZATION_ZERO_POINT, zeros);
    if (t->scale_count > 1) {
        fbw_field_i32(&w->file, NN_QUANTIZATION_DIMENSION, t->scale_axis);
    }
    return fbw_table_end(&w->file);
}

static fbw_ref write_tensor(writer *w, uint32_t index) {
    const tfl_tensor *t = &w->model->tensors[index];
    fbw_ref name = fbw_string(&w->file, t->name ? t->name : "");
    fbw_ref quantization = write_quantization(w, t);
    fbw_ref shape = fbw_i32_vector(&w->file, t->dim, t->rank);
    fbw_table_begin(&w->file);
    fbw_field_ref(&w->file, NN_TENSOR_SHAPE, shape);
    fbw_field_u8(&w->file, NN_TENSOR_TYPE, t->type);
    fbw_field_u32(&w->file, NN_TENSOR_BUFFER, w->buffer[index]);
    fbw_field_ref(&w->file, NN_TENSOR_NAME, name);
    fbw_field_ref(&w->file, NN_TENSOR_QUANTIZATION, quantization);
    if (t->is_variable) {
        fbw_field_u8(&w->file, NN_TENSOR_IS_VARIABLE, 1);
    }
    fbw_field_u8(&w->file, TFL_TENSOR_HAS_RANK, 1);
    return fbw_table_end(&w->file);
}

static fbw_ref write_tensors(writer *w) {
    uint32_t count = 0;
    for (uint32_t k = 0; k < w->model->tensor_count; k++) {
        if (w->place[k] >= 0) {
            w->refs[count++] = write_tensor(w, k);
        }
    }
    return fbw_ref_vector(&w->file, w->refs, count);
}

static bool same_code(const tfl_op *a, const tfl_op *b) {
    return a->code == b->code && a->version == b->version &&
            strcmp(a->custom, b->custom) == 0;
}

// One operator code for each pair of kind and version, in order of use.
static fbw_ref write_codes(writer *w) {
    const tfl_model *m = w->model;
    uint32_t count = 0;
    for (uint32_t k = 0; k < m->op_count; k++) {
        const tfl_op *op = &m->ops[k];
        uint32_t j = 0;
        while (j < k && !same_code(&m->ops[j], op)) {
            j++;
        }
        if (j < k) {
            w->code[k] = w->code[j];
            continue;
        }
        w->code[k] = count;
        bool small = op->code < NN_CODE_IS_EXTENDED;
        fbw_ref custom = *op->custom ? fbw_string(&w->file, op->custom) : 0;
        fbw_table_begin(&w->file);
        fbw_field_ref(&w->file, NN_CODE_CUSTOM, custom);
        fbw_field_u8(&w->file, NN_CODE_SHORT,
                small ? (uint8_t)op->code : NN_CODE_IS_EXTENDED);
        fbw_field_i32(&w->file, TFL_CODE_VERSION, op->version);
        fbw_field_i32(&w->file, NN_CODE_BUILTIN, op->code);
        w->refs[count++] = fbw_table_end(&w->file);
    }
    return fbw_ref_vector(&w->file, w->refs, count);
}

static fbw_ref write_options(writer *w, const tfl_op *op) {
    const char *layout = tfl_options_layout(op->options_type);
    fbw_ref lists[TFL_MAX_FIELDS] = {0};
    for (uint32_t k = 0; layout[k]; k++) {
        const tfl_field *f = &op->fields[k];
        if (layout[k] == 'v' && f->present) {
            lists[k] = fbw_i32_vector(&w->file, f->list, f->count);
        }
    }
    fbw_table_begin(&w->file);
    for (uint32_t k = 0; layout[k]; k++) {
        const tfl_field *f = &op->fields[k];
        if (!f->present) {
            continue;
        }
        if (layout[k] == 'b') {
            fbw_field_u8(&w->file, k, (uint8_t)f->number);
        } else if (layout[k] == 'i') {
            fbw_field_i32(&w->file, k, f->number);
        } else if (layout[k] == 'f') {
            fbw_field_f32(&w->file, k, f->real);
        } else {
            fbw_field_ref(&w->file, k, lists[k]);
        }
    }
    return fbw_table_end(&w->file);
}

static fbw_ref write_op(writer *w, uint32_t index) {
    const tfl_op *op = &w->model->ops[index];
    fbw_ref options = op->options_type ? write_options(w, op) : 0;
    fbw_ref inputs = write_indices(w, op->inputs, op->input_count);
    fbw_ref outputs = write_indices(w, op->outputs, op->output_count);
    fbw_table_begin(&w->file);
    fbw_field_u32(&w->file, NN_OPERATOR_CODE, w->code[index]);
    fbw_field_ref(&w->file, NN_OPERATOR_INPUTS, inputs);
    fbw_field_ref(&w->file, NN_OPERATOR_OUTPUTS, outputs);
    if (options) {
        fbw_field_u8(&w->file, NN_OPERATOR_OPTIONS_TYPE, op->options_type);
        fbw_field_ref(&w->file, NN_OPERATOR_OPTIONS, options);
    }
    return fbw_table_end(&w->file);
}

static fbw_ref write_ops(writer *w) {
    for (uint32_t k = 0; k < w->model->op_count; k++) {
        w->refs[k] = write_op(w, k);
    }
    return fbw_ref_vector(&w->file, w->refs, w->model->op_count);
}

static fbw_ref write_subgraphs(writer *w) {
    const tfl_model *m = w->model;
    fbw_ref tensors = write_tensors(w);
    fbw_ref inputs = write_indices(w, m->inputs, m->input_count);
    fbw_ref outputs = write_indices(w, m->outputs, m->output_count);
    fbw_ref ops = write_ops(w);
    fbw_ref name = fbw_string(&w->file, "main");
    fbw_table_begin(&w->file);
    fbw_field_ref(&w->file, NN_SUBGRAPH_TENSORS, tensors);
    fbw_field_ref(&w->file, NN_SUBGRAPH_INPUTS, inputs);
    fbw_field_ref(&w->file, NN_SUBGRAPH_OUTPUTS, outputs);
    fbw_field_ref(&w->file, NN_SUBGRAPH_OPERATORS, ops);
    fbw_field_ref(&w->file, TFL_SUBGRAPH_NAME, name);
    fbw_ref subgraph = fbw_table_end(&w->file);
    return fbw_ref_vector(&w->file, &subgraph, 1);
}

static fbw_ref write_model(writer *w, const char *description) {
    fbw_ref buffers = write_buffers(w);
    fbw_ref codes = write_codes(w);
    fbw_ref subgraphs = write_subgraphs(w);
    fbw_ref text = fbw_string(&w->file, description);
    fbw_table_begin(&w->file);
    fbw_field_u32(&w->file, NN_MODEL_VERSION, NN_SCHEMA_VERSION);
    fbw_field_ref(&w->file, NN_MODEL_OPERATOR_CODES, codes);
    fbw_field_ref(&w->file, NN_MODEL_SUBGRAPHS, subgraphs);
    fbw_field_ref(&w->file, TFL_MODEL_DESCRIPTION, text);
    fbw_field_ref(&w->file, NN_MODEL_BUFFERS, buffers);
    return fbw_table_end(&w->file);
}

int tfl_write(const tfl_model *model, const char *description, uint8_t **file,
        size_t *file_bytes, nn_error *error) {
    writer w = {.model = model};
    *file = NULL;
    if (!alloc_lists(&w)) {
        number_tensors(&w);
        fbw_ref root = write_model(&w, description);
        const uint8_t *bytes = fbw_finish(&w.file, root, "TFL3", file_bytes);
        *file = bytes ? malloc(*file_bytes) : NULL;
        if (*file) {
            memcpy(*file, bytes, *file_bytes);
        }
    }
    fbw_free(&w.file);
    free(w.place);
    free(w.buffer);
    free(w.code);
    free(w.refs);
    free(w.ints);
    return *file ? 0 : nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}
