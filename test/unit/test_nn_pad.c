// SPDX-License-Identifier: MIT
// PAD, PADV2 and MIRROR_PAD.

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

enum { REFLECT, SYMMETRIC };

static int pairs(model *m, const int32_t *numbers, uint32_t count) {
    return model_constant(m, NN_INT32, LIST((int32_t)count, 2), 0, 0, numbers);
}

// Pads an image of 1 x 2 x 2 x 1, numbers 1 to 4, zero point -5.
static int8_t *pad_image(const nn_op_def *def, const int32_t *sizes,
        model_list out, int mode) {
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(1, 2, 2, 1), 0.5F, -5);
    int p = pairs(&m, sizes, 4);
    int y = model_tensor(&m, NN_INT8, out, 0.5F, -5);
    model_op(&m, def->code, LIST(x, p), LIST(y));
    model_byte(&m, 0, mode);
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    static const int8_t image[] = {1, 2, 3, 4};
    return invoke(&m, (const void *[]){image});
}

static void zero_point_by_hand(void **state) {
    (void)state;
    const int32_t space[] = {0, 0, 1, 0, 0, 2, 0, 0};
    const int8_t framed[] = {-5, -5, -5, -5, 1, 2, -5, -5, 3, 4, -5, -5};
    int8_t *got = pad_image(&nn_op_pad, space, LIST(1, 3, 4, 1), 0);
    assert_memory_equal(got, framed, sizeof framed);
    free(got);
    const int32_t channels[] = {0, 0, 0, 0, 0, 0, 1, 1};
    const int8_t wide[] = {-5, 1, -5, -5, 2, -5, -5, 3, -5, -5, 4, -5};
    got = pad_image(&nn_op_pad, channels, LIST(1, 2, 2, 3), 0);
    assert_memory_equal(got, wide, sizeof wide);
    free(got);
}

static void mirrors_by_hand(void **state) {
    (void)state;
    const int32_t one[] = {0, 0, 1, 0, 0, 1, 0, 0};
    const int8_t reflected[] = {3, 4, 3, 1, 2, 1, 3, 4, 3};
    int8_t *got = pad_image(&nn_op_mirror_pad, one, LIST(1, 3, 3, 1), REFLECT);
    assert_memory_equal(got, reflected, sizeof reflected);
    free(got);
    const int32_t two[] = {0, 0, 2, 0, 0, 2, 0, 0};
    const int8_t repeated[] = {3, 4, 4, 3, 1, 2, 2, 1, 1, 2, 2, 1, 3, 4, 4, 3};
    got = pad_image(&nn_op_mirror_pad, two, LIST(1, 4, 4, 1), SYMMETRIC);
    assert_memory_equal(got, repeated, sizeof repeated);
    free(got);
}

// The input's index that output index i shows, -1 for padding. steps walks
// from the first index towards i, turning at the edges.
static int32_t source(const nn_op_def *def, int32_t i, int32_t before,
        int32_t size, int mode) {
    int32_t j = i - before;
    if (j >= 0 && j < size) {
        return j;
    }
    if (def != &nn_op_mirror_pad) {
        return -1;
    }
    int32_t distance = j < 0 ? -j : j - size + 1; // from the edge, 1 or more
    int32_t inwards = mode == REFLECT ? distance : distance - 1;
    return j < 0 ? inwards : size - 1 - inwards;
}

typedef struct padding {
    const nn_op_def *def;
    model_list in, out;
    int32_t sizes[12];
    nn_type type;
    int mode;
    uint8_t value[8];
    int32_t zero;
} padding;

