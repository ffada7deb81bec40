// SPDX-License-Identifier: MIT
// Reads a .tflite: tensors and operators into the caller's state memory.

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "nn/error_text.h"
#include "nn/flatbuffer.h"
#include "nn/fold.h"
#include "nn/nn.h"
#include "nn/op.h"
#include "nn/schema.h"

// Indices are 16 bits wide; a model near this limit has no place on a camera.
enum { MAX_COUNT = 0x7FFF, MAX_EDGES = 1 << 17, MAX_OP_EDGES = 1 << 10 };

// The lists of a file, and what a damaged one is called.
enum {
    CODES,
    BUFFERS,
    SUBGRAPHS,
    MODEL_LISTS,
    TENSORS = 0,
    OPERATORS,
    INPUTS,
    OUTPUTS,
    GRAPH_LISTS,
};
static const nn_field model_fields[] = {
        {NN_MODEL_OPERATOR_CODES, NN_VECTOR, 4},
        {NN_MODEL_BUFFERS, NN_VECTOR, 4},
        {NN_MODEL_SUBGRAPHS, NN_VECTOR, 4},
};
static const char *const model_names[] = {"operator codes", "buffers",
        "subgraphs"};
static const nn_field graph_fields[] = {
        {NN_SUBGRAPH_TENSORS, NN_VECTOR, 4},
        {NN_SUBGRAPH_OPERATORS, NN_VECTOR, 4},
        {NN_SUBGRAPH_INPUTS, NN_VECTOR, 4},
        {NN_SUBGRAPH_OUTPUTS, NN_VECTOR, 4},
};
static const char *const graph_names[] = {"tensors", "operators", "inputs",
        "outputs"};

// What the file holds, before anything is stored.
typedef struct model_file {
    nn_flatbuffer file;
    nn_vector model[MODEL_LISTS];
    nn_vector graph[GRAPH_LISTS];
    uint32_t edges; // inputs and outputs of all operators together
} model_file;

static int broken(nn_error *error, const char *what, const char *list) {
    return nn_fail(error, NN_ERR_INVALID,
            "not a valid .tflite: the %s%s runs past the end of the file or is "
            "damaged",
            what, list);
}

static int read_header(model_file *m, const void *data, size_t bytes,
        nn_error *error) {
    if (bytes == 0) {
        return nn_fail(error, NN_ERR_INVALID, "the file is empty");
    }
    if (bytes < 8 || memcmp((const uint8_t *)data + 4, "TFL3", 4) != 0) {
        return nn_fail(error, NN_ERR_INVALID,
                "not a .tflite: the mark TFL3 is missing at byte 4");
    }
    if (bytes > INT32_MAX) {
        return nn_fail(error, NN_ERR_RANGE, "the file is over 2 GB");
    }
    if (((uintptr_t)data & 3) != 0) {
        return nn_fail(error, NN_ERR_INVALID,
                "the model must lie at a multiple of 4 bytes");
    }
    m->file = (nn_flatbuffer){data, (uint32_t)bytes};
    return 0;
}

static int read_model(model_file *m, nn_error *error) {
    uint32_t root;
    uint32_t graph;
    uint32_t version;
    if (nn_flatbuffer_root(&m->file, &root) != 0 ||
            nn_flatbuffer_u32(&m->file, root, NN_MODEL_VERSION, 0, &version) !=
                    0) {
        return broken(error, "root table", "");
    }
    if (version != NN_SCHEMA_VERSION) {
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "schema version %u, this engine reads version 3", version);
    }
    uint32_t read = nn_flatbuffer_read(&m->file, root, model_fields,
            MODEL_LISTS, m->model);
    if (read == MODEL_LISTS &&
            (m->model[SUBGRAPHS].count == 0 ||
                    nn_flatbuffer_element(&m->file, &m->model[SUBGRAPHS], 0,
                            &graph) != 0)) {
        read = SUBGRAPHS;
    }
    if (read < MODEL_LISTS) {
        return broken(error, "list of ", model_names[read]);
    }
    read = nn_flatbuffer_read(&m->file, graph, graph_fields, GRAPH_LISTS,
            m->graph);
    if (read < GRAPH_LISTS) {
        return broken(error, "list of ", graph_names[read]);
    }
    for (uint32_t i = 0; i < GRAPH_LISTS; i++) {
        if (m->graph[i].count > MAX_COUNT) {
            return nn_fail(error, NN_ERR_RANGE,
                    "the list of %s has %u entries, at most 32767 can be read",
                    graph_names[i], m->graph[i].count);
        }
    }
    return 0;
}

