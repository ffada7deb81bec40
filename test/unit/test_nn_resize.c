// SPDX-License-Identifier: MIT
// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nn/error.h"
#include "nn/ops/ops.h"
#include "test/support/invoke.h"
#include "test/support/random.h"

typedef struct resize {
    const nn_op_def *def;
    int32_t n, h, w, c, out_h, out_w;
    bool align, half;
    nn_type type;
    int8_t *image;
} resize;

static void build(model *m, const resize *s) {
    float scale = s->type == NN_INT8 ? 0.1F : 0;
    int x = model_tensor(m, s->type, LIST(s->n, s->h, s->w, s->c), scale, 3);
    int y = model_tensor(m, s->type, LIST(s->n, s->out_h, s->out_w, s->c),
            scale, 3);
    int size = model_ints(m, LIST(s->out_h, s->out_w));
    model_op(m, s->def->code, LIST(x, size), LIST(y));
    // the bilinear one has two withdrawn fields in front
    uint32_t first = s->def == &nn_op_resize_bilinear ? 2 : 0;
    model_byte(m, first, s->align);
    model_byte(m, first + 1, s->half);
    m->inputs = LIST(x);
    m->outputs = LIST(y);
}

static int8_t pixel(const resize *s, int32_t n, int32_t y, int32_t x,
        int32_t channel) {
    return s->image[((n * s->h + y) * s->w + x) * s->c + channel];
}

static int32_t nearest(const resize *s, int32_t in, int32_t out, int32_t i) {
    float step = s->align && out > 1 ? (float)(in - 1) / (float)(out - 1)
                                     : (float)in / (float)out;
    float at = ((float)i + (s->half ? 0.5F : 0)) * step;
    int32_t found = (int32_t)(s->align ? roundf(at) : floorf(at));
    return found < in ? found : in - 1;
}

// The place in the input in 1024ths.
static int64_t place(const resize *s, int64_t in, int64_t out, int64_t i) {
    int64_t from = s->align && out > 1 ? in - 1 : in;
    int64_t to = s->align && out > 1 ? out - 1 : out;
    int64_t step = (1024 * from + to / 2) / to;
    return s->half ? i * step + step / 2 - 512 : i * step;
}

// A pixel that may lie a little outside is the nearest one inside.
static int64_t inside(int64_t i, int64_t size) {
    return i < 0 ? 0 : i < size ? i : size - 1;
}

static int8_t blended(const resize *s, int32_t n, int32_t y, int32_t x,
        int32_t channel) {
    int64_t v = place(s, s->h, s->out_h, y);
    int64_t h = place(s, s->w, s->out_w, x);
    int64_t top = (int64_t)floor((double)v / 1024);
    int64_t left = (int64_t)floor((double)h / 1024);
    double sum = 0;
    for (int32_t corner = 0; corner < 4; corner++) {
        int64_t below = corner / 2;
        int64_t right = corner % 2;
        double down = (double)(v - top * 1024);
        double along = (double)(h - left * 1024);
        double share =
                (below ? down : 1024 - down) * (right ? along : 1024 - along);
        sum += share *
                pixel(s, n, (int32_t)inside(top + below, s->h),
                        (int32_t)inside(left + right, s->w), channel);
    }
    return (int8_t)round(sum / (1024 * 1024)); // halves away from zero
}

static void check(const resize *s) {
    model m = {0};
    build(&m, s);
    int8_t *got = invoke(&m, (const void *[]){s->image});
    for (int32_t at = 0; at < s->n * s->out_h * s->out_w * s->c; at++) {
        int32_t channel = at % s->c;
        int32_t x = at / s->c % s->out_w;
        int32_t y = at / s->c / s->out_w % s->out_h;
        int32_t n = at / s->c / s->out_w / s->out_h;
        int8_t want = s->def == &nn_op_resize_bilinear
                ? blended(s, n, y, x, channel)
                : pixel(s, n, nearest(s, s->h, s->out_h, y),
                          nearest(s, s->w, s->out_w, x), channel);
        assert_int_equal(got[at], want);
    }
    free(got);
}

