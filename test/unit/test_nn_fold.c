// SPDX-License-Identifier: MIT
// Which PADs another operator does on the way, and that no byte changes.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nn/ops/ops.h"
#include "test/support/model.h"
#include "test/support/rig.h"

// Loads the model, counts folded operators and compares whole and streamed
// runs with the plain evaluation. Frees the model.
static void expect_folded(model *m, uint32_t count) {
    rig r;
    evaluation right;
    nn_error error;
    size_t bytes;
    const uint8_t *file = model_file(m, &bytes);
    if (rig_open(&r, file, bytes, &error)) {
        fail_msg("%s", error.text);
    }
    uint32_t folded = 0;
    for (uint32_t i = 0; i < r.graph.op_count; i++) {
        folded += r.graph.ops[i].folded;
    }
    assert_int_equal(folded, count);
    rig_fill(&r, 7);
    const uint8_t *inputs[] = {r.data[0], r.data[1]};
    assert_int_equal(evaluate(&right, file, bytes, inputs, &error), 0);
    for (int whole = 0; whole < 2; whole++) {
        assert_int_equal(rig_plan(&r, &(nn_plan_options){.whole = whole},
                                 &error),
                0);
        rig_start(&r, &right);
        assert_int_equal(rig_run(&r, &error), 0);
        assert_true(rig_check(&r));
    }
    evaluation_free(&right);
    rig_close(&r);
    model_free(m);
}

static int image(model *m, int32_t h, int32_t w, int32_t c) {
    return model_tensor(m, NN_INT8, LIST(1, h, w, c), 0.1F, -5);
}

// PAD of x by before and after on each of four axes.
static int pad(model *m, int x, const int32_t amount[8]) {
    const model_list sizes = m->tensors[x].dims;
    const int32_t *dim = sizes.value;
    int y = model_tensor(m, NN_INT8,
            LIST(dim[0] + amount[0] + amount[1], dim[1] + amount[2] + amount[3],
                    dim[2] + amount[4] + amount[5],
                    dim[3] + amount[6] + amount[7]),
            0.1F, -5);
    int paddings = model_constant(m, NN_INT32, LIST(4, 2), 0, 0, amount);
    model_op(m, nn_op_pad.code, LIST(x, paddings), LIST(y));
    return y;
}

static const int32_t channels[8] = {0, 0, 0, 0, 0, 0, 1, 2};
static const int32_t edges[8] = {0, 0, 1, 2, 2, 0, 0, 0};

static int add(model *m, int a, int b) {
    const model_list sizes = m->tensors[a].dims;
    const int32_t *dim = sizes.value;
    int y = model_tensor(m, NN_INT8, LIST(dim[0], dim[1], dim[2], dim[3]), 0.2F,
            9);
    model_op(m, nn_op_add.code, LIST(a, b), LIST(y));
    return y;
}

static int conv(model *m, int x, int32_t size, int32_t stride,
        int32_t padding) {
    int8_t weights[300];
    const model_list sizes = m->tensors[x].dims;
    const int32_t *dim = sizes.value;
    for (int i = 0; i < 300; i++) {
        weights[i] = (int8_t)(i * 37 % 255 - 127);
    }
    int filter = model_constant(m, NN_INT8, LIST(3, size, size, dim[3]), 0.01F,
            0, weights);
    int32_t h = padding ? (dim[1] - size) / stride + 1
                        : (dim[1] + stride - 1) / stride;
    int32_t w = padding ? (dim[2] - size) / stride + 1
                        : (dim[2] + stride - 1) / stride;
    int y = model_tensor(m, NN_INT8, LIST(1, h, w, 3), 0.2F, 9);
    model_op(m, nn_op_conv_2d.code, LIST(x, filter, -1), LIST(y));
    model_byte(m, 0, padding);
    model_int(m, 1, stride), model_int(m, 2, stride);
    return y;
}

static int depthwise(model *m, int x, int32_t size) {
    int8_t weights[300];
    float scales[8];
    const model_list sizes = m->tensors[x].dims;
    const int32_t *dim = sizes.value;
    for (int i = 0; i < 300; i++) {
        weights[i] = (int8_t)(i * 53 % 255 - 127);
    }
    for (int i = 0; i < 8; i++) {
        scales[i] = 0.01F + 0.001F * (float)i;
    }
    int filter = model_constant(m, NN_INT8, LIST(1, size, size, dim[3]), 0.01F,
            0, weights);
    model_scales(m, filter, 3, (uint32_t)dim[3], scales);
    int y = model_tensor(m, NN_INT8,
            LIST(1, dim[1] - size + 1, dim[2] - size + 1, dim[3]), 0.2F, 9);
    model_op(m, nn_op_depthwise_conv_2d.code, LIST(x, filter, -1), LIST(y));
    model_byte(m, 0, 1);
    model_int(m, 1, 1), model_int(m, 2, 1), model_int(m, 3, 1);
    return y;
}

enum { SAME, VALID };