static padding draw(const nn_op_def *def, random_source *r) {
    padding p = {.def = def, .in = boxes_shape(r, 1, 5)};
    p.type = boxes_type(r);
    p.mode = random_in(r, REFLECT, SYMMETRIC);
    p.out = p.in;
    for (uint32_t i = 0; i < p.in.count; i++) {
        int32_t most = 3;
        if (def == &nn_op_mirror_pad) {
            most = p.in.value[i] - (p.mode == REFLECT);
        }
        for (uint32_t side = 0; side < 2; side++) {
            int32_t size = random_once_in(r, 2) ? random_in(r, 0, most) : 0;
            p.sizes[2 * i + side] = size;
            p.out.value[i] += size;
        }
    }
    if (def == &nn_op_padv2) {
        random_fill(r, p.value, sizeof p.value);
    } else if (p.type == NN_INT8) {
        p.zero = random_in(r, -128, 127);
        p.value[0] = (uint8_t)p.zero;
    }
    return p;
}

static void check(const padding *p, random_source *r) {
    model m = {0};
    float scale = p->type == NN_INT8 ? 0.25F : 0;
    int x = model_tensor(&m, p->type, p->in, scale, p->zero);
    int sizes = pairs(&m, p->sizes, p->in.count);
    int y = model_tensor(&m, p->type, p->out, scale, p->zero);
    int value = model_constant(&m, p->type, LIST(1), scale, p->zero, p->value);
    model_list inputs = LIST(x, sizes, value);
    inputs.count = p->def == &nn_op_padv2 ? 3 : 2;
    model_op(&m, p->def->code, inputs, LIST(y));
    model_byte(&m, 0, p->mode);
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    size_t element = nn_type_bytes(p->type);
    uint8_t *image = test_malloc(boxes_count(p->in) * element);
    random_fill(r, image, boxes_count(p->in) * element);
    uint8_t *got = invoke(&m, (const void *[]){image});
    for (size_t place = 0; place < boxes_count(p->out); place++) {
        int32_t at[MODEL_LIST_MAX];
        boxes_indices(p->out, place, at);
        bool inside = true;
        for (uint32_t i = 0; i < p->in.count; i++) {
            at[i] = source(p->def, at[i], p->sizes[2 * i], p->in.value[i],
                    p->mode);
            inside = inside && at[i] >= 0;
        }
        const uint8_t *expected = p->value;
        if (inside) {
            expected = image + boxes_place(p->in, at) * element;
        }
        assert_memory_equal(got + place * element, expected, element);
    }
    free(got);
    test_free(image);
}

static void random_shapes(void **state) {
    (void)state;
    const nn_op_def *defs[] = {&nn_op_pad, &nn_op_padv2, &nn_op_mirror_pad};
    for (uint32_t seed = 0; seed < 900; seed++) {
        random_source r = random_from(seed);
        padding p = draw(defs[seed % 3], &r);
        check(&p, &r);
    }
}

static void refuse(const nn_op_def *def, const int32_t *sizes, model_list out,
        const char *why) {
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(1, 2, 2, 1), 0.5F, 0);
    int p = pairs(&m, sizes, 4);
    int y = model_tensor(&m, NN_INT8, out, 0.5F, 0);
    model_op(&m, def->code, LIST(x, p), LIST(y));
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    invoke_refused(&m, NN_ERR_INVALID, why);
}

static void bad_sizes(void **state) {
    (void)state;
    const int32_t negative[] = {0, 0, -1, 0, 0, 0, 0, 0};
    refuse(&nn_op_pad, negative, LIST(1, 1, 2, 1), "negative");
    const int32_t one[] = {0, 0, 1, 0, 0, 0, 0, 0};
    refuse(&nn_op_pad, one, LIST(1, 4, 2, 1), "dimension 1 of the output");
    const int32_t two[] = {0, 0, 2, 0, 0, 0, 0, 0};
    refuse(&nn_op_mirror_pad, two, LIST(1, 4, 2, 1), "mirrored");
}

static void computed_sizes(void **state) {
    (void)state;
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(1, 2), 0.5F, 0);
    int p = model_tensor(&m, NN_INT32, LIST(2, 2), 0, 0);
    int y = model_tensor(&m, NN_INT8, LIST(1, 2), 0.5F, 0);
    model_op(&m, nn_op_pad.code, LIST(x, p), LIST(y));
    m.inputs = LIST(x, p);
    m.outputs = LIST(y);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "'t0001' must be a constant");
}