static void many(const nn_op_def *def) {
    for (uint32_t seed = 0; seed < 300; seed++) {
        random_source r = random_from(seed);
        bool far = random_once_in(&r, 10);
        resize s = {.def = def, .type = NN_INT8};
        s.n = random_once_in(&r, 6) ? 2 : 1;
        s.h = random_in(&r, 1, 12);
        s.w = random_in(&r, 1, 12);
        s.c = random_in(&r, 1, 6);
        s.out_h = random_in(&r, 1, far ? 300 : 24);
        s.out_w = random_in(&r, 1, 24);
        s.align = random_once_in(&r, 3);
        s.half = !s.align && random_once_in(&r, 2);
        size_t bytes = (size_t)(s.n * s.h * s.w * s.c);
        s.image = test_malloc(bytes);
        random_fill(&r, s.image, bytes);
        check(&s);
        test_free(s.image);
    }
}

static void random_nearest(void **state) {
    (void)state;
    many(&nn_op_resize_nearest_neighbor);
}

static void random_bilinear(void **state) {
    (void)state;
    many(&nn_op_resize_bilinear);
}

static void expect(const resize *s, const int8_t *want, size_t count) {
    model m = {0};
    build(&m, s);
    int8_t *got = invoke(&m, (const void *[]){s->image});
    assert_memory_equal(got, want, count);
    free(got);
}

static resize by_hand(const nn_op_def *def, int8_t *image) {
    return (resize){.def = def,
            .n = 1,
            .h = 1,
            .w = 2,
            .c = 1,
            .out_h = 1,
            .out_w = 4,
            .type = NN_INT8,
            .image = image};
}

static void hand_computed(void **state) {
    (void)state;
    int8_t image[] = {10, -21};
    resize s = by_hand(&nn_op_resize_nearest_neighbor, image);
    expect(&s, (const int8_t[]){10, 10, -21, -21}, 4);
    // at 0, 0.5, 1, 1.5: half way is -5.5
    s.def = &nn_op_resize_bilinear;
    expect(&s, (const int8_t[]){10, -6, -21, -21}, 4);
    // at 0, 1/3, 2/3, 1: -0.32 and -10.65
    s.align = true;
    expect(&s, (const int8_t[]){10, 0, -11, -21}, 4);
    // at -0.25, 0.25, 0.75, 1.25: 2.25 and -13.25
    s.align = false;
    s.half = true;
    expect(&s, (const int8_t[]){10, 2, -13, -21}, 4);
}

// Only numbers are moved: any type will do.
static void nearest_int32(void **state) {
    (void)state;
    const int32_t numbers[] = {1 << 20, -7};
    resize s = by_hand(&nn_op_resize_nearest_neighbor, NULL);
    s.type = NN_INT32;
    model m = {0};
    build(&m, &s);
    int32_t *got = invoke(&m, (const void *[]){numbers});
    const int32_t want[] = {1 << 20, 1 << 20, -7, -7};
    assert_memory_equal(got, want, sizeof want);
    free(got);
}

static void refused(void **state) {
    (void)state;
    int8_t image[2] = {0};
    resize s = by_hand(&nn_op_resize_bilinear, image);
    model m = {0};
    s.align = s.half = true;
    build(&m, &s);
    invoke_refused(&m, NN_ERR_INVALID, "exclude");
    s = by_hand(&nn_op_resize_bilinear, image);
    s.type = NN_INT32;
    build(&m, &s);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "int32");
    s = by_hand(&nn_op_resize_nearest_neighbor, image);
    build(&m, &s);
    m.tensors[1].dims.value[2] = 5;
    invoke_refused(&m, NN_ERR_INVALID, "dimension 2 of the output");
    build(&m, &s);
    m.tensors[1].dims.value[3] = 2;
    invoke_refused(&m, NN_ERR_INVALID, "dimension 3 of the output");
    s.out_w = 1 << 21;
    build(&m, &s);
    invoke_refused(&m, NN_ERR_RANGE, "too large");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(hand_computed),
            cmocka_unit_test(random_nearest),
            cmocka_unit_test(random_bilinear),
            cmocka_unit_test(nearest_int32),
            cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
