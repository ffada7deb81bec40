// SPDX-License-Identifier: MIT
// Which models are BlazeFace, and how they want their pixels.

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "face/face.h"

// A model that is nothing but its tensors: 0 the input, then the outputs,
// then what a first QUANTIZE makes.
typedef struct fake {
    nn_graph graph;
    nn_tensor tensors[8];
    nn_op op;
    uint16_t inputs[1];
    uint16_t outputs[5];
    uint16_t op_output[1];
} fake;

static nn_tensor tensor(nn_type type, int32_t rank, int32_t a, int32_t b,
        int32_t c, int32_t d, float scale, int32_t zero_point) {
    nn_tensor t = {
            .type = (uint8_t)type,
            .rank = (uint8_t)rank,
            .dim = {a, b, c, d},
            .scale = scale,
            .zero_point = zero_point,
            .scale_count = scale > 0 ? 1 : 0,
    };
    t.bytes = nn_type_bytes(type);
    for (int32_t k = 0; k < rank; k++) {
        t.bytes *= (uint32_t)t.dim[k];
    }
    return t;
}

static void init(fake *f, nn_tensor input, uint16_t output_count) {
    memset(f, 0, sizeof(*f));
    f->tensors[0] = input;
    for (uint16_t k = 0; k < output_count; k++) {
        f->outputs[k] = (uint16_t)(k + 1);
    }
    f->graph = (nn_graph){
            .tensors = f->tensors,
            .ops = &f->op,
            .inputs = f->inputs,
            .outputs = f->outputs,
            .tensor_count = 8,
            .input_count = 1,
            .output_count = output_count,
    };
}

static nn_tensor float_input(void) {
    return tensor(NN_FLOAT32, 4, 1, 128, 128, 3, 0, 0);
}

static nn_tensor head(nn_type type, int32_t rows, int32_t width) {
    return tensor(type, 3, 1, rows, width, 0, type == NN_FLOAT32 ? 0 : 0.5F,
            type == NN_FLOAT32 ? 0 : 7);
}

static void two_outputs(fake *f, nn_tensor input) {
    init(f, input, 2);
    f->tensors[1] = head(NN_FLOAT32, 896, 16);
    f->tensors[2] = head(NN_FLOAT32, 896, 1);
}

static void quantise_first(fake *f, nn_type type, float scale, int32_t zero) {
    f->tensors[7] = tensor(type, 4, 1, 128, 128, 3, scale, zero);
    f->op_output[0] = 7;
    f->op = (nn_op){.inputs = f->inputs,
            .outputs = f->op_output,
            .input_count = 1,
            .output_count = 1};
    f->graph.op_count = 1;
}

static void float_models_take_minus_one_to_one(void **state) {
    (void)state;
    fake f;
    face_model model;
    two_outputs(&f, float_input());
    assert_int_equal(face_model_init(&model, &f.graph, NULL), 0);
    assert_true(model.low == -1 && model.high == 1);
    assert_int_equal(model.target.element, IMG_FLOAT32);
    assert_float_equal(model.target.mul, 2.0 / 255, 1e-9);
    assert_float_equal(model.target.add, -1, 1e-9);
    assert_int_equal(model.heads[0].boxes.output, 0);
    assert_int_equal(model.heads[1].scores.output, 1);
    assert_int_equal(model.heads[0].scores.first, 0);
    assert_int_equal(model.heads[1].scores.first, 512);
}