// An operator's own lists, by OP_…, and the place of its code and options.
enum { OP_INPUTS, OP_OUTPUTS, OP_CODE, OP_OPTIONS, OP_FIELDS };

static int operator_table(const model_file *m, uint32_t i,
        nn_vector fields[OP_FIELDS], nn_error *error) {
    static const nn_field wanted[] = {
            {NN_OPERATOR_INPUTS, NN_VECTOR, 4},
            {NN_OPERATOR_OUTPUTS, NN_VECTOR, 4},
            {NN_OPERATOR_CODE, NN_NUMBER, 4},
            {NN_OPERATOR_OPTIONS, NN_SUBTABLE, 4},
    };
    uint32_t table;
    uint32_t read = 0;
    if (nn_flatbuffer_element(&m->file, &m->graph[OPERATORS], i, &table) == 0) {
        read = nn_flatbuffer_read(&m->file, table, wanted, OP_FIELDS, fields);
    }
    if (read < OP_FIELDS) {
        return nn_fail(error, NN_ERR_INVALID,
                "op %u: its %stable is damaged or runs past the end of the "
                "file",
                i, read == OP_OPTIONS ? "options " : "");
    }
    return 0;
}

static int count_edges(model_file *m, nn_error *error) {
    m->edges = 0;
    for (uint32_t i = 0; i < m->graph[OPERATORS].count; i++) {
        nn_vector fields[OP_FIELDS];
        int err = operator_table(m, i, fields, error);
        if (err != 0) {
            return err;
        }
        // both counts are below 2^29, for their elements lie in the file; a
        // file of many operators that share one long list is still refused
        uint32_t inputs = fields[OP_INPUTS].count;
        uint32_t outputs = fields[OP_OUTPUTS].count;
        if (inputs > MAX_OP_EDGES || outputs > MAX_OP_EDGES ||
                m->edges + inputs + outputs > MAX_EDGES) {
            return nn_fail(error, NN_ERR_RANGE,
                    "op %u: too many inputs and outputs", i);
        }
        m->edges += inputs + outputs;
    }
    return 0;
}

static int open_model(model_file *m, const void *data, size_t bytes,
        nn_error *error) {
    int err = read_header(m, data, bytes, error);
    if (err == 0) {
        err = read_model(m, error);
    }
    return err != 0 ? err : count_edges(m, error);
}

