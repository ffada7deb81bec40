// SPDX-License-Identifier: MIT
// Reads a .tflite: tensors and operators into the caller's state memory.

#include <float.h>
#include <string.h>

#include "nn/flatbuffer.h"
#include "nn/fold.h"
#include "nn/nn.h"
#include "nn/op.h"
#include "nn/schema.h"

// Indices are 16 bits wide, a plan's pieces of memory too: one for a tensor and
// two for an operator. A model near this limit has no place on a camera.
enum {
    MAX_COUNT = UINT16_MAX / 3,
    MAX_EDGES = 1 << 17,
    MAX_OP_EDGES = 1 << 10,
};

// The lists of a file, and what a damaged one is called.
enum {
    VERSION,
    CODES,
    BUFFERS,
    SUBGRAPHS,
    MODEL_FIELDS,
    TENSORS = 0,
    OPERATORS,
    INPUTS,
    OUTPUTS,
    GRAPH_LISTS,
};
static const nn_field model_fields[] = {
        {NN_MODEL_VERSION, NN_NUMBER, 4},
        {NN_MODEL_OPERATOR_CODES, NN_VECTOR, 4},
        {NN_MODEL_BUFFERS, NN_VECTOR, 4},
        {NN_MODEL_SUBGRAPHS, NN_VECTOR, 4},
};
static const char *const model_names[] = {"root table", "operator codes",
        "buffers", "subgraphs"};
static const nn_field graph_fields[] = {
        {NN_SUBGRAPH_TENSORS, NN_VECTOR, 4},
        {NN_SUBGRAPH_OPERATORS, NN_VECTOR, 4},
        {NN_SUBGRAPH_INPUTS, NN_VECTOR, 4},
        {NN_SUBGRAPH_OUTPUTS, NN_VECTOR, 4},
};
static const char *const graph_names[] = {"tensors", "operators", "inputs",
        "outputs"};

// A file while it is read.
typedef struct reader {
    nn_loader loader; // says what is being read
    nn_vector model[MODEL_FIELDS];
    nn_vector graph[GRAPH_LISTS];
    uint16_t *edges;   // where the next list of tensors goes
    size_t edge_count; // of the operators, the inputs and the outputs
} reader;

static int damaged(const reader *r, const char *what) {
    return nn_op_invalid(&r->loader, "the file is damaged or cut off at its %s",
            what);
}

// Reads the fields of the table that is element i of a list of tables. Returns
// how many of them there were before one that is damaged.
static uint32_t read_element(const reader *r, const nn_vector *list, uint32_t i,
        const nn_field *fields, uint32_t count, nn_vector *values) {
    const nn_flatbuffer *file = &r->loader.file;
    uint32_t table = nn_flatbuffer_follow(file, list->position + 4 * i);
    return nn_flatbuffer_read(file, table, fields, count, values);
}

static int open_file(reader *r, const uint8_t *data, size_t bytes) {
    if (bytes == 0) {
        return nn_op_invalid(&r->loader, "the file is empty");
    }
    if (bytes < 8 || memcmp(data + 4, "TFL3", 4) != 0) {
        return nn_op_invalid(&r->loader,
                "not a .tflite: no mark TFL3 at byte 4");
    }
    if (bytes > INT32_MAX) {
        return nn_op_fail(&r->loader, NN_ERR_RANGE, "the file is over 2 GB");
    }
    if (((uintptr_t)data & 3) != 0) {
        return nn_op_invalid(&r->loader,
                "the model must lie at a multiple of 4 bytes");
    }
    r->loader.file = (nn_flatbuffer){data, (uint32_t)bytes};
    return 0;
}

