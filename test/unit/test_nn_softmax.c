// SPDX-License-Identifier: MIT
// SOFTMAX.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nn/error.h"
#include "nn/ops/ops.h"
#include "test/support/boxes.h"
#include "test/support/invoke.h"

static int build(model *m, model_list dims, float scale, float beta) {
    int x = model_tensor(m, NN_INT8, dims, scale, 0);
    int y = model_tensor(m, NN_INT8, dims, 1.0F / 256, -128);
    model_op(m, nn_op_softmax.code, LIST(x), LIST(y));
    model_float(m, 0, beta);
    m->inputs = LIST(x);
    m->outputs = LIST(y);
    return x;
}

static int8_t *softmax(model_list dims, float scale, float beta,
        const int8_t *image) {
    model m = {0};
    build(&m, dims, scale, beta);
    return invoke(&m, (const void *[]){image});
}

// Within two steps of the real function.
static void check(const int8_t *got, const int8_t *in, int32_t depth,
        double scale) {
    double sum = 0;
    for (int32_t c = 0; c < depth; c++) {
        sum += exp(scale * in[c]);
    }
    for (int32_t c = 0; c < depth; c++) {
        double steps = exp(scale * in[c]) / sum * 256 - 128;
        assert_true(fabs(got[c] - fmin(steps, 127)) < 2);
    }
}

static void near_the_real_function(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 400; seed++) {
        random_source r = random_from(seed);
        model_list dims = boxes_shape(&r, 1, 4);
        dims.value[dims.count - 1] = random_in(&r, 1, 40);
        float scale = exp2f(random_float(&r, -9, 0));
        float beta = random_once_in(&r, 2) ? 1 : random_float(&r, 0.5F, 3);
        size_t count = boxes_count(dims);
        int8_t *image = test_malloc(count);
        random_fill(&r, image, count);
        int8_t *got = softmax(dims, scale, beta, image);
        int32_t depth = dims.value[dims.count - 1];
        for (size_t i = 0; i < count; i += (size_t)depth) {
            check(got + i, image + i, depth, (double)scale * (double)beta);
        }
        free(got);
        test_free(image);
    }
}

// The bytes that TFLite Micro's reference kernel (90b983c2, 2026-08-20) gives,
// as FNV-1a over 256 of them.
static void same_bytes_as_reference(void **state) {
    (void)state;
    static const struct {
        float scale, beta;
        int32_t rows, depth;
        uint32_t hash;
    } cases[] = {
            {0.1F, 1, 16, 16, 0x4BFC4321},
            {0.05F, 1, 2, 128, 0x073A0EEE},
            {0.3F, 2, 64, 4, 0x113F2FA3},
            {1, 0.5F, 8, 32, 0x6D34DA5F},
    };
    int8_t image[256];
    for (int i = 0; i < 256; i++) {
        image[i] = (int8_t)((i * 73 + i / 16 * 29) % 256 - 128);
    }
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        int8_t *got = softmax(LIST(cases[k].rows, cases[k].depth),
                cases[k].scale, cases[k].beta, image);
        uint32_t h = 2166136261;
        for (int i = 0; i < 256; i++) {
            h = (h ^ (uint8_t)got[i]) * 16777619;
        }
        assert_int_equal(h, cases[k].hash);
        free(got);
    }
}

static void by_hand(void **state) {
    (void)state;
    const int8_t equal[] = {5, 5, -128, 127};
    // two halves, then all for one of two: 256/256 does not fit
    const int8_t expected[] = {0, 0, -128, 127};
    int8_t *got = softmax(LIST(2, 2), 0.1F, 1, equal);
    assert_memory_equal(got, expected, sizeof expected);
    free(got);
    // a step of 16 and more: the largest takes all, equal ones share
    const int8_t steep[] = {3, 4, 4, 4};
    const int8_t shared[] = {-128, 127, 0, 0};
    got = softmax(LIST(2, 2), 20, 1, steep);
    assert_memory_equal(got, shared, sizeof shared);
    free(got);
}

static void refuse(model_list dims, float scale, float beta, int code,
        const char *why) {
    model m = {0};
    build(&m, dims, scale, beta);
    invoke_refused(&m, code, why);
}

static void broken(void **state) {
    (void)state;
    refuse(LIST(2, 4), 0.1F, 0, NN_ERR_INVALID, "beta times the scale");
    refuse(LIST(2, 4), 0.1F, -1, NN_ERR_INVALID, "beta times the scale");
    refuse(LIST(2, 4), 0.1F, NAN, NN_ERR_INVALID, "beta times the scale");
    refuse(LIST(1, 9000), 0.1F, 1, NN_ERR_UNSUPPORTED, "9000 classes");
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(2), 0.1F, 0);
    int y = model_tensor(&m, NN_INT8, LIST(2), 1.0F / 255, -128);
    model_op(&m, nn_op_softmax.code, LIST(x), LIST(y));
    model_float(&m, 0, 1);
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    invoke_refused(&m, NN_ERR_INVALID, "1/256");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(near_the_real_function),
            cmocka_unit_test(same_bytes_as_reference),
            cmocka_unit_test(by_hand),
            cmocka_unit_test(broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