static size_t align_up(size_t bytes) {
    return (bytes + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
}

static size_t state_bytes_of(const model_file *m) {
    size_t edges = m->edges + m->graph[INPUTS].count + m->graph[OUTPUTS].count;
    return align_up(m->graph[TENSORS].count * sizeof(nn_tensor)) +
            align_up(m->graph[OPERATORS].count * sizeof(nn_op)) +
            align_up(edges * sizeof(uint16_t));
}

int nn_measure(const void *file, size_t file_bytes, size_t *bytes,
        nn_error *error) {
    model_file m;
    int err = open_model(&m, file, file_bytes, error);
    if (err == 0) {
        *bytes = state_bytes_of(&m);
    }
    return err;
}

static void tensor_error(nn_error *error, int code, const nn_tensor *t,
        const char *format, va_list args) {
    if (error != NULL) {
        nn_set_error(error, code, "%t: ", t);
        nn_error_append(error, format, args);
    }
}

static int tensor_invalid(nn_error *error, const nn_tensor *t,
        const char *format, ...) {
    va_list args;
    va_start(args, format);
    tensor_error(error, NN_ERR_INVALID, t, format, args);
    va_end(args);
    return NN_ERR_INVALID;
}

static int tensor_fail(nn_error *error, int code, const nn_tensor *t,
        const char *format, ...) {
    va_list args;
    va_start(args, format);
    tensor_error(error, code, t, format, args);
    va_end(args);
    return code;
}

static int damaged(nn_error *error, const nn_tensor *t, const char *what) {
    return tensor_invalid(error, t, "its %s is damaged", what);
}

// The fields of a tensor's table; the name comes first, for messages.
enum {
    NAME,
    VARIABLE,
    SPARSITY,
    TYPE,
    SHAPE,
    QUANTIZATION,
    BUFFER,
    TENSOR_FIELDS,
};
static const nn_field tensor_fields[] = {
        {NN_TENSOR_NAME, NN_VECTOR, 1},
        {NN_TENSOR_IS_VARIABLE, NN_NUMBER, 1},
        {NN_TENSOR_SPARSITY, NN_SUBTABLE, 4},
        {NN_TENSOR_TYPE, NN_NUMBER, 1},
        {NN_TENSOR_SHAPE, NN_VECTOR, 4},
        {NN_TENSOR_QUANTIZATION, NN_SUBTABLE, 4},
        {NN_TENSOR_BUFFER, NN_NUMBER, 4},
};

static int read_shape(const nn_vector *fields, nn_tensor *t, nn_error *error) {
    const nn_vector *shape = &fields[SHAPE];
    t->type = (uint8_t)fields[TYPE].count;
    uint32_t size = nn_type_bytes(t->type);
    if (size == 0) {
        return tensor_fail(error, NN_ERR_UNSUPPORTED, t,
                "element type %u is not supported", (uint32_t)t->type);
    }
    if (shape->count > NN_MAX_RANK) {
        return tensor_fail(error, NN_ERR_UNSUPPORTED, t,
                "%u dimensions, at most %u are supported", shape->count,
                (uint32_t)NN_MAX_RANK);
    }
    t->rank = (uint8_t)shape->count;
    uint64_t bytes = size;
    for (uint32_t i = 0; i < shape->count; i++) {
        t->dim[i] = nn_load_i32(shape->data + 4 * i);
        if (t->dim[i] < 0) {
            return tensor_invalid(error, t, "dimension %u is %d", i, t->dim[i]);
        }
        bytes *= (uint32_t)t->dim[i];
        if (bytes > INT32_MAX) {
            return tensor_fail(error, NN_ERR_RANGE, t, "its size exceeds 2 GB");
        }
    }
    t->bytes = (uint32_t)bytes;
    t->rows = 1;
    t->row_bytes = t->bytes;
    if (t->rank == 4 && t->bytes != 0) {
        t->rows = (uint32_t)t->dim[0] * (uint32_t)t->dim[1];
        t->row_bytes = t->bytes / t->rows;
    }
    return 0;
}

static bool is_zero_point(const nn_tensor *t, int64_t zero_point) {
    if (t->type == NN_UINT8) {
        return zero_point >= 0 && zero_point <= UINT8_MAX;
    }
    uint32_t bits = t->type == NN_INT8 ? 8 : t->type == NN_INT16 ? 16 : 32;
    int64_t sign = zero_point >> (bits - 1);
    return sign == 0 || sign == -1;
}

static int read_quantization(const model_file *m, uint32_t table, nn_tensor *t,
        nn_error *error) {
    enum { SCALES, ZERO_POINTS, DIMENSION, FIELDS };
    static const nn_field wanted[] = {
            {NN_QUANTIZATION_SCALE, NN_VECTOR, 4},
            {NN_QUANTIZATION_ZERO_POINT, NN_VECTOR, 8},
            {NN_QUANTIZATION_DIMENSION, NN_NUMBER, 4},
    };
    nn_vector fields[FIELDS];
    if (table == 0) {
        return 0;
    }
    if (nn_flatbuffer_read(&m->file, table, wanted, FIELDS, fields) != FIELDS) {
        return damaged(error, t, "quantisation");
    }
    const nn_vector *scales = &fields[SCALES];
    const nn_vector *zero_points = &fields[ZERO_POINTS];
    uint32_t axis = fields[DIMENSION].count;
    if (scales->count == 0) {
        return 0;
    }
    if (scales->count > UINT16_MAX || (scales->position & 3) != 0) {
        return tensor_invalid(error, t,
                "its list of scales is too long or misaligned");
    }
    if (zero_points->count != 0 && zero_points->count != scales->count) {
        return tensor_invalid(error, t, "%u scales but %u zero points",
                scales->count, zero_points->count);
    }
    if (t->rank == 1) {
        axis = 0; // converters give a bias the axis of its weights
    }
    if (scales->count > 1 &&
            (axis >= t->rank || (uint32_t)t->dim[axis] != scales->count)) {
        return tensor_invalid(error, t, "%u scales do not fit its dimension %u",
                scales->count, axis);
    }
    for (uint32_t i = 0; i < scales->count; i++) {
        float scale = nn_load_f32(scales->data + 4 * i);
        if (!isfinite(scale) || scale < 0) {
            return tensor_invalid(error, t,
                    "scale %u is not a finite number of at least 0", i);
        }
        if (zero_points->count != 0 &&
                !is_zero_point(t, nn_load_i64(zero_points->data + 8 * i))) {
            return tensor_invalid(error, t,
                    "zero point %u is outside its type's range", i);
        }
    }
    t->scales = (const float *)(const void *)scales->data;
    // an empty list is none: it must not be read
    t->zero_points = zero_points->count != 0 ? zero_points->data : NULL;
    t->scale_count = (uint16_t)scales->count;
    t->scale_axis = (uint8_t)(scales->count > 1 ? axis : 0);
    t->scale = nn_load_f32(scales->data);
    t->zero_point = nn_tensor_zero_point(t, 0);
    return 0;
}

static int read_data(const model_file *m, uint32_t index, nn_tensor *t,
        nn_error *error) {
    enum { DATA, OFFSET, FIELDS };
    static const nn_field wanted[] = {
            {NN_BUFFER_DATA, NN_VECTOR, 1},
            {NN_BUFFER_OFFSET, NN_NUMBER, 8},
    };
    const nn_vector *buffers = &m->model[BUFFERS];
    nn_vector fields[FIELDS];
    uint32_t buffer;
    if (index >= buffers->count) {
        if (index == 0) {
            return 0; // a file without a single constant
        }
        return tensor_invalid(error, t, "buffer %u of %u", index,
                buffers->count);
    }
    if (nn_flatbuffer_element(&m->file, buffers, index, &buffer) != 0 ||
            nn_flatbuffer_read(&m->file, buffer, wanted, FIELDS, fields) !=
                    FIELDS) {
        return damaged(error, t, "buffer");
    }
    const nn_vector *data = &fields[DATA];
    uint32_t offset = fields[OFFSET].position;
    if (offset != 0 && nn_load_i64(m->file.data + offset) > 1) {
        return tensor_fail(error, NN_ERR_UNSUPPORTED, t,
                "its data lies behind the FlatBuffer, which is for models "
                "above 2 GB");
    }
    if (t->bytes == 0) {
        t->data = m->file.data; // a shape of no dimensions: nothing to read
        return 0;
    }
    if (data->count == 0) {
        return 0;
    }
    if (data->count != t->bytes) {
        return tensor_invalid(error, t,
                "its shape needs %u bytes, its buffer has %u", t->bytes,
                data->count);
    }
    uint32_t align = nn_type_bytes(t->type);
    align = align > 4 ? 4 : align;
    if (data->position % align != 0) {
        return tensor_invalid(error, t, "its data is misaligned");
    }
    t->data = data->data;
    return 0;
}

static int read_tensor(const model_file *m, uint32_t i, nn_tensor *t,
        nn_error *error) {
    uint32_t table;
    nn_vector fields[TENSOR_FIELDS] = {{0}};
    memset(t, 0, sizeof(*t));
    t->name = "";
    t->index = (uint16_t)i;
    t->producer = NN_NONE;
    uint32_t read = 0;
    if (nn_flatbuffer_element(&m->file, &m->graph[TENSORS], i, &table) == 0) {
        read = nn_flatbuffer_read(&m->file, table, tensor_fields, TENSOR_FIELDS,
                fields);
    }
    if (fields[NAME].data != NULL) {
        t->name = (const char *)fields[NAME].data;
        t->name_length = fields[NAME].count > 40 ? 40 : fields[NAME].count;
    }
    if (read < TENSOR_FIELDS) {
        return damaged(error, t,
                read == QUANTIZATION ? "quantisation" : "table");
    }
    if (fields[VARIABLE].count != 0) {
        return tensor_fail(error, NN_ERR_UNSUPPORTED, t,
                "keeps its value between runs (a variable), which is not "
                "supported");
    }
    if (fields[SPARSITY].position != 0) {
        return tensor_fail(error, NN_ERR_UNSUPPORTED, t,
                "is sparse, which is not supported");
    }
    int err = read_shape(fields, t, error);
    if (err == 0) {
        err = read_quantization(m, fields[QUANTIZATION].position, t, error);
    }
    return err != 0 ? err : read_data(m, fields[BUFFER].count, t, error);
}

// Copies a list of tensor indices as 16 bits; -1 (left out) becomes NN_NONE.
// who: whose list it is, NULL for that of operator op.
static int read_edges(const nn_graph *graph, const nn_vector *list,
        bool optional, uint16_t *edges, const char *who, uint32_t op,
        nn_error *error) {
    for (uint32_t i = 0; i < list->count; i++) {
        int32_t index = nn_load_i32(list->data + 4 * i);
        if (index == -1 && optional) {
            edges[i] = NN_NONE;
            continue;
        }
        if (index < 0 || index >= graph->tensor_count) {
            uint32_t count = graph->tensor_count;
            return who != NULL ? nn_fail(error, NN_ERR_INVALID,
                                         "%s names tensor %d, there are %u",
                                         who, index, count)
                               : nn_fail(error, NN_ERR_INVALID,
                                         "op %u names tensor %d, there are %u",
                                         op, index, count);
        }
        edges[i] = (uint16_t)index;
    }
    return 0;
}

static int find_def(const model_file *m, uint32_t index, uint32_t i,
        nn_op_table defs, const nn_op_def **def, nn_error *error) {
    enum { SHORT, BUILTIN, CUSTOM, FIELDS };
    static const nn_field wanted[] = {
            {NN_CODE_SHORT, NN_NUMBER, 1},
            {NN_CODE_BUILTIN, NN_NUMBER, 4},
            {NN_CODE_CUSTOM, NN_VECTOR, 1},
    };
    nn_vector fields[FIELDS];
    uint32_t entry;
    if (index >= m->model[CODES].count ||
            nn_flatbuffer_element(&m->file, &m->model[CODES], index, &entry) !=
                    0 ||
            nn_flatbuffer_read(&m->file, entry, wanted, FIELDS, fields) !=
                    FIELDS) {
        return nn_fail(error, NN_ERR_INVALID, "op %u: its code is damaged", i);
    }
    const nn_vector *custom = &fields[CUSTOM];
    uint32_t code = fields[BUILTIN].count;
    uint32_t small = fields[SHORT].count;
    // files from before 2020 have the short field only
    code = code > small ? code : small;
    if (code == NN_CODE_IS_CUSTOM) {
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "op %u: custom operator '%n' is not supported", i,
                custom->data == NULL ? "" : (const char *)custom->data,
                custom->count > 40 ? 40 : custom->count);
    }
    for (; *defs != NULL; defs++) {
        if ((*defs)->code == code) {
            *def = *defs;
            return 0;
        }
    }
    nn_name name = nn_builtin_name(code);
    return nn_fail(error, NN_ERR_UNSUPPORTED,
            "op %u: operator %s (code %u) is not supported", i,
            *name.text == '\0' ? "unknown" : name.text, code);
}

