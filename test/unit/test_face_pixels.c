// SPDX-License-Identifier: MIT
// Which real values a model's input takes for black and white.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "face/pixels.h"

// A model of one input tensor, maybe behind a QUANTIZE into the second.
typedef struct tiny {
    nn_tensor tensors[2];
    uint16_t inputs[1], from[1], to[1];
    nn_op op;
    nn_graph graph;
} tiny;

static void make(tiny *t, nn_type type, float scale, int32_t zero) {
    memset(t, 0, sizeof(*t));
    t->tensors[0] = (nn_tensor){.rank = 4,
            .dim = {1, 24, 32, 3},
            .type = (uint8_t)type,
            .scale = scale,
            .zero_point = zero,
            .scale_count = type != NN_FLOAT32};
    t->to[0] = 1;
    t->op = (nn_op){.inputs = t->from,
            .outputs = t->to,
            .input_count = 1,
            .output_count = 1};
    t->graph = (nn_graph){.tensors = t->tensors,
            .ops = &t->op,
            .inputs = t->inputs,
            .tensor_count = 2,
            .op_count = 1,
            .input_count = 1};
}

static void expect(const tiny *t, float low, float high) {
    float got_low;
    float got_high;
    face_pixels_range(&t->graph, 0, &got_low, &got_high);
    assert_float_equal(got_low, low, 1e-3);
    assert_float_equal(got_high, high, 1e-3);
}

static void usual_ranges_are_recognised(void **state) {
    (void)state;
    tiny t;
    make(&t, NN_INT8, 1.0F / 255, -128);
    expect(&t, 0, 1);
    make(&t, NN_UINT8, 1.0F / 255, 0);
    expect(&t, 0, 1);
    make(&t, NN_INT8, 0.0078125F, 0);
    expect(&t, -1, 1);
    make(&t, NN_INT8, 0.00784314F, -1);
    expect(&t, -1, 1);
    make(&t, NN_UINT8, 1, 0);
    expect(&t, 0, 255);
    make(&t, NN_INT8, 1, 0);
    expect(&t, -128, 127);
    // Standardised pixels, say: what can be told apart is what is there.
    make(&t, NN_INT8, 0.0186F, -14);
    expect(&t, -114 * 0.0186F, 141 * 0.0186F);
    // Not quantised at all.
    make(&t, NN_FLOAT32, 0, 0);
    expect(&t, 0, 1);
    // Or only behind a QUANTIZE.
    t.tensors[1] =
            (nn_tensor){.type = NN_INT8, .scale = 2.0F / 255, .scale_count = 1};
    expect(&t, -1, 1);
}

static void elements_follow(void **state) {
    (void)state;
    tiny t;
    make(&t, NN_INT8, 2.0F / 255, -1);
    img_target target;
    assert_true(face_pixels_target(&target, &t.tensors[0], -1, 1));
    assert_true(target.width == 32 && target.height == 24 &&
            target.channels == 3 && target.element == IMG_INT8);
    assert_float_equal(target.mul, 1, 1e-6);
    assert_float_equal(target.add, -128.5, 1e-5);
    make(&t, NN_FLOAT32, 0, 0);
    assert_true(face_pixels_target(&target, &t.tensors[0], 0, 1));
    assert_true(target.element == IMG_FLOAT32);
    assert_float_equal(target.mul, 1.0 / 255, 1e-9);
}

static void other_tensors_are_no_images(void **state) {
    (void)state;
    tiny t;
    img_target target;
    make(&t, NN_INT8, 1, 0);
    t.tensors[0].rank = 2;
    assert_false(face_pixels_target(&target, &t.tensors[0], 0, 1));
    make(&t, NN_INT8, 1, 0);
    t.tensors[0].dim[3] = 2;
    assert_false(face_pixels_target(&target, &t.tensors[0], 0, 1));
    make(&t, NN_INT8, 1, 0);
    t.tensors[0].dim[0] = 2;
    assert_false(face_pixels_target(&target, &t.tensors[0], 0, 1));
    make(&t, NN_INT16, 1, 0);
    assert_false(face_pixels_target(&target, &t.tensors[0], 0, 1));
    make(&t, NN_INT8, 0, 0);
    assert_false(face_pixels_target(&target, &t.tensors[0], 0, 1));
    make(&t, NN_INT8, 1, 0);
    t.tensors[0].dim[1] = IMG_MAX_SIDE + 1;
    assert_false(face_pixels_target(&target, &t.tensors[0], 0, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(usual_ranges_are_recognised),
            cmocka_unit_test(elements_follow),
            cmocka_unit_test(other_tensors_are_no_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
