// SPDX-License-Identifier: MIT
// Broken models: each gets its sentence, none is read beyond its end.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn/flatbuffer.h"
#include "nn/ops/ops.h"
#include "nn/schema.h"
#include "test/support/model.h"
#include "test/support/rig.h"

// Tensors of the model that all these tests break.
enum { IMAGE, FILTER, BIAS, MIDDLE, RESULT, TENSORS };

// CONV_2D and RELU of an image of 4 x 4 x 2.
static void build(model *m) {
    const int8_t filter[36] = {1, 2, 3, -4, 5};
    const int32_t bias[2] = {7, -7};
    const float scales[2] = {0.5F, 0.25F};
    model_tensor(m, NN_INT8, LIST(1, 4, 4, 2), 0.5F, 3);
    model_constant(m, NN_INT8, LIST(2, 3, 3, 2), 0.5F, 0, filter);
    model_scales(m, FILTER, 0, 2, scales);
    model_constant(m, NN_INT32, LIST(2), 0.25F, 0, bias);
    model_tensor(m, NN_INT8, LIST(1, 4, 4, 2), 1.5F, -1);
    model_tensor(m, NN_INT8, LIST(1, 4, 4, 2), 1.5F, -1);
    model_op(m, nn_op_conv_2d.code, LIST(IMAGE, FILTER, BIAS), LIST(MIDDLE));
    model_int(m, 1, 1), model_int(m, 2, 1);
    model_op(m, nn_op_relu.code, LIST(MIDDLE), LIST(RESULT));
    m->inputs = LIST(IMAGE);
    m->outputs = LIST(RESULT);
}

// Loads a copy that ends where the file ends.
static int load(const uint8_t *file, size_t bytes, nn_error *error) {
    uint8_t *copy = take_memory(bytes);
    memcpy(copy, file, bytes);
    rig r;
    int code = rig_open(&r, copy, bytes, error);
    if (code == 0) {
        rig_close(&r);
    }
    free(copy);
    return code;
}

static void refused(const uint8_t *file, size_t bytes, int code,
        const char *text) {
    nn_error error = {0, "nothing"};
    int result = load(file, bytes, &error);
    assert_string_equal(error.text, text);
    assert_int_equal(result, code);
    assert_int_equal(error.code, code);
}

// What is wrong with a model, said before it is written.
typedef struct flaw {
    void (*make)(model *m);
    int code;
    const char *text;
} flaw;

static void tensor_type(model *m) {
    m->tensors[IMAGE].type = 5;
}

static void tensor_rank(model *m) {
    m->tensors[IMAGE].dims = LIST(1, 1, 1, 1, 4, 4, 2);
}

static void negative_size(model *m) {
    m->tensors[IMAGE].dims.value[1] = -1;
}

static void huge_size(model *m) {
    m->tensors[IMAGE].dims = LIST(1, 65536, 65536, 2);
}

static void wrapping_size(model *m) {
    m->tensors[IMAGE].dims = LIST(65536, 65536, 65536, 65536);
}

static void empty_input(model *m) {
    m->tensors[IMAGE].dims.value[0] = 0;
}

static void scale_count(model *m) {
    const float scales[3] = {1, 1, 1};
    model_scales(m, FILTER, 3, 3, scales);
}

static void scale_nan(model *m) {
    m->tensors[FILTER].scales[1] = NAN;
}

static void scale_negative(model *m) {
    m->tensors[IMAGE].scales[0] = -1;
}

static void zero_point_range(model *m) {
    m->tensors[IMAGE].zero_points[0] = 128;
}

static void buffer_size(model *m) {
    m->tensors[FILTER].data_bytes--;
}

static void unknown_tensor(model *m) {
    m->ops[0].inputs.value[0] = TENSORS;
}

static void negative_tensor(model *m) {
    m->ops[1].inputs.value[0] = -2;
}

static void left_out_output(model *m) {
    m->ops[1].outputs.value[0] = -1;
}

static void left_out_input(model *m) {
    m->ops[1].inputs.value[0] = -1;
}

