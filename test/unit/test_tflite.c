// SPDX-License-Identifier: MIT
// The editable model: reading, writing and folding .tflite files.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/inspect/naive.h"
#include "host/tflite/fold.h"
#include "host/tflite/model.h"
#include "test/support/graph.h"
#include "test/support/model.h"

// A small float model: x + half-precision weights in a convolution behind
// DEQUANTIZE, then RELU, then RESHAPE.
static void make_float(model *m) {
    static const uint16_t one[4] = {0x3C00, 0x3C00, 0xC000, 0x3800};
    static const uint16_t bias[2] = {0, 0x4200};
    int x = model_tensor(m, NN_FLOAT32, LIST(1, 2, 2, 2), 0, 0);
    int w16 = model_constant(m, NN_FLOAT16, LIST(2, 1, 1, 2), 0, 0, one);
    int w = model_tensor(m, NN_FLOAT32, LIST(2, 1, 1, 2), 0, 0);
    int b16 = model_constant(m, NN_FLOAT16, LIST(2), 0, 0, bias);
    int b = model_tensor(m, NN_FLOAT32, LIST(2), 0, 0);
    int y = model_tensor(m, NN_FLOAT32, LIST(1, 2, 2, 2), 0, 0);
    int z = model_tensor(m, NN_FLOAT32, LIST(1, 2, 2, 2), 0, 0);
    int flat = model_tensor(m, NN_FLOAT32, LIST(1, 8), 0, 0);
    model_op(m, TFL_DEQUANTIZE, LIST(w16), LIST(w));
    model_op(m, TFL_DEQUANTIZE, LIST(b16), LIST(b));
    model_op(m, TFL_CONV_2D, LIST(x, w, b), LIST(y));
    model_byte(m, 0, 1);
    model_int(m, 1, 1);
    model_int(m, 2, 1);
    model_op(m, TFL_RELU, LIST(y), LIST(z));
    model_op(m, TFL_RESHAPE, LIST(z), LIST(flat));
    model_int_vector(m, 0, LIST(1, -1));
    m->inputs = LIST(x);
    m->outputs = LIST(flat);
}

static void read_back(tfl_model *out, model *m) {
    size_t bytes;
    nn_error error;
    const uint8_t *file = model_file(m, &bytes);
    assert_int_equal(tfl_read(out, file, bytes, &error), 0);
    model_free(m);
}

static void reads_what_is_there(void **state) {
    (void)state;
    model m = {0};
    tfl_model t;
    make_float(&m);
    read_back(&t, &m);
    assert_int_equal(t.op_count, 5);
    assert_int_equal(t.tensor_count, 8);
    assert_int_equal(t.ops[2].code, TFL_CONV_2D);
    assert_int_equal(t.ops[2].origin, 2);
    assert_int_equal(t.ops[2].fields[0].number, 1);
    assert_int_equal(t.ops[4].fields[0].count, 2);
    assert_int_equal(t.ops[4].fields[0].list[1], -1);
    const tfl_tensor *weights = &t.tensors[t.ops[0].inputs[0]];
    assert_int_equal(weights->type, NN_FLOAT16);
    assert_int_equal(weights->bytes, 8);
    assert_int_equal(((const uint16_t *)weights->data)[2], 0xC000);
    assert_true(tfl_is_output(&t, t.ops[4].outputs[0]));
    tfl_free(&t);
}

// Writing what was read gives a file that reads the same, and writing that
// gives the same bytes.
static void assert_round_trip(const uint8_t *file, size_t bytes) {
    tfl_model a;
    tfl_model b;
    nn_error error;
    uint8_t *first;
    uint8_t *second;
    size_t first_bytes;
    size_t second_bytes;
    assert_int_equal(tfl_read(&a, file, bytes, &error), 0);
    assert_int_equal(tfl_write(&a, "", &first, &first_bytes, &error), 0);
    assert_int_equal(tfl_read(&b, first, first_bytes, &error), 0);
    assert_int_equal(tfl_write(&b, "", &second, &second_bytes, &error), 0);
    assert_int_equal(a.op_count, b.op_count);
    for (uint32_t k = 0; k < a.op_count; k++) {
        assert_int_equal(a.ops[k].code, b.ops[k].code);
        assert_int_equal(a.ops[k].input_count, b.ops[k].input_count);
        for (uint32_t f = 0; f < TFL_MAX_FIELDS; f++) {
            assert_int_equal(a.ops[k].fields[f].present,
                    b.ops[k].fields[f].present);
            assert_int_equal(a.ops[k].fields[f].number,
                    b.ops[k].fields[f].number);
        }
    }
    assert_int_equal(first_bytes, second_bytes);
    assert_memory_equal(first, second, first_bytes);
    free(first);
    free(second);
    tfl_free(&a);
    tfl_free(&b);
}

static void writes_what_it_read(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 40; seed++) {
        model m = {0};
        graph_options options = graph_draw(seed);
        size_t bytes;
        graph_make(&m, seed, &options);
        const uint8_t *file = model_file(&m, &bytes);
        assert_round_trip(file, bytes);
        model_free(&m);
    }
}

