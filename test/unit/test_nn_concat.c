// SPDX-License-Identifier: MIT
// CONCATENATION and PACK.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/engine/engine.h"
#include "nn/error.h"
#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"
#include "test/support/boxes.h"
#include "test/support/invoke.h"
#include "test/support/reference.h"

enum { MOST = 5 }; // inputs

// Inputs of the same sizes but along one axis, where PACK has one each.
typedef struct joint {
    bool packs;
    uint32_t count, axis;
    model_list in[MOST], out;
    nn_type type;
    float scale[MOST], out_scale;
    int32_t zero[MOST], out_zero;
    uint8_t *bytes[MOST];
} joint;

static void draw_shapes(joint *j, random_source *r) {
    model_list shape = boxes_shape(r, 1, j->packs ? 4 : 5);
    j->out = shape;
    int32_t last = (int32_t)shape.count - (j->packs ? 0 : 1);
    j->axis = (uint32_t)random_in(r, 0, last);
    for (uint32_t k = 0; k < j->count; k++) {
        j->in[k] = shape;
        if (!j->packs) {
            j->in[k].value[j->axis] = random_in(r, 1, 5);
        }
    }
    if (j->packs) {
        j->out.count++;
        for (uint32_t i = j->axis + 1; i < j->out.count; i++) {
            j->out.value[i] = shape.value[i - 1];
        }
        j->out.value[j->axis] = (int32_t)j->count;
        return;
    }
    j->out.value[j->axis] = 0;
    for (uint32_t k = 0; k < j->count; k++) {
        j->out.value[j->axis] += j->in[k].value[j->axis];
    }
}

static joint draw(random_source *r, bool packs, bool rescales) {
    joint j = {.packs = packs, .count = (uint32_t)random_in(r, 1, MOST)};
    draw_shapes(&j, r);
    j.type = rescales ? NN_INT8 : boxes_type(r);
    if (rescales) {
        j.out_scale = random_float(r, 0.01F, 1);
        j.out_zero = random_in(r, -128, 127);
    }
    for (uint32_t k = 0; k < j.count; k++) {
        bool same = !rescales || random_once_in(r, 3);
        j.scale[k] = same ? j.out_scale : random_float(r, 0.01F, 1);
        j.zero[k] = same ? j.out_zero : random_in(r, -128, 127);
        size_t bytes = boxes_count(j.in[k]) * nn_type_bytes(j.type);
        j.bytes[k] = test_malloc(bytes);
        random_fill(r, j.bytes[k], bytes);
    }
    return j;
}

static void *run(const joint *j) {
    model m = {0};
    model_list inputs = {.count = j->count};
    for (uint32_t k = 0; k < j->count; k++) {
        inputs.value[k] =
                model_tensor(&m, j->type, j->in[k], j->scale[k], j->zero[k]);
    }
    int y = model_tensor(&m, j->type, j->out, j->out_scale, j->out_zero);
    model_op(&m, j->packs ? nn_op_pack.code : nn_op_concatenation.code, inputs,
            LIST(y));
    if (j->packs) {
        model_int(&m, 0, (int32_t)j->count);
        model_int(&m, 1, (int32_t)j->axis - (int32_t)j->out.count);
    } else {
        model_int(&m, 0, (int32_t)j->axis);
    }
    m.inputs = inputs;
    m.outputs = LIST(y);
    return invoke(&m, (const void *const *)j->bytes);
}

// Finds the element of the output in one of the inputs.
static const uint8_t *find(const joint *j, int32_t *at, uint32_t *k) {
    int32_t place = at[j->axis];
    if (j->packs) {
        *k = (uint32_t)place;
        memmove(at + j->axis, at + j->axis + 1,
                (j->out.count - j->axis - 1) * sizeof *at);
    } else {
        for (*k = 0; place >= j->in[*k].value[j->axis]; (*k)++) {
            place -= j->in[*k].value[j->axis];
        }
        at[j->axis] = place;
    }
    return j->bytes[*k] + boxes_place(j->in[*k], at) * nn_type_bytes(j->type);
}

// TFLite's way for uint8: in float, with the reciprocal of the output's scale.
static int8_t rescaled(const joint *j, uint32_t k, int8_t q) {
    float factor = j->scale[k] * (1.0F / j->out_scale);
    float offset = (float)-j->zero[k] * factor;
    float product = (float)q * factor;
    float steps = roundf(product + offset);
    return (int8_t)reference_clamp((int64_t)steps + j->out_zero, -128, 127);
}

static void check(joint *j) {
    size_t element = nn_type_bytes(j->type);
    uint8_t *got = run(j);
    for (size_t i = 0; i < boxes_count(j->out); i++) {
        int32_t at[MODEL_LIST_MAX];
        boxes_indices(j->out, i, at);
        uint32_t k;
        const uint8_t *from = find(j, at, &k);
        if (j->scale[k] == j->out_scale && j->zero[k] == j->out_zero) {
            assert_memory_equal(got + i * element, from, element);
        } else {
            assert_int_equal((int8_t)got[i], rescaled(j, k, (int8_t)*from));
        }
    }
    free(got);
    for (uint32_t k = 0; k < j->count; k++) {
        test_free(j->bytes[k]);
    }
}