static void too_few_inputs(model *m) {
    m->ops[0].inputs.count = 1;
}

static void too_many_inputs(model *m) {
    m->ops[1].inputs = LIST(MIDDLE, MIDDLE);
}

static void no_outputs(model *m) {
    m->ops[1].outputs.count = 0;
}

static void wrong_order(model *m) {
    model_op_spec first = m->ops[0];
    m->ops[0] = m->ops[1];
    m->ops[1] = first;
}

static void own_output(model *m) {
    m->ops[1].inputs = LIST(RESULT);
}

static void written_twice(model *m) {
    m->ops[1].outputs = LIST(MIDDLE);
}

static void writes_constant(model *m) {
    m->ops[1].outputs = LIST(BIAS);
}

static void writes_input(model *m) {
    m->ops[1].outputs = LIST(IMAGE);
}

static void unknown_code(model *m) {
    m->ops[1].code = 5000;
}

static void custom_code(model *m) {
    m->ops[1].code = 32;
}

static void lstm_code(model *m) {
    m->ops[1].code = 16;
}

static void model_without_output(model *m) {
    m->outputs.count = 0;
}

static void input_twice(model *m) {
    m->inputs = LIST(IMAGE, IMAGE);
}

static void constant_input(model *m) {
    m->inputs = LIST(IMAGE, BIAS);
}

static void unknown_input(model *m) {
    m->inputs = LIST(-1);
}

static void unknown_output(model *m) {
    m->outputs = LIST(TENSORS);
}

static void unmade_output(model *m) {
    m->outputs = LIST(model_tensor(m, NN_INT8, LIST(1), 1, 0));
}

static void no_input(model *m) {
    m->inputs.count = 0;
}

static const flaw flaws[] = {
        {tensor_type, NN_ERR_UNSUPPORTED,
                "tensor 0 't0000': element type 5 is not supported"},
        {tensor_rank, NN_ERR_UNSUPPORTED,
                "tensor 0 't0000': more than 6 dimensions"},
        {negative_size, NN_ERR_INVALID, "tensor 0 't0000': dimension 1 is -1"},
        {huge_size, NN_ERR_RANGE, "tensor 0 't0000': its size exceeds 2 GB"},
        {wrapping_size, NN_ERR_RANGE,
                "tensor 0 't0000': its size exceeds 2 GB"},
        {empty_input, NN_ERR_INVALID,
                "tensor 0 't0000': an input must not be constant, empty or "
                "listed twice"},
        {scale_count, NN_ERR_INVALID,
                "tensor 1 't0001': 3 scales do not fit its dimension 3"},
        {scale_nan, NN_ERR_INVALID,
                "tensor 1 't0001': scale 1 is negative or not finite"},
        {scale_negative, NN_ERR_INVALID,
                "tensor 0 't0000': scale 0 is negative or not finite"},
        {zero_point_range, NN_ERR_INVALID,
                "tensor 0 't0000': zero point 0 is outside its type"},
        {buffer_size, NN_ERR_INVALID,
                "tensor 1 't0001': its shape needs 36 bytes, its buffer has "
                "35"},
        {unknown_tensor, NN_ERR_INVALID,
                "op 0 CONV_2D: the inputs name tensor 5, there are 5"},
        {negative_tensor, NN_ERR_INVALID,
                "op 1 RELU: the inputs name tensor -2, there are 5"},
        {left_out_output, NN_ERR_INVALID,
                "op 1 RELU: the outputs name tensor -1, there are 5"},
        {left_out_input, NN_ERR_INVALID, "op 1 RELU: input 0 is left out"},
        {too_few_inputs, NN_ERR_INVALID, "op 0 CONV_2D: 1 inputs"},
        {too_many_inputs, NN_ERR_INVALID, "op 1 RELU: 2 inputs"},
        {no_outputs, NN_ERR_INVALID, "op 1 RELU: 0 outputs"},
        {wrong_order, NN_ERR_INVALID,
                "op 0 RELU: reads tensor 3 't0003' before anything makes it"},
        {own_output, NN_ERR_INVALID,
                "op 1 RELU: reads tensor 4 't0004' before anything makes it"},
        {written_twice, NN_ERR_INVALID,
                "op 1 RELU: writes tensor 3 't0003', which has its value "
                "already"},
        {writes_constant, NN_ERR_INVALID,
                "op 1 RELU: writes tensor 2 't0002', which has its value "
                "already"},
        {writes_input, NN_ERR_INVALID,
                "op 1 RELU: writes tensor 0 't0000', which has its value "
                "already"},
        {unknown_code, NN_ERR_UNSUPPORTED,
                "op 1: operator 'unknown' (code 5000) is not supported"},
        {custom_code, NN_ERR_UNSUPPORTED,
                "op 1: operator '' (code 32) is not supported"},
        {lstm_code, NN_ERR_UNSUPPORTED,
                "op 1: operator 'LSTM' (code 16) is not supported"},
        {model_without_output, NN_ERR_INVALID, "the model has no output"},
        {input_twice, NN_ERR_INVALID,
                "tensor 0 't0000': an input must not be constant, empty or "
                "listed twice"},
        {constant_input, NN_ERR_INVALID,
                "tensor 2 't0002': an input must not be constant, empty or "
                "listed twice"},
        {unknown_input, NN_ERR_INVALID,
                "the inputs name tensor -1, there are 5"},
        {unknown_output, NN_ERR_INVALID,
                "the outputs name tensor 5, there are 5"},
        {unmade_output, NN_ERR_INVALID,
                "tensor 5 't0005': nothing makes this output"},
        {no_input, NN_ERR_INVALID,
                "op 0 CONV_2D: reads tensor 0 't0000' before anything makes "
                "it"},
};