static void value_of_another_scale(void **state) {
    (void)state;
    model m = {0};
    const int32_t sizes[] = {0, 1};
    const int8_t value = 3;
    int x = model_tensor(&m, NN_INT8, LIST(2), 0.5F, 0);
    int p = pairs(&m, sizes, 1);
    int v = model_constant(&m, NN_INT8, LIST(1), 0.25F, 0, &value);
    int y = model_tensor(&m, NN_INT8, LIST(3), 0.5F, 0);
    model_op(&m, nn_op_padv2.code, LIST(x, p, v), LIST(y));
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "'t0002' and the output differ");
}

// A loaded PAD or PADV2 of 1 x 2 x 2 x 3 with scale 0.5 and zero point 7.
static engine *load(const int32_t *sizes, model_list out, float out_scale,
        const int8_t *value) {
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(1, 2, 2, 3), 0.5F, 7);
    int p = pairs(&m, sizes, 4);
    int y = model_tensor(&m, NN_INT8, out, out_scale, 7);
    model_list inputs = LIST(x, p);
    if (value) {
        int v = model_constant(&m, NN_INT8, LIST(1), out_scale, 7, value);
        inputs = LIST(x, p, v);
    }
    model_op(&m, value ? nn_op_padv2.code : nn_op_pad.code, inputs, LIST(y));
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    size_t bytes;
    const uint8_t *file = model_file(&m, &bytes);
    engine *e;
    nn_error error;
    assert_int_equal(engine_open_bytes(&e, file, bytes, NULL, &error), 0);
    model_free(&m);
    return e;
}

enum { NEITHER, CHANNELS, SPACE };

// Which of the two foldings the PAD allows.
static int foldable(const int32_t *sizes, model_list out, float out_scale,
        const int8_t *value) {
    engine *e = load(sizes, out, out_scale, value);
    const nn_graph *graph = engine_graph(e);
    const int32_t *channels = nn_pad_zeros(graph, &graph->ops[0], 3, 4);
    const int32_t *space = nn_pad_zeros(graph, &graph->ops[0], 1, 3);
    for (int i = 0; i < 4; i++) {
        assert_true(!channels || channels[i] == sizes[2 * i]);
        assert_true(!space || space[i] == sizes[2 * i]);
    }
    engine_close(e);
    return channels ? CHANNELS : space ? SPACE : NEITHER;
}

static void padding_with_zero(void **state) {
    (void)state;
    const int32_t channels[] = {0, 0, 0, 0, 0, 0, 2, 1};
    const int32_t space[] = {0, 0, 1, 2, 3, 0, 0, 0};
    const int32_t both[] = {0, 0, 1, 0, 0, 0, 0, 1};
    const int32_t images[] = {1, 0, 0, 0, 0, 0, 0, 0};
    const int8_t zero = 7;
    const int8_t one = 9;
    model_list wide = LIST(1, 2, 2, 6);
    model_list large = LIST(1, 5, 5, 3);
    assert_int_equal(foldable(channels, wide, 0.5F, NULL), CHANNELS);
    assert_int_equal(foldable(channels, wide, 0.5F, &zero), CHANNELS);
    assert_int_equal(foldable(channels, wide, 0.5F, &one), NEITHER);
    assert_int_equal(foldable(channels, wide, 0.25F, NULL), NEITHER);
    assert_int_equal(foldable(space, large, 0.5F, NULL), SPACE);
    assert_int_equal(foldable(space, large, 0.5F, &one), NEITHER);
    assert_int_equal(foldable(both, LIST(1, 3, 2, 4), 0.5F, NULL), NEITHER);
    assert_int_equal(foldable(images, LIST(2, 2, 2, 3), 0.5F, NULL), NEITHER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(zero_point_by_hand),
            cmocka_unit_test(mirrors_by_hand),
            cmocka_unit_test(random_shapes),
            cmocka_unit_test(padding_with_zero),
            cmocka_unit_test(bad_sizes),
            cmocka_unit_test(computed_sizes),
            cmocka_unit_test(value_of_another_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