static int read_lists(reader *r) {
    // the file itself begins with a list of one table
    const nn_vector file = {NULL, 0, 1};
    uint32_t read =
            read_element(r, &file, 0, model_fields, MODEL_FIELDS, r->model);
    uint32_t version = r->model[VERSION].count;
    if (read > VERSION && version != NN_SCHEMA_VERSION) {
        return nn_op_unsupported(&r->loader, "schema version %u instead of 3",
                version);
    }
    if (read == MODEL_FIELDS && r->model[SUBGRAPHS].count == 0) {
        read = SUBGRAPHS;
    }
    if (read < MODEL_FIELDS) {
        return damaged(r, model_names[read]);
    }
    read = read_element(r, &r->model[SUBGRAPHS], 0, graph_fields, GRAPH_LISTS,
            r->graph);
    if (read < GRAPH_LISTS) {
        return damaged(r, graph_names[read]);
    }
    for (uint32_t i = 0; i < GRAPH_LISTS; i++) {
        if (r->graph[i].count > MAX_COUNT) {
            return nn_op_fail(&r->loader, NN_ERR_RANGE,
                    "%u %s, at most 21845 can be read", r->graph[i].count,
                    graph_names[i]);
        }
    }
    return 0;
}

// An operator's own lists, by OP_…, and the place of its code and options.
enum { OP_INPUTS, OP_OUTPUTS, OP_CODE, OP_OPTIONS, OP_FIELDS };

static int operator_table(reader *r, uint32_t i, nn_vector fields[OP_FIELDS]) {
    static const nn_field wanted[] = {
            {NN_OPERATOR_INPUTS, NN_VECTOR, 4},
            {NN_OPERATOR_OUTPUTS, NN_VECTOR, 4},
            {NN_OPERATOR_CODE, NN_NUMBER, 4},
            {NN_OPERATOR_OPTIONS, NN_SUBTABLE, 4},
    };
    r->loader.op = NULL;
    r->loader.op_index = (uint16_t)i;
    uint32_t read =
            read_element(r, &r->graph[OPERATORS], i, wanted, OP_FIELDS, fields);
    return read == OP_FIELDS ? 0 : damaged(r, "table");
}

static int count_edges(reader *r) {
    size_t edges = r->graph[INPUTS].count + r->graph[OUTPUTS].count;
    for (uint32_t i = 0; i < r->graph[OPERATORS].count; i++) {
        nn_vector fields[OP_FIELDS];
        int err = operator_table(r, i, fields);
        if (err != 0) {
            return err;
        }
        // both counts are below 2^29, for their elements lie in the file; a
        // file of many operators that share one long list is still refused
        uint32_t inputs = fields[OP_INPUTS].count;
        uint32_t outputs = fields[OP_OUTPUTS].count;
        edges += inputs + outputs;
        if (inputs > MAX_OP_EDGES || outputs > MAX_OP_EDGES ||
                edges > MAX_EDGES) {
            return nn_op_fail(&r->loader, NN_ERR_RANGE,
                    "too many inputs and outputs");
        }
    }
    r->edge_count = edges;
    return 0;
}

static int open_model(reader *r, const void *data, size_t bytes,
        nn_error *error) {
    memset(r, 0, sizeof(*r));
    r->loader.op_index = NN_NONE;
    r->loader.error = error;
    int err = open_file(r, data, bytes);
    if (err == 0) {
        err = read_lists(r);
    }
    return err != 0 ? err : count_edges(r);
}

