// SPDX-License-Identifier: MIT
// Builds .tflite models in memory.

#include "test/support/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "host/tflite/schema.h"

// BuiltinOptions tag of an operator's options table, 0 where it has none.
static uint32_t options_type(int32_t code) {
    static const struct {
        uint8_t code, type;
    } table[] = {
            {0, 11},   // ADD
            {1, 5},    // AVERAGE_POOL_2D
            {2, 10},   // CONCATENATION
            {3, 1},    // CONV_2D
            {4, 2},    // DEPTHWISE_CONV_2D
            {5, 94},   // DEPTH_TO_SPACE
            {6, 38},   // DEQUANTIZE
            {9, 8},    // FULLY_CONNECTED
            {17, 5},   // MAX_POOL_2D
            {18, 21},  // MUL
            {22, 17},  // RESHAPE
            {23, 15},  // RESIZE_BILINEAR
            {25, 9},   // SOFTMAX
            {26, 19},  // SPACE_TO_DEPTH
            {34, 22},  // PAD
            {36, 23},  // GATHER
            {37, 24},  // BATCH_TO_SPACE_ND
            {38, 25},  // SPACE_TO_BATCH_ND
            {39, 26},  // TRANSPOSE
            {40, 27},  // MEAN
            {41, 28},  // SUB
            {43, 30},  // SQUEEZE
            {45, 32},  // STRIDED_SLICE
            {47, 33},  // EXP
            {49, 35},  // SPLIT
            {53, 37},  // CAST
            {55, 39},  // MAXIMUM
            {56, 40},  // ARG_MAX
            {57, 39},  // MINIMUM
            {59, 42},  // NEG
            {60, 43},  // PADV2
            {65, 48},  // SLICE
            {67, 49},  // TRANSPOSE_CONV
            {70, 52},  // EXPAND_DIMS
            {74, 27},  // SUM
            {77, 55},  // SHAPE
            {82, 27},  // REDUCE_MAX
            {83, 59},  // PACK
            {88, 64},  // UNPACK
            {97, 74},  // RESIZE_NEAREST_NEIGHBOR
            {98, 75},  // LEAKY_RELU
            {100, 77}, // MIRROR_PAD
            {101, 78}, // ABS
            {102, 79}, // SPLIT_V
            {114, 89}, // QUANTIZE
            {117, 91}, // HARD_SWISH
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].code == code) {
            return table[i].type;
        }
    }
    return 0;
}

static void *must(void *memory) {
    if (!memory) {
        abort();
    }
    return memory;
}

static void *copy(const void *data, size_t bytes) {
    return memcpy(must(malloc(bytes ? bytes : 1)), data, bytes);
}

int model_tensor(model *m, nn_type type, model_list dims, float scale,
        int32_t zero_point) {
    size_t count = (size_t)m->tensor_count + 1;
    m->tensors = must(realloc(m->tensors, count * sizeof *m->tensors));
    model_tensor_spec *t = &m->tensors[m->tensor_count];
    *t = (model_tensor_spec){.type = type, .dims = dims};
    if (scale != 0) {
        int64_t zero = zero_point;
        t->scales = copy(&scale, sizeof scale);
        t->zero_points = copy(&zero, sizeof zero);
        t->scale_count = 1;
    }
    return m->tensor_count++;
}

int model_constant(model *m, nn_type type, model_list dims, float scale,
        int32_t zero_point, const void *data) {
    int tensor = model_tensor(m, type, dims, scale, zero_point);
    size_t bytes = nn_type_bytes(type);
    for (uint32_t i = 0; i < dims.count; i++) {
        bytes *= (size_t)dims.value[i];
    }
    m->tensors[tensor].data = copy(data, bytes);
    m->tensors[tensor].data_bytes = bytes;
    return tensor;
}

int model_ints(model *m, model_list values) {
    return model_constant(m, NN_INT32, LIST((int32_t)values.count), 0, 0,
            values.value);
}

void model_scales(model *m, int tensor, uint32_t axis, uint32_t count,
        const float *scales) {
    model_tensor_spec *t = &m->tensors[tensor];
    free(t->scales);
    free(t->zero_points);
    t->scales = copy(scales, count * sizeof *scales);
    t->zero_points = must(calloc(count ? count : 1, sizeof(int64_t)));
    t->scale_count = count;
    t->scale_axis = axis;
}

