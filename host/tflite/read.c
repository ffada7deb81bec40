// SPDX-License-Identifier: MIT
// Reads a .tflite file into lists.

#include "host/tflite/model.h"
#include "host/tflite/schema.h"

#include <limits.h>
#include <string.h>

#include "nn/flatbuffer.h"
#include "nn/graph.h"

enum {
    MAX_TENSORS = 65534, // what nn_graph can number
    MAX_OPS = 65535,
};

typedef struct reader {
    tfl_model *model;
    nn_flatbuffer file;
    nn_vector codes;
    nn_vector buffers;
    nn_error *error;
} reader;

static int no_memory(reader *r) {
    return nn_fail(r->error, NN_ERR_NO_MEMORY, "not enough memory");
}

static int broken(reader *r, const char *what, uint32_t index) {
    return nn_fail(r->error, NN_ERR_INVALID, "%s %u is broken", what, index);
}

static int broken_model(reader *r, const char *what) {
    return nn_fail(r->error, NN_ERR_INVALID, "%s", what);
}

// A copy of a string field; "" where it is left out.
static int read_string(reader *r, uint32_t table, uint32_t field,
        const char **text) {
    nn_vector v;
    if (nn_flatbuffer_vector(&r->file, table, field, 1, &v)) {
        return NN_ERR_INVALID;
    }
    char *copy = tfl_alloc(r->model, (size_t)v.count + 1, 1);
    if (!copy) {
        return NN_ERR_NO_MEMORY;
    }
    if (v.count) {
        memcpy(copy, v.data, v.count);
    }
    *text = copy;
    return 0;
}

static int read_ints(reader *r, uint32_t table, uint32_t field,
        const int32_t **list, uint32_t *count) {
    nn_vector v;
    if (nn_flatbuffer_vector(&r->file, table, field, 4, &v)) {
        return NN_ERR_INVALID;
    }
    int32_t *copy = tfl_alloc(r->model, v.count, sizeof *copy);
    if (!copy) {
        return NN_ERR_NO_MEMORY;
    }
    for (uint32_t k = 0; k < v.count; k++) {
        copy[k] = nn_load_i32(v.data + 4 * (size_t)k);
    }
    *list = copy;
    *count = v.count;
    return 0;
}

static int read_shape(reader *r, uint32_t table, tfl_tensor *t) {
    nn_vector v;
    if (nn_flatbuffer_vector(&r->file, table, NN_TENSOR_SHAPE, 4, &v) ||
            v.count > TFL_MAX_RANK) {
        return NN_ERR_INVALID;
    }
    int64_t elements = 1;
    t->rank = v.count;
    for (uint32_t k = 0; k < v.count; k++) {
        t->dim[k] = nn_load_i32(v.data + 4 * (size_t)k);
        elements *= t->dim[k];
        // 16 bytes is the largest element of the schema
        if (t->dim[k] < 0 || elements > INT32_MAX / 16) {
            return NN_ERR_INVALID;
        }
    }
    return 0;
}

static int read_constant(reader *r, uint32_t buffer, tfl_tensor *t) {
    uint32_t table;
    nn_vector v;
    if (buffer >= r->buffers.count ||
            nn_flatbuffer_element(&r->file, &r->buffers, buffer, &table) ||
            nn_flatbuffer_vector(&r->file, table, NN_BUFFER_DATA, 1, &v)) {
        return NN_ERR_INVALID;
    }
    if (!v.count) {
        return 0;
    }
    uint32_t size = nn_type_bytes((nn_type)t->type);
    if (size && v.count != tfl_elements(t) * size) {
        return NN_ERR_INVALID;
    }
    // a copy in memory that malloc() aligned for any element type
    void *copy = tfl_alloc(r->model, v.count, 1);
    if (!copy) {
        return NN_ERR_NO_MEMORY;
    }
    memcpy(copy, v.data, v.count);
    t->data = copy;
    t->bytes = v.count;
    return 0;
}