static int check_counts(const nn_loader *l) {
    const nn_op_def *def = l->op->def;
    if (l->op->input_count < def->min_inputs ||
            (l->op->input_count > def->max_inputs && def->max_inputs != 255)) {
        return nn_op_invalid(l, "%u inputs", (uint32_t)l->op->input_count);
    }
    if (l->op->output_count != 1 &&
            (l->op->output_count == 0 || (def->makes & NN_MANY) == 0)) {
        return nn_op_invalid(l, "%u outputs", (uint32_t)l->op->output_count);
    }
    return 0;
}

// Inputs must be there before the operator runs; outputs must be new.
static int check_order(const nn_loader *l, uint32_t place) {
    for (uint32_t k = 0; k < l->op->input_count; k++) {
        const nn_tensor *t = nn_op_input(l->graph, l->op, k);
        if (t == NULL) {
            continue;
        }
        if (t->data == NULL && !t->is_input && t->producer == NN_NONE) {
            return nn_op_invalid(l, "reads %t before anything makes it", t);
        }
        // only a shape can be empty: []
        if (t->bytes == 0 && k == 0) {
            return nn_op_invalid(l, "%t has no elements", t);
        }
    }
    for (uint32_t k = 0; k < l->op->output_count; k++) {
        nn_tensor *t = nn_op_output(l->graph, l->op, k);
        if (t->data != NULL || t->is_input || t->producer != NN_NONE) {
            return nn_op_invalid(l,
                    "writes %t, which is a constant, an input or "
                    "written already",
                    t);
        }
        t->producer = (uint16_t)place;
    }
    return 0;
}