static void random_shapes(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 900; seed++) {
        random_source r = random_from(seed);
        joint j = draw(&r, seed % 3 == 1, seed % 3 == 2);
        check(&j);
    }
}

static void rescaled_by_hand(void **state) {
    (void)state;
    model m = {0};
    int a = model_tensor(&m, NN_INT8, LIST(1, 3), 0.5F, 0);
    int b = model_tensor(&m, NN_INT8, LIST(1, 3), 2, -1);
    int y = model_tensor(&m, NN_INT8, LIST(1, 6), 1, 10);
    model_op(&m, nn_op_concatenation.code, LIST(a, b), LIST(y));
    model_int(&m, 0, 1);
    m.inputs = LIST(a, b);
    m.outputs = LIST(y);
    const int8_t first[] = {1, -1, 4};
    const int8_t second[] = {-1, 4, 100};
    // halves go away from zero; 202 + 10 is cut off
    const int8_t expected[] = {11, 9, 12, 10, 20, 127};
    int8_t *got = invoke(&m, (const void *[]){first, second});
    assert_memory_equal(got, expected, sizeof expected);
    free(got);
}

static void refuse(model_list a, model_list b, model_list y, int axis,
        const char *why) {
    model m = {0};
    int first = model_tensor(&m, NN_INT8, a, 0.5F, 0);
    int second = model_tensor(&m, NN_INT8, b, 0.5F, 0);
    int out = model_tensor(&m, NN_INT8, y, 0.5F, 0);
    model_op(&m, nn_op_concatenation.code, LIST(first, second), LIST(out));
    model_int(&m, 0, axis);
    m.inputs = LIST(first, second);
    m.outputs = LIST(out);
    invoke_refused(&m, NN_ERR_INVALID, why);
}

static void broken(void **state) {
    (void)state;
    refuse(LIST(1, 2), LIST(1, 2), LIST(1, 5), 1, "do not add up");
    refuse(LIST(1, 2), LIST(2, 2), LIST(1, 4), 1, "'t0001' differs");
    refuse(LIST(1, 2), LIST(2), LIST(1, 4), 1, "'t0001' differs");
    refuse(LIST(1, 2), LIST(1, 2), LIST(1, 4), 2, "axis 2");
}

static void fused_activation(void **state) {
    (void)state;
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(2), 0.5F, 0);
    int y = model_tensor(&m, NN_INT8, LIST(2), 0.5F, 0);
    model_op(&m, nn_op_concatenation.code, LIST(x), LIST(y));
    model_byte(&m, 1, 1);
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "activation 1");
}

// What nn/fold.c asks: whether inputs can be written where they end up.
static bool contiguous(model_list in, model_list out, int axis, float scale) {
    model m = {0};
    int a = model_tensor(&m, NN_INT8, in, 0.5F, 0);
    int b = model_tensor(&m, NN_INT8, in, scale, 0);
    int y = model_tensor(&m, NN_INT8, out, 0.5F, 0);
    model_op(&m, nn_op_concatenation.code, LIST(a, b), LIST(y));
    model_int(&m, 0, axis);
    m.inputs = LIST(a, b);
    m.outputs = LIST(y);
    size_t bytes;
    const uint8_t *file = model_file(&m, &bytes);
    engine *e;
    nn_error error;
    assert_int_equal(engine_open_bytes(&e, file, bytes, NULL, &error), 0);
    const nn_graph *graph = engine_graph(e);
    bool result = nn_concat_is_contiguous(graph, &graph->ops[0]);
    engine_close(e);
    model_free(&m);
    return result;
}

static void contiguous_inputs(void **state) {
    (void)state;
    assert_true(contiguous(LIST(1, 3, 2), LIST(1, 6, 2), 1, 0.5F));
    assert_true(contiguous(LIST(3, 2), LIST(6, 2), 0, 0.5F));
    assert_true(contiguous(LIST(1, 1, 1, 5), LIST(1, 1, 1, 10), 3, 0.5F));
    assert_false(contiguous(LIST(1, 3, 2), LIST(1, 3, 4), 2, 0.5F));
    assert_false(contiguous(LIST(1, 2, 1, 5), LIST(1, 2, 1, 10), 3, 0.5F));
    assert_false(contiguous(LIST(1, 3, 2), LIST(1, 6, 2), 1, 0.25F));
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(random_shapes),
            cmocka_unit_test(rescaled_by_hand),
            cmocka_unit_test(broken),
            cmocka_unit_test(fused_activation),
            cmocka_unit_test(contiguous_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