// The state memory: operators, tensors and edges. Each begins as aligned as it
// must be where the one before it ends.
static size_t state_bytes_of(const reader *r) {
    size_t bytes = r->graph[OPERATORS].count * sizeof(nn_op) +
            r->graph[TENSORS].count * sizeof(nn_tensor) +
            r->edge_count * sizeof(uint16_t);
    return (bytes + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
}

int nn_measure(const void *file, size_t file_bytes, size_t *bytes,
        nn_error *error) {
    reader r;
    int err = open_model(&r, file, file_bytes, error);
    *bytes = err == 0 ? state_bytes_of(&r) : 0;
    return err;
}

// The fields of a tensor's table; the name comes first, for messages.
enum {
    NAME,
    TYPE,
    SHAPE,
    BUFFER,
    QUANTIZATION,
    VARIABLE,
    SPARSITY,
    TENSOR_FIELDS,
};
static const nn_field tensor_fields[] = {
        {NN_TENSOR_NAME, NN_VECTOR, 1},
        {NN_TENSOR_TYPE, NN_NUMBER, 1},
        {NN_TENSOR_SHAPE, NN_VECTOR, 4},
        {NN_TENSOR_BUFFER, NN_NUMBER, 4},
        {NN_TENSOR_QUANTIZATION, NN_SUBTABLE, 4},
        {NN_TENSOR_IS_VARIABLE, NN_NUMBER, 1},
        {NN_TENSOR_SPARSITY, NN_SUBTABLE, 4},
};

static int read_shape(const reader *r, const nn_vector *fields, nn_tensor *t) {
    const nn_vector *shape = &fields[SHAPE];
    uint32_t type = fields[TYPE].count;
    uint32_t bytes = nn_type_bytes((nn_type)type);
    if (bytes == 0) {
        return nn_op_unsupported(&r->loader, "element type %u is not supported",
                type);
    }
    if (shape->count > NN_MAX_RANK) {
        return nn_op_dimensions(&r->loader);
    }
    t->type = (uint8_t)type;
    t->rank = (uint8_t)shape->count;
    for (uint32_t i = 0; i < shape->count; i++) {
        int32_t size = nn_load_i32(shape->data + 4 * i);
        if (size < 0) {
            return nn_op_invalid(&r->loader, "dimension %u is %d", i, size);
        }
        uint64_t product = (uint64_t)bytes * (uint32_t)size;
        if (product > INT32_MAX) {
            return nn_op_fail(&r->loader, NN_ERR_RANGE,
                    "its size exceeds 2 GB");
        }
        t->dim[i] = size;
        bytes = (uint32_t)product;
    }
    t->bytes = bytes;
    t->rows =
            t->rank == 4 && bytes != 0 ? (uint32_t)(t->dim[0] * t->dim[1]) : 1;
    t->row_bytes = bytes / t->rows;
    return 0;
}

static bool is_zero_point(uint32_t type, int64_t number) {
    int32_t value = (int32_t)number;
    int32_t stored = type == NN_INT8 ? (int8_t)value
            : type == NN_UINT8       ? (uint8_t)value
            : type == NN_INT16       ? (int16_t)value
                                     : value;
    return stored == number;
}

static int read_quantization(const reader *r, uint32_t table, nn_tensor *t) {
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
    if (nn_flatbuffer_read(&r->loader.file, table, wanted, FIELDS, fields) !=
            FIELDS) {
        return damaged(r, "quantisation");
    }
    const uint8_t *scales = fields[SCALES].data;
    const uint8_t *zero_points = fields[ZERO_POINTS].data;
    uint32_t count = fields[SCALES].count;
    uint32_t zero_point_count = fields[ZERO_POINTS].count;
    uint32_t axis = fields[DIMENSION].count;
    if (count == 0) {
        return 0;
    }
    if (count > UINT16_MAX || (fields[SCALES].position & 3) != 0) {
        return nn_op_invalid(&r->loader,
                "its scales are too many or misaligned");
    }
    // an empty list is none: it must not be read
    if (zero_point_count == 0) {
        zero_points = NULL;
    } else if (zero_point_count != count) {
        return nn_op_invalid(&r->loader, "%u scales but %u zero points", count,
                zero_point_count);
    }
    // a single scale has no axis, and converters give a bias that of its
    // weights
    if (count == 1 || t->rank == 1) {
        axis = 0;
    }
    if (count > 1 && (axis >= t->rank || (uint32_t)t->dim[axis] != count)) {
        return nn_op_invalid(&r->loader,
                "%u scales do not fit its dimension %u", count, axis);
    }
    for (uint32_t i = 0; i < count; i++) {
        float scale = nn_load_f32(scales + 4 * i);
        if (!(scale >= 0 && scale <= FLT_MAX)) {
            return nn_op_invalid(&r->loader,
                    "scale %u is negative or not finite", i);
        }
        if (zero_points != NULL &&
                !is_zero_point(t->type, nn_load_i64(zero_points + 8 * i))) {
            return nn_op_invalid(&r->loader,
                    "zero point %u is outside its type", i);
        }
    }
    t->scales = (const float *)(const void *)scales;
    t->zero_points = zero_points;
    t->scale_count = (uint16_t)count;
    t->scale_axis = (uint8_t)axis;
    t->scale = t->scales[0];
    t->zero_point = nn_tensor_zero_point(t, 0);
    return 0;
}

static int read_data(const reader *r, uint32_t index, nn_tensor *t) {
    enum { DATA, OFFSET, FIELDS };
    static const nn_field wanted[] = {
            {NN_BUFFER_DATA, NN_VECTOR, 1},
            {NN_BUFFER_OFFSET, NN_NUMBER, 8},
    };
    const nn_vector *buffers = &r->model[BUFFERS];
    nn_vector fields[FIELDS];
    if (index >= buffers->count) {
        // a file without a single constant has none
        return index == 0 ? 0
                          : nn_op_invalid(&r->loader, "buffer %u of %u", index,
                                    buffers->count);
    }
    if (read_element(r, buffers, index, wanted, FIELDS, fields) != FIELDS) {
        return damaged(r, "buffer");
    }
    const nn_vector *data = &fields[DATA];
    const uint8_t *offset = fields[OFFSET].data;
    if (offset != NULL && nn_load_i64(offset) > 1) {
        return nn_op_unsupported(&r->loader,
                "its data lies outside the FlatBuffer");
    }
    if (t->bytes == 0) {
        t->data = r->loader.file.data; // a shape of no dimensions: not read
    } else if (data->count != 0) {
        if (data->count != t->bytes) {
            return nn_op_invalid(&r->loader,
                    "its shape needs %u bytes, its buffer has %u", t->bytes,
                    data->count);
        }
        // what is moved in words
        if (data->position % nn_min_i32(4, nn_type_bytes(t->type)) != 0) {
            return nn_op_invalid(&r->loader, "its data is misaligned");
        }
        t->data = data->data;
    }
    return 0;
}

static int read_tensor(reader *r, uint32_t i) {
    nn_tensor *t = &r->loader.graph->tensors[i];
    nn_vector fields[TENSOR_FIELDS];
    uint32_t read = read_element(r, &r->graph[TENSORS], i, tensor_fields,
            TENSOR_FIELDS, fields);
    r->loader.tensor = t;
    t->index = (uint16_t)i;
    t->producer = NN_NONE;
    t->name = "";
    if (fields[NAME].data != NULL) {
        t->name = (const char *)fields[NAME].data;
    }
    t->name_length =
            (uint8_t)(fields[NAME].count > 40 ? 40 : fields[NAME].count);
    if (read < TENSOR_FIELDS) {
        return damaged(r, "table");
    }
    if (fields[VARIABLE].count != 0 || fields[SPARSITY].position != 0) {
        return nn_op_unsupported(&r->loader, "%s tensors are not supported",
                fields[VARIABLE].count != 0 ? "variable" : "sparse");
    }
    int err = read_shape(r, fields, t);
    if (err == 0) {
        err = read_quantization(r, fields[QUANTIZATION].position, t);
    }
    return err != 0 ? err : read_data(r, fields[BUFFER].count, t);
}

// Copies a list of tensor indices as 16 bits; those below lowest are refused.
// Returns NULL where one is.
static const uint16_t *read_edges(reader *r, const nn_vector *list,
        int32_t lowest, const char *what) {
    uint16_t *edges = r->edges;
    int32_t count = r->loader.graph->tensor_count;
    for (uint32_t i = 0; i < list->count; i++) {
        int32_t index = nn_load_i32(list->data + 4 * i);
        if (index < lowest || index >= count) {
            (void)nn_op_invalid(&r->loader,
                    "the %s name tensor %d, there are %u", what, index, count);
            return NULL;
        }
        edges[i] = (uint16_t)index; // -1 becomes NN_NONE
    }
    r->edges = edges + list->count;
    return edges;
}

static int find_def(const reader *r, uint32_t index, nn_op_table defs,
        const nn_op_def **def) {
    enum { SHORT, BUILTIN, CUSTOM, FIELDS };
    static const nn_field wanted[] = {
            {NN_CODE_SHORT, NN_NUMBER, 1},
            {NN_CODE_BUILTIN, NN_NUMBER, 4},
            {NN_CODE_CUSTOM, NN_VECTOR, 1},
    };
    const nn_vector *codes = &r->model[CODES];
    nn_vector fields[FIELDS];
    if (index >= codes->count ||
            read_element(r, codes, index, wanted, FIELDS, fields) != FIELDS) {
        return damaged(r, "code");
    }
    uint32_t code = fields[BUILTIN].count;
    uint32_t small = fields[SHORT].count;
    // files from before 2020 have the short field only
    code = code > small ? code : small;
    for (; *defs != NULL; defs++) {
        if ((*defs)->code == code) {
            *def = *defs;
            return 0;
        }
    }
    nn_name builtin = nn_builtin_name(code);
    const char *name = builtin.text;
    uint32_t length = sizeof(builtin);
    if (code == NN_CODE_IS_CUSTOM) {
        name = (const char *)fields[CUSTOM].data;
        length = fields[CUSTOM].count > 40 ? 40 : fields[CUSTOM].count;
    }
    return nn_op_unsupported(&r->loader,
            "operator '%n' (code %u) is not supported", name, length, code);
}

static int check_counts(const nn_loader *l) {
    const nn_op *op = l->op;
    const nn_op_def *def = op->def;
    uint32_t inputs = op->input_count;
    uint32_t outputs = op->output_count;
    if (inputs < def->min_inputs ||
            (inputs > def->max_inputs && def->max_inputs != 255)) {
        return nn_op_invalid(l, "%u inputs", inputs);
    }
    if (outputs != 1 && (outputs == 0 || (def->makes & NN_MANY) == 0)) {
        return nn_op_invalid(l, "%u outputs", outputs);
    }
    return 0;
}

// Whether nothing has given t its value so far.
static bool is_open(const nn_tensor *t) {
    return t->data == NULL && !t->is_input && t->producer == NN_NONE;
}

// Inputs must be there before the operator runs; outputs must be new.
static int check_order(const nn_loader *l) {
    const nn_op *op = l->op;
    for (uint32_t k = 0; k < op->input_count; k++) {
        const nn_tensor *t = nn_op_input(l->graph, op, k);
        if (t != NULL && is_open(t)) {
            return nn_op_invalid(l, "reads %t before anything makes it", t);
        }
    }
    for (uint32_t k = 0; k < op->output_count; k++) {
        nn_tensor *t = nn_op_output(l->graph, op, k);
        if (!is_open(t)) {
            return nn_op_invalid(l, "writes %t, which has its value already",
                    t);
        }
        t->producer = op->index;
    }
    return 0;
}

static int read_operator(reader *r, uint32_t i, nn_op_table defs) {
    nn_loader *l = &r->loader;
    nn_op *op = &l->graph->ops[i];
    nn_vector fields[OP_FIELDS];
    int err = operator_table(r, i, fields);
    if (err == 0) {
        err = find_def(r, fields[OP_CODE].count, defs, &op->def);
    }
    if (err != 0) {
        return err;
    }
    l->op = op;
    l->options = fields[OP_OPTIONS].position;
    op->index = (uint16_t)i;
    op->input_count = (uint16_t)fields[OP_INPUTS].count;
    op->output_count = (uint16_t)fields[OP_OUTPUTS].count;
    op->inputs = read_edges(r, &fields[OP_INPUTS], -1, graph_names[INPUTS]);
    if (op->inputs == NULL) {
        return NN_ERR_INVALID;
    }
    op->outputs = read_edges(r, &fields[OP_OUTPUTS], 0, graph_names[OUTPUTS]);
    if (op->outputs == NULL) {
        return NN_ERR_INVALID;
    }
    err = check_counts(l);
    if (err == 0) {
        err = check_order(l);
    }
    if (err == 0) {
        err = nn_op_check(l);
    }
    for (uint32_t k = 0; err == 0 && k < op->output_count; k++) {
        const nn_tensor *t = nn_op_output(l->graph, op, k);
        assert((uint64_t)t->rows * t->row_bytes == t->bytes);
        assert(t->bytes != 0);
        (void)t;
    }
    return err;
}

static int read_ends(reader *r) {
    nn_graph *graph = r->loader.graph;
    graph->input_count = (uint16_t)r->graph[INPUTS].count;
    graph->output_count = (uint16_t)r->graph[OUTPUTS].count;
    if (graph->output_count == 0) {
        return nn_op_invalid(&r->loader, "the model has no output");
    }
    graph->inputs = read_edges(r, &r->graph[INPUTS], 0, graph_names[INPUTS]);
    if (graph->inputs == NULL) {
        return NN_ERR_INVALID;
    }
    graph->outputs = read_edges(r, &r->graph[OUTPUTS], 0, graph_names[OUTPUTS]);
    if (graph->outputs == NULL) {
        return NN_ERR_INVALID;
    }
    for (uint32_t k = 0; k < graph->input_count; k++) {
        nn_tensor *t = &graph->tensors[graph->inputs[k]];
        if (!is_open(t) || t->bytes == 0) {
            r->loader.tensor = t;
            return nn_op_invalid(&r->loader,
                    "an input must not be constant, empty or listed twice");
        }
        t->is_input = 1;
    }
    for (uint32_t k = 0; k < graph->output_count; k++) {
        graph->tensors[graph->outputs[k]].is_output = 1;
    }
    return 0;
}

static int check_outputs(nn_loader *l) {
    const nn_graph *graph = l->graph;
    for (uint32_t k = 0; k < graph->output_count; k++) {
        const nn_tensor *t = &graph->tensors[graph->outputs[k]];
        l->tensor = t;
        if (is_open(t)) {
            return nn_op_invalid(l, "nothing makes this output");
        }
        if (t->bytes == 0) {
            return nn_op_invalid(l, "has no elements");
        }
    }
    return 0;
}

int nn_load(nn_graph *graph, const void *file, size_t file_bytes,
        nn_op_table table, void *state, size_t state_bytes, nn_error *error) {
    reader r;
    int err = open_model(&r, file, file_bytes, error);
    if (err != 0) {
        return err;
    }
    size_t needed = state_bytes_of(&r);
    r.loader.op_index = NN_NONE;
    if (state_bytes < needed) {
        return nn_op_fail(&r.loader, NN_ERR_NO_MEMORY,
                "the model's tables need %u bytes, %u are there",
                (uint32_t)needed, (uint32_t)state_bytes);
    }
    assert(((uintptr_t)state & (NN_ALIGN - 1)) == 0);
    memset(state, 0, needed);
    memset(graph, 0, sizeof(*graph));
    graph->file = file;
    graph->file_bytes = (uint32_t)file_bytes;
    graph->tensor_count = (uint16_t)r.graph[TENSORS].count;
    graph->op_count = (uint16_t)r.graph[OPERATORS].count;
    graph->ops = state;
    graph->tensors = (nn_tensor *)(void *)(graph->ops + graph->op_count);
    r.edges = (uint16_t *)(void *)(graph->tensors + graph->tensor_count);
    r.loader.graph = graph;
    for (uint32_t i = 0; err == 0 && i < graph->tensor_count; i++) {
        err = read_tensor(&r, i);
    }
    if (err == 0) {
        r.loader.tensor = NULL;
        err = read_ends(&r);
    }
    for (uint32_t i = 0; err == 0 && i < graph->op_count; i++) {
        err = read_operator(&r, i, table);
    }
    if (err == 0) {
        err = check_outputs(&r.loader);
    }
    if (err == 0) {
        nn_fold(graph);
    }
    return err;
}