static void the_first_quantisation_tells_the_range(void **state) {
    (void)state;
    fake f;
    face_model model;
    two_outputs(&f, float_input());
    // As OpenMV ships it.
    quantise_first(&f, NN_INT8, 1.0F / 255, -128);
    assert_int_equal(face_model_init(&model, &f.graph, NULL), 0);
    assert_true(model.low == 0 && model.high == 1);
    assert_float_equal(model.target.mul, 1.0 / 255, 1e-9);
    quantise_first(&f, NN_INT8, 2.0F / 255, -1);
    assert_int_equal(face_model_init(&model, &f.graph, NULL), 0);
    assert_true(model.low == -1);
    quantise_first(&f, NN_UINT8, 2.0F / 255, 128);
    assert_int_equal(face_model_init(&model, &f.graph, NULL), 0);
    assert_true(model.low == -1);
    two_outputs(&f, tensor(NN_INT8, 4, 1, 128, 128, 3, 2.0F / 255, -1));
    assert_int_equal(face_model_init(&model, &f.graph, NULL), 0);
    assert_int_equal(model.target.element, IMG_INT8);
    assert_float_equal(model.target.mul, 1, 1e-6);
    assert_float_equal(model.target.add, -128.5, 1e-4);
    two_outputs(&f, tensor(NN_UINT8, 4, 1, 128, 128, 3, 1.0F / 255, 0));
    assert_int_equal(face_model_init(&model, &f.graph, NULL), 0);
    assert_int_equal(model.target.element, IMG_UINT8);
    assert_float_equal(model.target.mul, 1, 1e-6);
    assert_float_equal(model.target.add, 0, 1e-6);
}

static void four_outputs_come_in_any_order(void **state) {
    (void)state;
    static const int32_t sizes[4][2] = {{512, 16}, {512, 1}, {384, 1},
            {384, 16}};
    for (int order = 0; order < 24; order++) {
        // The order-th permutation.
        int left[] = {0, 1, 2, 3};
        int at[4];
        int rest = order;
        for (int k = 0; k < 4; k++) {
            int pick = rest % (4 - k);
            rest /= 4 - k;
            at[k] = left[pick];
            left[pick] = left[3 - k];
        }
        fake f;
        face_model model;
        init(&f, float_input(), 4);
        for (int k = 0; k < 4; k++) {
            f.tensors[k + 1] = head(k % 2 ? NN_INT8 : NN_FLOAT32,
                    sizes[at[k]][0], sizes[at[k]][1]);
        }
        assert_int_equal(face_model_init(&model, &f.graph, NULL), 0);
        const face_values *values[] = {&model.heads[0].boxes,
                &model.heads[0].scores, &model.heads[1].scores,
                &model.heads[1].boxes};
        for (int k = 0; k < 4; k++) {
            const face_values *v = values[at[k]];
            assert_int_equal(v->output, k);
            assert_int_equal(v->first, 0);
            assert_int_equal(v->type, k % 2 ? NN_INT8 : NN_FLOAT32);
            assert_true(v->scale == (k % 2 ? 0.5F : 1.0F));
            assert_int_equal(v->zero_point, k % 2 ? 7 : 0);
        }
    }
}

static void refused(const fake *f, const char *part) {
    face_model model;
    nn_error error = {0};
    assert_int_equal(face_model_init(&model, &f->graph, &error),
            NN_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "not a BlazeFace model"));
    if (strstr(error.text, part) == NULL) {
        fail_msg("'%s' does not say '%s'", error.text, part);
    }
}

static void other_models_are_refused(void **state) {
    (void)state;
    fake f;
    two_outputs(&f, tensor(NN_FLOAT32, 4, 1, 192, 192, 3, 0, 0));
    refused(&f, "1x128x128x3");
    two_outputs(&f, tensor(NN_FLOAT32, 3, 128, 128, 3, 0, 0, 0));
    refused(&f, "1x128x128x3");
    two_outputs(&f, float_input());
    f.graph.input_count = 2;
    refused(&f, "one input");
    two_outputs(&f, tensor(NN_INT8, 4, 1, 128, 128, 3, 0, 0));
    refused(&f, "the input is int8");
    two_outputs(&f, tensor(NN_INT16, 4, 1, 128, 128, 3, 0.1F, 0));
    refused(&f, "the input is int16");
    two_outputs(&f, float_input());
    f.tensors[2] = head(NN_FLOAT32, 895, 1);
    refused(&f, "896x16 and 896x1");
    two_outputs(&f, float_input());
    f.tensors[2] = head(NN_INT32, 896, 1);
    refused(&f, "512x16");
    two_outputs(&f, float_input());
    f.graph.output_count = 1;
    refused(&f, "512x16");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(float_models_take_minus_one_to_one),
            cmocka_unit_test(the_first_quantisation_tells_the_range),
            cmocka_unit_test(four_outputs_come_in_any_order),
            cmocka_unit_test(other_models_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