static int read_quantization(reader *r, uint32_t tensor, tfl_tensor *t) {
    uint32_t table;
    if (nn_flatbuffer_table(&r->file, tensor, NN_TENSOR_QUANTIZATION, &table)) {
        return NN_ERR_INVALID;
    }
    if (!table) {
        return 0;
    }
    nn_vector scale;
    nn_vector zero;
    uint32_t axis;
    if (nn_flatbuffer_vector(&r->file, table, NN_QUANTIZATION_SCALE, 4,
                &scale) ||
            nn_flatbuffer_vector(&r->file, table, NN_QUANTIZATION_ZERO_POINT, 8,
                    &zero) ||
            nn_flatbuffer_u32(&r->file, table, NN_QUANTIZATION_DIMENSION, 0,
                    &axis)) {
        return NN_ERR_INVALID;
    }
    if (!scale.count) {
        return 0;
    }
    if (zero.count > 1 && zero.count != scale.count) {
        return NN_ERR_INVALID;
    }
    float *scales = tfl_alloc(r->model, scale.count, sizeof *scales);
    int64_t *zeros = tfl_alloc(r->model, scale.count, sizeof *zeros);
    if (!scales || !zeros) {
        return NN_ERR_NO_MEMORY;
    }
    for (uint32_t k = 0; k < scale.count; k++) {
        scales[k] = nn_load_f32(scale.data + 4 * (size_t)k);
        if (zero.count) {
            uint32_t from = zero.count > 1 ? k : 0;
            zeros[k] = nn_load_i64(zero.data + 8 * (size_t)from);
        }
    }
    t->scales = scales;
    t->zero_points = zeros;
    t->scale_count = scale.count;
    t->scale_axis = (int32_t)axis;
    return 0;
}

static int read_tensor(reader *r, uint32_t table, tfl_tensor *t) {
    uint8_t variable;
    uint8_t has_rank;
    uint32_t buffer;
    uint32_t sparsity;
    if (nn_flatbuffer_u8(&r->file, table, NN_TENSOR_TYPE, 0, &t->type) ||
            nn_flatbuffer_u32(&r->file, table, NN_TENSOR_BUFFER, 0, &buffer) ||
            nn_flatbuffer_u8(&r->file, table, NN_TENSOR_IS_VARIABLE, 0,
                    &variable) ||
            nn_flatbuffer_u8(&r->file, table, TFL_TENSOR_HAS_RANK, 0,
                    &has_rank) ||
            nn_flatbuffer_table(&r->file, table, NN_TENSOR_SPARSITY,
                    &sparsity) ||
            sparsity) {
        return NN_ERR_INVALID;
    }
    t->is_variable = variable;
    t->has_rank = has_rank;
    int code = read_shape(r, table, t);
    code = code ? code : read_string(r, table, NN_TENSOR_NAME, &t->name);
    code = code ? code : read_quantization(r, table, t);
    return code ? code : read_constant(r, buffer, t);
}

static int read_tensors(reader *r, uint32_t subgraph) {
    nn_vector v;
    if (nn_flatbuffer_vector(&r->file, subgraph, NN_SUBGRAPH_TENSORS, 4, &v) ||
            v.count > MAX_TENSORS) {
        return broken_model(r, "the list of tensors is broken");
    }
    r->model->tensors = tfl_alloc(r->model, v.count, sizeof(tfl_tensor));
    if (!r->model->tensors) {
        return no_memory(r);
    }
    r->model->tensor_count = v.count;
    for (uint32_t k = 0; k < v.count; k++) {
        uint32_t table;
        if (nn_flatbuffer_element(&r->file, &v, k, &table)) {
            return broken(r, "tensor", k);
        }
        int code = read_tensor(r, table, &r->model->tensors[k]);
        if (code) {
            return code == NN_ERR_NO_MEMORY ? no_memory(r)
                                            : broken(r, "tensor", k);
        }
    }
    return 0;
}

static int read_field(reader *r, uint32_t table, uint32_t field, char kind,
        tfl_field *value) {
    if (kind == 'v') {
        nn_vector v;
        if (nn_flatbuffer_vector(&r->file, table, field, 4, &v)) {
            return NN_ERR_INVALID;
        }
        value->present = v.data;
        return read_ints(r, table, field, &value->list, &value->count);
    }
    uint32_t position;
    uint32_t size = kind == 'b' ? 1 : 4;
    if (nn_flatbuffer_field(&r->file, table, field, size, &position)) {
        return NN_ERR_INVALID;
    }
    if (position) {
        const uint8_t *at = r->file.data + position;
        value->present = true;
        if (kind == 'f') {
            value->real = nn_load_f32(at);
        } else {
            value->number = kind == 'b' ? (int8_t)*at : nn_load_i32(at);
        }
    }
    return 0;
}