static int read_operator(const model_file *m, nn_graph *graph, uint32_t i,
        nn_op_table defs, uint16_t **edges, nn_error *error) {
    nn_vector fields[OP_FIELDS];
    nn_op *op = &graph->ops[i];
    nn_loader loader = {.graph = graph, .op = op, .error = error};
    memset(op, 0, sizeof(*op));
    int err = operator_table(m, i, fields, error);
    if (err == 0) {
        err = find_def(m, fields[OP_CODE].count, i, defs, &op->def, error);
    }
    if (err != 0) {
        return err;
    }
    const nn_vector *inputs = &fields[OP_INPUTS];
    const nn_vector *outputs = &fields[OP_OUTPUTS];
    loader.options = fields[OP_OPTIONS].position;
    uint16_t *in = *edges;
    uint16_t *out = in + inputs->count;
    *edges = out + outputs->count;
    op->inputs = in;
    op->outputs = out;
    op->input_count = (uint16_t)inputs->count;
    op->output_count = (uint16_t)outputs->count;
    op->index = (uint16_t)i;
    err = read_edges(graph, inputs, true, in, NULL, i, error);
    if (err == 0) {
        err = read_edges(graph, outputs, false, out, NULL, i, error);
    }
    if (err == 0) {
        err = check_counts(&loader);
    }
    if (err == 0) {
        err = check_order(&loader, i);
    }
    if (err != 0) {
        return err;
    }
    err = nn_op_check(&loader);
    for (uint32_t k = 0; err == 0 && k < op->output_count; k++) {
        const nn_tensor *t = nn_op_output(graph, op, k);
        assert((uint64_t)t->rows * t->row_bytes == t->bytes);
        assert(t->bytes != 0);
        (void)t;
    }
    return err;
}