int model_op(model *m, int32_t code, model_list inputs, model_list outputs) {
    size_t count = (size_t)m->op_count + 1;
    m->ops = must(realloc(m->ops, count * sizeof *m->ops));
    m->ops[m->op_count] = (model_op_spec){.code = code,
            .options_type = options_type(code),
            .inputs = inputs,
            .outputs = outputs};
    return m->op_count++;
}

static void add_option(model *m, model_option option) {
    model_op_spec *op = &m->ops[m->op_count - 1];
    assert(op->option_count < sizeof op->options / sizeof op->options[0]);
    op->options[op->option_count++] = option;
}

void model_byte(model *m, uint32_t field, int32_t value) {
    add_option(m,
            (model_option){.kind = OPTION_BYTE,
                    .field = field,
                    .ints = LIST(value)});
}

void model_int(model *m, uint32_t field, int32_t value) {
    add_option(m,
            (model_option){.kind = OPTION_INT,
                    .field = field,
                    .ints = LIST(value)});
}

void model_float(model *m, uint32_t field, float value) {
    add_option(m,
            (model_option){.kind = OPTION_FLOAT,
                    .field = field,
                    .real = value});
}

void model_int_vector(model *m, uint32_t field, model_list values) {
    add_option(m,
            (model_option){.kind = OPTION_INTS,
                    .field = field,
                    .ints = values});
}

static fbw_ref write_ints(fbw *w, const model_list *list) {
    return fbw_i32_vector(w, list->value, list->count);
}

static fbw_ref write_buffer(fbw *w, const model_tensor_spec *t) {
    fbw_ref data = 0;
    if (t && t->data) {
        data = fbw_vector(w, t->data, t->data_bytes, 1, NN_ALIGN);
    }
    fbw_table_begin(w);
    fbw_field_ref(w, NN_BUFFER_DATA, data);
    return fbw_table_end(w);
}

// The name is the tensor's number; its buffer's is one more.
static fbw_ref write_tensor(fbw *w, const model_tensor_spec *t,
        uint32_t buffer) {
    fbw_ref quantisation = 0;
    if (t->scale_count) {
        fbw_ref zeros = fbw_i64_vector(w, t->zero_points, t->scale_count);
        fbw_ref scales = fbw_f32_vector(w, t->scales, t->scale_count);
        fbw_table_begin(w);
        fbw_field_ref(w, NN_QUANTIZATION_SCALE, scales);
        fbw_field_ref(w, NN_QUANTIZATION_ZERO_POINT, zeros);
        fbw_field_i32(w, NN_QUANTIZATION_DIMENSION, (int32_t)t->scale_axis);
        quantisation = fbw_table_end(w);
    }
    fbw_ref shape = write_ints(w, &t->dims);
    char label[] = "t0000";
    uint32_t number = buffer - 1;
    for (size_t i = sizeof label - 2; i > 0; i--, number /= 10) {
        label[i] = (char)('0' + number % 10);
    }
    fbw_ref name = fbw_string(w, label);
    fbw_table_begin(w);
    fbw_field_ref(w, NN_TENSOR_SHAPE, shape);
    fbw_field_u8(w, NN_TENSOR_TYPE, (uint8_t)t->type);
    fbw_field_u32(w, NN_TENSOR_BUFFER, buffer);
    fbw_field_ref(w, NN_TENSOR_NAME, name);
    fbw_field_ref(w, NN_TENSOR_QUANTIZATION, quantisation);
    return fbw_table_end(w);
}

static fbw_ref write_options(fbw *w, const model_op_spec *op) {
    fbw_ref vectors[sizeof op->options / sizeof op->options[0]] = {0};
    for (uint32_t i = 0; i < op->option_count; i++) {
        if (op->options[i].kind == OPTION_INTS) {
            vectors[i] = write_ints(w, &op->options[i].ints);
        }
    }
    fbw_table_begin(w);
    for (uint32_t i = 0; i < op->option_count; i++) {
        const model_option *o = &op->options[i];
        switch (o->kind) {
        case OPTION_BYTE:
            fbw_field_u8(w, o->field, (uint8_t)o->ints.value[0]);
            break;
        case OPTION_INT:
            fbw_field_i32(w, o->field, o->ints.value[0]);
            break;
        case OPTION_FLOAT:
            fbw_field_f32(w, o->field, o->real);
            break;
        case OPTION_INTS:
            fbw_field_ref(w, o->field, vectors[i]);
            break;
        }
    }
    return fbw_table_end(w);
}