static int read_options(reader *r, uint32_t table, tfl_op *op) {
    uint32_t options;
    if (nn_flatbuffer_u8(&r->file, table, NN_OPERATOR_OPTIONS_TYPE, 0,
                &op->options_type) ||
            nn_flatbuffer_table(&r->file, table, NN_OPERATOR_OPTIONS,
                    &options)) {
        return NN_ERR_INVALID;
    }
    const char *layout = tfl_options_layout(op->options_type);
    for (uint32_t k = 0; options && layout[k]; k++) {
        if (layout[k] == '-') {
            continue;
        }
        int code = read_field(r, options, k, layout[k], &op->fields[k]);
        if (code) {
            return code;
        }
    }
    return 0;
}

static int read_code(reader *r, uint32_t table, tfl_op *op) {
    uint32_t index;
    uint32_t code_table;
    uint8_t small;
    uint32_t full;
    uint32_t version;
    if (nn_flatbuffer_u32(&r->file, table, NN_OPERATOR_CODE, 0, &index) ||
            index >= r->codes.count ||
            nn_flatbuffer_element(&r->file, &r->codes, index, &code_table) ||
            nn_flatbuffer_u8(&r->file, code_table, NN_CODE_SHORT, 0, &small) ||
            nn_flatbuffer_u32(&r->file, code_table, NN_CODE_BUILTIN, 0,
                    &full) ||
            nn_flatbuffer_u32(&r->file, code_table, TFL_CODE_VERSION, 1,
                    &version) ||
            small > NN_CODE_IS_EXTENDED || full > INT32_MAX ||
            version > INT32_MAX) {
        return NN_ERR_INVALID;
    }
    op->code = full > small ? (int32_t)full : small;
    op->version = (int32_t)version;
    return read_string(r, code_table, NN_CODE_CUSTOM, &op->custom);
}

static int read_op(reader *r, uint32_t table, tfl_op *op) {
    int code = read_code(r, table, op);
    code = code ? code
                : read_ints(r, table, NN_OPERATOR_INPUTS, &op->inputs,
                          &op->input_count);
    code = code ? code
                : read_ints(r, table, NN_OPERATOR_OUTPUTS, &op->outputs,
                          &op->output_count);
    return code ? code : read_options(r, table, op);
}

// made[t]: tensor t has a value where the operators are reached so far.
static int check_op(reader *r, uint32_t index, uint8_t *made) {
    const tfl_op *op = &r->model->ops[index];
    uint32_t count = r->model->tensor_count;
    for (uint32_t k = 0; k < op->input_count; k++) {
        int32_t t = op->inputs[k];
        // Other engines' operators may bring memory of their own as a tensor.
        bool must_be_made = t >= 0 && *op->custom == '\0';
        if (t < -1 || t >= (int32_t)count || (must_be_made && !made[t])) {
            return broken(r, "an input of operator", index);
        }
    }
    for (uint32_t k = 0; k < op->output_count; k++) {
        int32_t t = op->outputs[k];
        if (t < 0 || t >= (int32_t)count || made[t]) {
            return broken(r, "an output of operator", index);
        }
        made[t] = 1;
    }
    return 0;
}

static int check_order(reader *r) {
    tfl_model *m = r->model;
    uint8_t *made = tfl_alloc(m, m->tensor_count, 1);
    if (!made) {
        return no_memory(r);
    }
    for (uint32_t k = 0; k < m->tensor_count; k++) {
        made[k] = m->tensors[k].data || m->tensors[k].is_variable;
    }
    for (uint32_t k = 0; k < m->input_count; k++) {
        int32_t t = m->inputs[k];
        if (t < 0 || t >= (int32_t)m->tensor_count || made[t]) {
            return broken(r, "input", k);
        }
        made[t] = 1;
    }
    for (uint32_t k = 0; k < m->op_count; k++) {
        int code = check_op(r, k, made);
        if (code) {
            return code;
        }
    }
    for (uint32_t k = 0; k < m->output_count; k++) {
        int32_t t = m->outputs[k];
        if (t < 0 || t >= (int32_t)m->tensor_count || !made[t]) {
            return broken(r, "output", k);
        }
    }
    return 0;
}