static void test_each_flaw_has_its_sentence(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
        model m = {0};
        size_t bytes;
        build(&m);
        flaws[i].make(&m);
        const uint8_t *file = model_file(&m, &bytes);
        refused(file, bytes, flaws[i].code, flaws[i].text);
        model_free(&m);
    }
}

// A copy with room behind it, as if a longer file had been damaged.
typedef struct draft {
    uint8_t *bytes;
    size_t size;
    nn_flatbuffer file;
} draft;

enum { ROOM = 1 << 18 };

static draft draft_make(void) {
    model m = {0};
    size_t bytes;
    build(&m);
    const uint8_t *file = model_file(&m, &bytes);
    draft d = {take_memory(bytes + ROOM), bytes + ROOM, {0}};
    memcpy(d.bytes, file, bytes);
    memset(d.bytes + bytes, 0, ROOM);
    d.file = (nn_flatbuffer){d.bytes, (uint32_t)d.size};
    model_free(&m);
    return d;
}

static void put(draft *d, uint32_t position, uint32_t value) {
    for (uint32_t i = 0; i < 4; i++) {
        d->bytes[position + i] = (uint8_t)(value >> 8 * i);
    }
}

static uint32_t root_of(const draft *d) {
    uint32_t root;
    assert_int_equal(nn_flatbuffer_root(&d->file, &root), 0);
    return root;
}

static uint32_t graph_of(const draft *d) {
    nn_vector graphs;
    uint32_t graph;
    assert_int_equal(nn_flatbuffer_vector(&d->file, root_of(d),
                             NN_MODEL_SUBGRAPHS, 4, &graphs),
            0);
    assert_int_equal(nn_flatbuffer_element(&d->file, &graphs, 0, &graph), 0);
    return graph;
}

// Position of the length of a vector in a table.
static uint32_t length_of(const draft *d, uint32_t table, uint32_t field) {
    nn_vector vector;
    assert_int_equal(nn_flatbuffer_vector(&d->file, table, field, 4, &vector),
            0);
    assert_non_null(vector.data);
    return vector.position - 4;
}