// Any bytes are safe to read; what can be read can be written.
static void survives_damage(void **state) {
    (void)state;
    model m = {0};
    size_t bytes;
    random_source r = random_from(7);
    make_float(&m);
    const uint8_t *file = model_file(&m, &bytes);
    uint8_t *copy = malloc(bytes);
    uint32_t readable = 0;
    for (uint32_t round = 0; round < 20000; round++) {
        tfl_model t;
        nn_error error = {0};
        uint8_t *out;
        size_t out_bytes;
        memcpy(copy, file, bytes);
        for (int k = random_in(&r, 1, 3); k > 0; k--) {
            copy[random_bits(&r) % bytes] = (uint8_t)random_bits(&r);
        }
        size_t cut = random_once_in(&r, 4) ? random_bits(&r) % bytes : bytes;
        if (tfl_read(&t, copy, cut, &error)) {
            assert_int_not_equal(error.code, 0);
            assert_true(strlen(error.text) > 0);
            continue;
        }
        readable++;
        if (!tfl_fold_constants(&t, &error)) {
            tfl_fold_activations(&t);
            assert_int_equal(tfl_write(&t, "", &out, &out_bytes, &error), 0);
            free(out);
        }
        tfl_free(&t);
    }
    assert_true(readable > 1000);
    free(copy);
    model_free(&m);
}

static void folds_weights_and_activations(void **state) {
    (void)state;
    model m = {0};
    tfl_model t;
    nn_error error;
    make_float(&m);
    read_back(&t, &m);
    assert_int_equal(tfl_fold_constants(&t, &error), 0);
    assert_int_equal(t.op_count, 3);
    tfl_fold_activations(&t);
    assert_int_equal(t.op_count, 2);
    assert_int_equal(t.ops[0].code, TFL_CONV_2D);
    assert_int_equal(t.ops[0].fields[3].number, TFL_ACT_RELU);
    assert_int_equal(t.ops[0].origin, 2);
    assert_int_equal(t.ops[1].inputs[0], t.ops[0].outputs[0]);
    const tfl_tensor *weights = &t.tensors[t.ops[0].inputs[1]];
    const float expected[4] = {1, 1, -2, 0.5F};
    assert_int_equal(weights->type, NN_FLOAT32);
    assert_memory_equal(weights->data, expected, sizeof expected);
    tfl_free(&t);
}

// A RELU whose input others read as well must stay.
static void keeps_activations_of_shared_tensors(void **state) {
    (void)state;
    model m = {0};
    tfl_model t;
    int x = model_tensor(&m, NN_FLOAT32, LIST(4), 0, 0);
    int y = model_tensor(&m, NN_FLOAT32, LIST(4), 0, 0);
    int z = model_tensor(&m, NN_FLOAT32, LIST(4), 0, 0);
    model_op(&m, TFL_ADD, LIST(x, x), LIST(y));
    model_byte(&m, 0, TFL_ACT_NONE);
    model_op(&m, TFL_RELU, LIST(y), LIST(z));
    m.inputs = LIST(x);
    m.outputs = LIST(y, z);
    read_back(&t, &m);
    tfl_fold_activations(&t);
    assert_int_equal(t.op_count, 2);
    tfl_free(&t);
}

static void widens_half_precision(void **state) {
    (void)state;
    assert_true(tfl_half_to_float(0x3C00) == 1.0F);
    assert_true(tfl_half_to_float(0xC500) == -5.0F);
    assert_true(tfl_half_to_float(0x0001) == 0x1p-24F);
    assert_true(tfl_half_to_float(0x83FF) == -1023 * 0x1p-24F);
    assert_true(tfl_half_to_float(0x7BFF) == 65504.0F);
    assert_true(tfl_half_to_float(0x7C00) > 3e38F);
    float nan = tfl_half_to_float(0x7E00);
    assert_true(nan != nan);
}

// Three images at once while the last is made; one of them is read twice, one
// by nothing, and a constant is none.
static void naive_memory(void **state) {
    (void)state;
    static const float ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    model m = {0};
    tfl_model t;
    nn_error error;
    uint32_t bytes;
    int x = model_tensor(&m, NN_FLOAT32, LIST(1, 2, 2, 2), 0, 0);
    int w = model_constant(&m, NN_FLOAT32, LIST(1, 2, 2, 2), 0, 0, ones);
    int y = model_tensor(&m, NN_FLOAT32, LIST(1, 2, 2, 2), 0, 0);
    int unread = model_tensor(&m, NN_FLOAT32, LIST(1, 2, 2, 2), 0, 0);
    int z = model_tensor(&m, NN_FLOAT32, LIST(1, 2, 2, 2), 0, 0);
    int last = model_tensor(&m, NN_FLOAT32, LIST(1, 2, 2, 2), 0, 0);
    model_op(&m, TFL_ADD, LIST(x, w), LIST(y));
    model_op(&m, TFL_ADD, LIST(x, w), LIST(unread));
    model_op(&m, TFL_ADD, LIST(y, y), LIST(z));
    model_op(&m, TFL_ADD, LIST(z, w), LIST(last));
    m.inputs = LIST(x);
    m.outputs = LIST(last);
    read_back(&t, &m);
    assert_int_equal(inspect_naive_bytes(&t, &bytes, &error), 0);
    assert_int_equal(bytes, 3 * 32);
    tfl_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(reads_what_is_there),
            cmocka_unit_test(writes_what_it_read),
            cmocka_unit_test(survives_damage),
            cmocka_unit_test(folds_weights_and_activations),
            cmocka_unit_test(keeps_activations_of_shared_tensors),
            cmocka_unit_test(widens_half_precision),
            cmocka_unit_test(naive_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