static int read_ops(reader *r, uint32_t subgraph) {
    nn_vector v;
    if (nn_flatbuffer_vector(&r->file, subgraph, NN_SUBGRAPH_OPERATORS, 4,
                &v) ||
            v.count > MAX_OPS) {
        return broken_model(r, "the list of operators is broken");
    }
    r->model->ops = tfl_alloc(r->model, v.count, sizeof(tfl_op));
    if (!r->model->ops) {
        return no_memory(r);
    }
    r->model->op_count = v.count;
    for (uint32_t k = 0; k < v.count; k++) {
        uint32_t table;
        if (nn_flatbuffer_element(&r->file, &v, k, &table)) {
            return broken(r, "operator", k);
        }
        r->model->ops[k].origin = k;
        int code = read_op(r, table, &r->model->ops[k]);
        if (code) {
            return code == NN_ERR_NO_MEMORY ? no_memory(r)
                                            : broken(r, "operator", k);
        }
    }
    return check_order(r);
}

static int read_subgraph(reader *r, uint32_t subgraph) {
    tfl_model *m = r->model;
    int code = read_ints(r, subgraph, NN_SUBGRAPH_INPUTS, &m->inputs,
            &m->input_count);
    code = code ? code
                : read_ints(r, subgraph, NN_SUBGRAPH_OUTPUTS, &m->outputs,
                          &m->output_count);
    if (code) {
        return code == NN_ERR_NO_MEMORY
                ? no_memory(r)
                : broken_model(r, "the lists of inputs and outputs are broken");
    }
    code = read_tensors(r, subgraph);
    return code ? code : read_ops(r, subgraph);
}

static int read_model(reader *r) {
    uint32_t root;
    uint32_t version;
    nn_vector subgraphs;
    uint32_t subgraph;
    if (r->file.bytes < 8 || memcmp(r->file.data + 4, "TFL3", 4) != 0 ||
            nn_flatbuffer_root(&r->file, &root)) {
        return broken_model(r, "not a .tflite file");
    }
    if (nn_flatbuffer_u32(&r->file, root, NN_MODEL_VERSION, 0, &version) ||
            version != NN_SCHEMA_VERSION) {
        return nn_fail(r->error, NN_ERR_UNSUPPORTED, "schema version is not %u",
                NN_SCHEMA_VERSION);
    }
    if (nn_flatbuffer_vector(&r->file, root, NN_MODEL_OPERATOR_CODES, 4,
                &r->codes) ||
            nn_flatbuffer_vector(&r->file, root, NN_MODEL_BUFFERS, 4,
                    &r->buffers) ||
            nn_flatbuffer_vector(&r->file, root, NN_MODEL_SUBGRAPHS, 4,
                    &subgraphs) ||
            read_string(r, root, TFL_MODEL_DESCRIPTION,
                    &r->model->description)) {
        return broken_model(r, "the model's table is broken");
    }
    if (subgraphs.count != 1) {
        return nn_fail(r->error, NN_ERR_UNSUPPORTED,
                "%u subgraphs, only one is supported", subgraphs.count);
    }
    if (nn_flatbuffer_element(&r->file, &subgraphs, 0, &subgraph)) {
        return broken_model(r, "the subgraph is broken");
    }
    return read_subgraph(r, subgraph);
}

int tfl_read(tfl_model *model, const void *file, size_t file_bytes,
        nn_error *error) {
    *model = (tfl_model){0};
    reader r = {.model = model, .error = error};
    if (file_bytes > INT32_MAX) {
        return nn_fail(error, NN_ERR_RANGE, "larger than 2 GiB");
    }
    r.file = (nn_flatbuffer){file, (uint32_t)file_bytes};
    int code = read_model(&r);
    if (code) {
        tfl_free(model);
    }
    return code;
}
