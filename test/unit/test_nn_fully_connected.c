// SPDX-License-Identifier: MIT
// FULLY_CONNECTED.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nn/error.h"
#include "nn/ops/ops.h"
#include "test/support/invoke.h"
#include "test/support/random.h"
#include "test/support/reference.h"

enum { MAX_COUNT = 32, MAX_LENGTH = 64 };

typedef struct layer {
    model_list in_dims, out_dims;
    int32_t vectors, length, count;
    float in_scale, out_scale, scales[MAX_COUNT];
    uint32_t scale_count;
    int32_t in_zero, out_zero, activation, format;
    bool has_bias;
    int32_t bias[MAX_COUNT];
    int8_t weights[MAX_COUNT * MAX_LENGTH];
    int8_t *input;
} layer;

static void build(model *m, const layer *l) {
    int x = model_tensor(m, NN_INT8, l->in_dims, l->in_scale, l->in_zero);
    int w = model_constant(m, NN_INT8, LIST(l->count, l->length), l->scales[0],
            0, l->weights);
    if (l->scale_count > 1) {
        model_scales(m, w, 0, l->scale_count, l->scales);
    }
    int b = -1;
    if (l->has_bias) {
        b = model_constant(m, NN_INT32, LIST(l->count), 0.1F, 0, l->bias);
    }
    int y = model_tensor(m, NN_INT8, l->out_dims, l->out_scale, l->out_zero);
    model_op(m, nn_op_fully_connected.code, LIST(x, w, b), LIST(y));
    model_byte(m, 0, l->activation);
    model_byte(m, 1, l->format);
    model_byte(m, 2, l->out_dims.count > 2);
    m->inputs = LIST(x);
    m->outputs = LIST(y);
}

// With one scale for all weights the product of the scales is a float.
static double factor(const layer *l, int32_t output) {
    if (l->scale_count > 1) {
        return (double)l->in_scale * (double)l->scales[output] /
                (double)l->out_scale;
    }
    float product = l->in_scale * l->scales[0];
    return (double)product / (double)l->out_scale;
}

static void check(const layer *l) {
    model m = {0};
    build(&m, l);
    int8_t *got = invoke(&m, (const void *[]){l->input});
    for (int32_t at = 0; at < l->vectors * l->count; at++) {
        int32_t output = at % l->count;
        const int8_t *x = l->input + (size_t)(at / l->count * l->length);
        const int8_t *w = l->weights + (size_t)(output * l->length);
        int64_t sum = l->has_bias ? l->bias[output] : 0;
        for (int32_t i = 0; i < l->length; i++) {
            sum += (int64_t)(x[i] - l->in_zero) * w[i];
        }
        int64_t value = reference_scale(sum, factor(l, output));
        assert_int_equal(got[at],
                reference_store(value, l->out_scale, l->out_zero,
                        l->activation));
    }
    free(got);
}

// Vectors as a list, as pixels that keep their place or are listed, or an
// image that is one vector.
static void draw_shapes(layer *l, random_source *r) {
    int32_t h = random_in(r, 1, 5);
    int32_t w = random_in(r, 1, 5);
    l->length = random_in(r, 1, MAX_LENGTH);
    l->count = random_in(r, 1, MAX_COUNT);
    l->vectors = h * w;
    l->in_dims = LIST(1, h, w, l->length);
    l->out_dims = LIST(1, h, w, l->count);
    switch (random_in(r, 0, 3)) {
    case 0:
        l->in_dims = LIST(l->vectors, l->length);
        l->out_dims = LIST(l->vectors, l->count);
        break;
    case 1:
        l->out_dims = LIST(l->vectors, l->count);
        break;
    case 2:
        l->vectors = 1;
        l->length = h * w * 2;
        l->in_dims = LIST(1, h, w, 2);
        l->out_dims = LIST(1, l->count);
        break;
    default:
        break;
    }
}