static int read_ends(const model_file *m, nn_graph *graph, uint16_t **edges,
        nn_error *error) {
    uint16_t *in = *edges;
    uint16_t *out = in + m->graph[INPUTS].count;
    *edges = out + m->graph[OUTPUTS].count;
    graph->inputs = in;
    graph->outputs = out;
    graph->input_count = (uint16_t)m->graph[INPUTS].count;
    graph->output_count = (uint16_t)m->graph[OUTPUTS].count;
    int err = read_edges(graph, &m->graph[INPUTS], false, in,
            "the list of inputs", 0, error);
    if (err == 0) {
        err = read_edges(graph, &m->graph[OUTPUTS], false, out,
                "the list of outputs", 0, error);
    }
    if (err != 0) {
        return err;
    }
    if (m->graph[OUTPUTS].count == 0) {
        return nn_fail(error, NN_ERR_INVALID, "the model has no output");
    }
    for (uint32_t k = 0; k < m->graph[INPUTS].count; k++) {
        nn_tensor *t = &graph->tensors[in[k]];
        if (t->data != NULL || t->is_input || t->bytes == 0) {
            return tensor_invalid(error, t,
                    "an input must not be a constant, empty or listed twice");
        }
        t->is_input = 1;
    }
    for (uint32_t k = 0; k < m->graph[OUTPUTS].count; k++) {
        graph->tensors[out[k]].is_output = 1;
    }
    return 0;
}