static uint32_t operator_of(const draft *d, uint32_t i) {
    nn_vector operators;
    uint32_t table;
    assert_int_equal(nn_flatbuffer_vector(&d->file, graph_of(d),
                             NN_SUBGRAPH_OPERATORS, 4, &operators),
            0);
    assert_int_equal(nn_flatbuffer_element(&d->file, &operators, i, &table), 0);
    return table;
}

static void patched(draft *d, uint32_t position, uint32_t value, int code,
        const char *text) {
    uint32_t before = nn_load_u32(d->bytes + position);
    put(d, position, value);
    refused(d->bytes, d->size, code, text);
    put(d, position, before);
}

#define DAMAGED "the file is damaged or cut off at its "

static void test_damaged_lists_are_named(void **state) {
    (void)state;
    draft d = draft_make();
    uint32_t root = root_of(&d);
    uint32_t graph = graph_of(&d);
    uint32_t version;
    const struct {
        uint32_t table, field;
        const char *text, *long_text;
    } lists[] = {
            {root, NN_MODEL_OPERATOR_CODES, DAMAGED "operator codes", NULL},
            {root, NN_MODEL_BUFFERS, DAMAGED "buffers", NULL},
            {root, NN_MODEL_SUBGRAPHS, DAMAGED "subgraphs", NULL},
            {graph, NN_SUBGRAPH_TENSORS, DAMAGED "tensors",
                    "21846 tensors, at most 21845 can be read"},
            {graph, NN_SUBGRAPH_OPERATORS, DAMAGED "operators",
                    "21846 operators, at most 21845 can be read"},
            {graph, NN_SUBGRAPH_INPUTS, DAMAGED "inputs",
                    "21846 inputs, at most 21845 can be read"},
            {graph, NN_SUBGRAPH_OUTPUTS, DAMAGED "outputs",
                    "21846 outputs, at most 21845 can be read"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        uint32_t at = length_of(&d, lists[i].table, lists[i].field);
        patched(&d, at, UINT32_MAX, NN_ERR_INVALID, lists[i].text);
        patched(&d, at, 0x40000001, NN_ERR_INVALID, lists[i].text);
        if (lists[i].long_text) {
            patched(&d, at, 21846, NN_ERR_RANGE, lists[i].long_text);
        }
    }
    patched(&d, 0, UINT32_MAX, NN_ERR_INVALID, DAMAGED "root table");
    assert_int_equal(nn_flatbuffer_field(&d.file, root, NN_MODEL_VERSION, 4,
                             &version),
            0);
    patched(&d, version, 2, NN_ERR_UNSUPPORTED,
            "schema version 2 instead of 3");
    uint32_t op = operator_of(&d, 1);
    patched(&d, length_of(&d, op, NN_OPERATOR_INPUTS), 1025, NN_ERR_RANGE,
            "op 1: too many inputs and outputs");
    patched(&d, length_of(&d, op, NN_OPERATOR_OUTPUTS), UINT32_MAX,
            NN_ERR_INVALID, "op 1: " DAMAGED "table");
    patched(&d, 4, 0, NN_ERR_INVALID, "not a .tflite: no mark TFL3 at byte 4");
    refused(d.bytes, 0, NN_ERR_INVALID, "the file is empty");
    refused(d.bytes, 7, NN_ERR_INVALID,
            "not a .tflite: no mark TFL3 at byte 4");
    free(d.bytes);
}

static void test_misaligned_files_are_refused(void **state) {
    (void)state;
    draft d = draft_make();
    nn_error error;
    size_t bytes;
    memmove(d.bytes + 2, d.bytes, d.size - 2);
    assert_int_equal(nn_measure(d.bytes + 2, d.size - 2, &bytes, &error),
            NN_ERR_INVALID);
    assert_string_equal(error.text,
            "the model must lie at a multiple of 4 bytes");
    free(d.bytes);
}

static void test_too_little_state_is_refused(void **state) {
    (void)state;
    model m = {0};
    size_t bytes;
    size_t need;
    nn_graph graph;
    nn_error error;
    build(&m);
    const uint8_t *file = model_file(&m, &bytes);
    assert_int_equal(nn_measure(file, bytes, &need, &error), 0);
    void *memory = take_memory(need);
    assert_int_equal(nn_load(&graph, file, bytes, nn_ops_int8, memory, need - 1,
                             &error),
            NN_ERR_NO_MEMORY);
    assert_non_null(strstr(error.text, "the model's tables need "));
    assert_int_equal(nn_load(&graph, file, bytes, nn_ops_int8, memory, need,
                             NULL),
            0);
    free(memory);
    model_free(&m);
}

static uint64_t all_bytes(const nn_graph *graph) {
    uint64_t bytes = 0;
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        bytes += graph->tensors[t].bytes;
    }
    return bytes;
}