static void random_layers(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 300; seed++) {
        random_source r = random_from(seed);
        layer l = {0};
        draw_shapes(&l, &r);
        l.in_scale = random_float(&r, 0.004F, 0.1F);
        l.out_scale = random_float(&r, 0.004F, 0.3F);
        l.in_zero = random_in(&r, -128, 127);
        l.out_zero = random_in(&r, -128, 127);
        l.activation = random_in(&r, 0, 3);
        l.has_bias = random_once_in(&r, 2);
        l.scale_count = random_once_in(&r, 2) ? 1 : (uint32_t)l.count;
        for (int32_t i = 0; i < l.count; i++) {
            l.scales[i] = random_float(&r, 0.001F, 0.05F);
            l.bias[i] = random_in(&r, -4000, 4000);
        }
        size_t bytes = (size_t)(l.vectors * l.length);
        l.input = test_malloc(bytes);
        random_fill(&r, l.input, bytes);
        random_fill(&r, l.weights, sizeof l.weights);
        check(&l);
        test_free(l.input);
    }
}

static layer by_hand(int8_t *input) {
    return (layer){.in_dims = LIST(1, 2),
            .out_dims = LIST(1, 2),
            .vectors = 1,
            .length = 2,
            .count = 2,
            .in_scale = 0.5F,
            .out_scale = 1,
            .scales = {1},
            .scale_count = 1,
            .in_zero = 1,
            .out_zero = -3,
            .has_bias = true,
            .bias = {7, 0},
            .weights = {2, 3, -1, 4},
            .input = input};
}

static void hand_computed(void **state) {
    (void)state;
    int8_t input[] = {5, -1};
    layer l = by_hand(input);
    model m = {0};
    build(&m, &l);
    // (4 * 2 - 2 * 3 + 7) / 2 = 4.5 and (-4 - 8) / 2 = -6, both - 3
    int8_t *got = invoke(&m, (const void *[]){input});
    assert_int_equal(got[0], 2);
    assert_int_equal(got[1], -9);
    free(got);
}

// Scales whose product, left in double, would give 34.
static void product_of_floats(void **state) {
    (void)state;
    int8_t input[2] = {1, 1};
    layer l = by_hand(input); // whose zero point is 1: the bias alone counts
    l.in_scale = 0.01657F;
    l.scales[0] = 0.0431560054F;
    l.out_scale = 0.132235005F;
    l.out_zero = 0;
    l.bias[0] = 6379;
    model m = {0};
    build(&m, &l);
    int8_t *got = invoke(&m, (const void *[]){input});
    assert_int_equal(got[0], 35);
    free(got);
}

static void refused(void **state) {
    (void)state;
    int8_t input[2] = {0};
    const layer sound = by_hand(input);
    layer l = sound;
    model m = {0};
    l.in_dims = LIST(1, 3);
    build(&m, &l);
    invoke_refused(&m, NN_ERR_INVALID, "3 numbers are no vectors of 2");
    l = sound;
    l.out_dims = LIST(1, 3);
    build(&m, &l);
    invoke_refused(&m, NN_ERR_INVALID, "not 1 vectors of 2");
    l = sound;
    l.out_dims = LIST(2, 2);
    build(&m, &l);
    invoke_refused(&m, NN_ERR_INVALID, "not 1 vectors of 2");
    l = sound;
    l.format = 1;
    build(&m, &l);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "shuffled");
    l = sound;
    l.activation = 5;
    build(&m, &l);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "activation 5");
    build(&m, &sound);
    m.tensors[1].dims = LIST(2, 2, 1);
    invoke_refused(&m, NN_ERR_INVALID, "3 dimensions instead of 2");
    build(&m, &sound);
    m.tensors[2].type = NN_FLOAT32;
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "float32");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(hand_computed),
            cmocka_unit_test(random_layers),
            cmocka_unit_test(product_of_floats),
            cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