static int check_outputs(const nn_graph *graph, nn_error *error) {
    for (uint32_t k = 0; k < graph->output_count; k++) {
        const nn_tensor *t = &graph->tensors[graph->outputs[k]];
        if (t->producer == NN_NONE && !t->is_input && t->data == NULL) {
            return tensor_invalid(error, t, "nothing makes this output");
        }
        if (t->bytes == 0) {
            return tensor_invalid(error, t, "an output must have elements");
        }
    }
    return 0;
}

int nn_load(nn_graph *graph, const void *file, size_t file_bytes,
        nn_op_table table, void *state, size_t state_bytes, nn_error *error) {
    model_file m;
    int err = open_model(&m, file, file_bytes, error);
    if (err != 0) {
        return err;
    }
    if (state_bytes < state_bytes_of(&m)) {
        return nn_fail(error, NN_ERR_NO_MEMORY,
                "the model's tables need %u bytes, %u are there",
                (uint32_t)state_bytes_of(&m), (uint32_t)state_bytes);
    }
    assert(((uintptr_t)state & (NN_ALIGN - 1)) == 0);
    uint8_t *memory = state;
    memset(graph, 0, sizeof(*graph));
    graph->file = file;
    graph->file_bytes = (uint32_t)file_bytes;
    graph->tensor_count = (uint16_t)m.graph[TENSORS].count;
    graph->op_count = (uint16_t)m.graph[OPERATORS].count;
    graph->tensors = (nn_tensor *)(void *)memory;
    memory += align_up(m.graph[TENSORS].count * sizeof(nn_tensor));
    graph->ops = (nn_op *)(void *)memory;
    memory += align_up(m.graph[OPERATORS].count * sizeof(nn_op));
    uint16_t *edges = (uint16_t *)(void *)memory;
    for (uint32_t i = 0; err == 0 && i < m.graph[TENSORS].count; i++) {
        err = read_tensor(&m, i, &graph->tensors[i], error);
    }
    if (err == 0) {
        err = read_ends(&m, graph, &edges, error);
    }
    for (uint32_t i = 0; err == 0 && i < m.graph[OPERATORS].count; i++) {
        err = read_operator(&m, graph, i, table, &edges, error);
    }
    if (err == 0) {
        err = check_outputs(graph, error);
    }
    if (err == 0) {
        nn_fold(graph);
    }
    return err;
}