static void test_channels_into_add(void **state) {
    (void)state;
    for (int second = 0; second < 2; second++) {
        model m = {0};
        int x = image(&m, 5, 4, 3);
        int big = image(&m, 5, 4, 6);
        int padded = pad(&m, x, channels);
        m.inputs = LIST(x, big);
        m.outputs = LIST(second ? add(&m, big, padded) : add(&m, padded, big));
        expect_folded(&m, 1);
    }
}

static void test_channels_into_two_adds(void **state) {
    (void)state;
    model m = {0};
    int x = image(&m, 5, 4, 3);
    int big = image(&m, 5, 4, 6);
    int padded = pad(&m, x, channels);
    int once = add(&m, padded, big);
    m.inputs = LIST(x, big);
    m.outputs = LIST(once, add(&m, once, padded));
    expect_folded(&m, 1);
}

// Of two, one is left: without it the other's sizes would be nowhere.
static void test_two_pads_into_one_add(void **state) {
    (void)state;
    model m = {0};
    int x = image(&m, 5, 4, 3);
    int y = image(&m, 5, 4, 3);
    m.inputs = LIST(x, y);
    int a = pad(&m, x, channels);
    int b = pad(&m, y, channels);
    m.outputs = LIST(add(&m, a, b));
    expect_folded(&m, 1);
}

static void test_channels_that_stay(void **state) {
    (void)state;
    // an output of the model, a sum with itself, another reader, a broadcast
    for (int way = 0; way < 4; way++) {
        model m = {0};
        int x = image(&m, 5, 4, 3);
        int big = image(&m, 5, 4, way == 3 ? 1 : 6);
        int padded = pad(&m, x, channels);
        m.inputs = LIST(x, big);
        int sum = add(&m, padded, way == 1 ? padded : big);
        m.outputs = LIST(sum);
        if (way == 0) {
            m.outputs = LIST(sum, padded);
        } else if (way == 2) {
            int more = image(&m, 5, 4, 6);
            model_op(&m, nn_op_maximum.code, LIST(padded, big), LIST(more));
            m.outputs = LIST(sum, more);
        }
        expect_folded(&m, 0);
    }
}

static void test_edges_into_convolutions(void **state) {
    (void)state;
    for (int32_t stride = 1; stride < 4; stride++) {
        for (int32_t size = 1; size < 6; size++) {
            model m = {0};
            int x = image(&m, 9, 7, 3);
            int padded = pad(&m, x, edges);
            m.inputs = LIST(x);
            m.outputs = LIST(conv(&m, padded, size, stride, VALID),
                    conv(&m, padded, size, stride, SAME),
                    depthwise(&m, padded, size));
            expect_folded(&m, 1);
        }
    }
}

static void test_edges_that_stay(void **state) {
    (void)state;
    const int32_t both[8] = {0, 0, 1, 1, 0, 0, 0, 1};
    for (int way = 0; way < 3; way++) {
        model m = {0};
        int x = image(&m, 6, 5, 3);
        int padded = pad(&m, x, way == 0 ? both : edges);
        m.inputs = LIST(x);
        m.outputs = LIST(conv(&m, padded, 3, 1, VALID));
        if (way == 1) {
            m.outputs = LIST(m.outputs.value[0], padded);
        } else if (way == 2) {
            m.outputs = LIST(m.outputs.value[0], add(&m, padded, padded));
        }
        expect_folded(&m, 0);
    }
}

// PADV2 says with what it fills.
static void test_only_zero_is_folded(void **state) {
    (void)state;
    for (int right = 0; right < 2; right++) {
        model m = {0};
        const int8_t value = right ? -5 : -4;
        int x = image(&m, 6, 5, 3);
        int padded = image(&m, 9, 7, 3);
        int paddings = model_constant(&m, NN_INT32, LIST(4, 2), 0, 0, edges);
        int fill = model_constant(&m, NN_INT8, LIST(1), 0.1F, -5, &value);
        model_op(&m, nn_op_padv2.code, LIST(x, paddings, fill), LIST(padded));
        m.inputs = LIST(x);
        m.outputs = LIST(conv(&m, padded, 3, 1, VALID));
        expect_folded(&m, right ? 1 : 0);
    }
}

// A PAD behind a PAD: the inner one has only PAD for a reader.
static void test_pads_in_a_row(void **state) {
    (void)state;
    model m = {0};
    int x = image(&m, 6, 5, 3);
    int padded = pad(&m, pad(&m, x, edges), edges);
    m.inputs = LIST(x);
    m.outputs = LIST(conv(&m, padded, 3, 2, VALID));
    expect_folded(&m, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_channels_into_add),
            cmocka_unit_test(test_channels_into_two_adds),
            cmocka_unit_test(test_two_pads_into_one_add),
            cmocka_unit_test(test_channels_that_stay),
            cmocka_unit_test(test_edges_into_convolutions),
            cmocka_unit_test(test_edges_that_stay),
            cmocka_unit_test(test_only_zero_is_folded),
            cmocka_unit_test(test_pads_in_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