static fbw_ref write_op(fbw *w, const model_op_spec *op, uint32_t code) {
    fbw_ref options = op->options_type ? write_options(w, op) : 0;
    fbw_ref inputs = write_ints(w, &op->inputs);
    fbw_ref outputs = write_ints(w, &op->outputs);
    fbw_table_begin(w);
    fbw_field_ref(w, NN_OPERATOR_OPTIONS, options);
    fbw_field_ref(w, NN_OPERATOR_INPUTS, inputs);
    fbw_field_ref(w, NN_OPERATOR_OUTPUTS, outputs);
    fbw_field_u32(w, NN_OPERATOR_CODE, code);
    if (options) {
        fbw_field_u8(w, NN_OPERATOR_OPTIONS_TYPE, (uint8_t)op->options_type);
    }
    return fbw_table_end(w);
}

static fbw_ref write_code(fbw *w, int32_t code) {
    fbw_table_begin(w);
    fbw_field_i32(w, TFL_CODE_VERSION, 1);
    fbw_field_i32(w, NN_CODE_BUILTIN, code);
    fbw_field_u8(w, NN_CODE_SHORT,
            (uint8_t)(code < NN_CODE_IS_EXTENDED ? code : NN_CODE_IS_EXTENDED));
    return fbw_table_end(w);
}

const uint8_t *model_file(model *m, size_t *bytes) {
    fbw *w = &m->writer;
    size_t tensors = (size_t)m->tensor_count;
    size_t ops = (size_t)m->op_count;
    fbw_ref *refs = must(calloc(tensors + ops + 1, sizeof *refs));

    // buffer 0 is the empty one, tensor i has buffer i + 1
    refs[0] = write_buffer(w, NULL);
    for (size_t i = 0; i < tensors; i++) {
        refs[i + 1] = write_buffer(w, &m->tensors[i]);
    }
    fbw_ref buffers = fbw_ref_vector(w, refs, tensors + 1);
    for (size_t i = 0; i < tensors; i++) {
        refs[i] = write_tensor(w, &m->tensors[i], (uint32_t)i + 1);
    }
    fbw_ref tensor_list = fbw_ref_vector(w, refs, tensors);
    for (size_t i = 0; i < ops; i++) {
        refs[i] = write_op(w, &m->ops[i], (uint32_t)i);
    }
    fbw_ref op_list = fbw_ref_vector(w, refs, ops);
    for (size_t i = 0; i < ops; i++) {
        refs[i] = write_code(w, m->ops[i].code);
    }
    fbw_ref codes = fbw_ref_vector(w, refs, ops);
    free(refs);

    fbw_ref inputs = write_ints(w, &m->inputs);
    fbw_ref outputs = write_ints(w, &m->outputs);
    fbw_table_begin(w);
    fbw_field_ref(w, NN_SUBGRAPH_TENSORS, tensor_list);
    fbw_field_ref(w, NN_SUBGRAPH_INPUTS, inputs);
    fbw_field_ref(w, NN_SUBGRAPH_OUTPUTS, outputs);
    fbw_field_ref(w, NN_SUBGRAPH_OPERATORS, op_list);
    fbw_ref subgraph = fbw_table_end(w);
    fbw_ref subgraphs = fbw_ref_vector(w, &subgraph, 1);
    fbw_table_begin(w);
    fbw_field_u32(w, NN_MODEL_VERSION, NN_SCHEMA_VERSION);
    fbw_field_ref(w, NN_MODEL_OPERATOR_CODES, codes);
    fbw_field_ref(w, NN_MODEL_SUBGRAPHS, subgraphs);
    fbw_field_ref(w, NN_MODEL_BUFFERS, buffers);
    fbw_ref root = fbw_table_end(w);
    const uint8_t *file = fbw_finish(w, root, "TFL3", bytes);
    if (!file) {
        abort();
    }
    return file;
}

void model_free(model *m) {
    for (int i = 0; i < m->tensor_count; i++) {
        free(m->tensors[i].data);
        free(m->tensors[i].scales);
        free(m->tensors[i].zero_points);
    }
    free(m->tensors);
    free(m->ops);
    fbw_free(&m->writer);
    *m = (model){0};
}