// Loads, plans and runs whatever can be.
static void use(const uint8_t *file, size_t bytes) {
    uint8_t *copy = take_memory(bytes);
    memcpy(copy, file, bytes);
    rig r;
    nn_error error;
    int code = rig_open(&r, copy, bytes, &error);
    if (code) {
        assert_true(code < 0 && code == error.code);
        assert_true(strlen(error.text) > 10);
        assert_null(strpbrk(error.text, "\n\r"));
    } else if (all_bytes(&r.graph) < 1 << 20) {
        rig_fill(&r, 1);
        assert_int_equal(rig_plan(&r, NULL, &error), 0);
        rig_start(&r, NULL);
        assert_int_equal(rig_run(&r, &error), 0);
        assert_true(rig_check(&r));
    }
    if (code == 0) {
        rig_close(&r);
    }
    free(copy);
}

static void test_every_byte_may_be_wrong(void **state) {
    (void)state;
    model m = {0};
    size_t bytes;
    build(&m);
    uint8_t *file = take_memory(4096);
    const uint8_t *right = model_file(&m, &bytes);
    assert_true(bytes <= 4096);
    memcpy(file, right, bytes);
    model_free(&m);
    for (size_t i = 0; i < bytes; i++) {
        uint8_t before = file[i];
        const uint8_t values[] = {0, 1, 0x7F, 0x80, 0xFF, (uint8_t)(before + 1),
                (uint8_t)(before - 1), (uint8_t)(before ^ 0x40),
                (uint8_t)(before + 4)};
        for (size_t k = 0; k < sizeof values; k++) {
            file[i] = values[k];
            use(file, bytes);
        }
        file[i] = before;
    }
    for (size_t size = 0; size < bytes; size++) {
        use(file, size);
    }
    free(file);
}

static void test_the_unbroken_model_loads(void **state) {
    (void)state;
    model m = {0};
    rig r;
    nn_error error;
    size_t bytes;
    build(&m);
    const uint8_t *file = model_file(&m, &bytes);
    assert_int_equal(rig_open(&r, file, bytes, &error), 0);
    assert_int_equal(r.graph.tensor_count, TENSORS);
    assert_int_equal(r.graph.op_count, 2);
    assert_int_equal(r.graph.input_count, 1);
    assert_int_equal(r.graph.output_count, 1);
    const nn_tensor *filter = &r.graph.tensors[FILTER];
    assert_int_equal(filter->scale_count, 2);
    assert_int_equal(filter->scale_axis, 0);
    assert_true(filter->scales[1] == 0.25F);
    assert_int_equal(((const int8_t *)filter->data)[3], -4);
    const nn_tensor *image = &r.graph.tensors[IMAGE];
    assert_int_equal(image->rows, 4);
    assert_int_equal(image->row_bytes, 8);
    assert_int_equal(image->zero_point, 3);
    assert_int_equal(r.graph.tensors[MIDDLE].producer, 0);
    assert_int_equal(r.graph.ops[0].macs, 4 * 4 * 2 * 18);
    rig_close(&r);
    model_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_the_unbroken_model_loads),
            cmocka_unit_test(test_each_flaw_has_its_sentence),
            cmocka_unit_test(test_damaged_lists_are_named),
            cmocka_unit_test(test_misaligned_files_are_refused),
            cmocka_unit_test(test_too_little_state_is_refused),
            cmocka_unit_test(test_every_byte_may_be_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
