// SPDX-License-Identifier: MIT
// MAX_POOL_2D and AVERAGE_POOL_2D.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn/error.h"
#include "nn/ops/ops.h"
#include "test/support/invoke.h"
#include "test/support/random.h"
#include "test/support/reference.h"

enum { SAME, VALID };

typedef struct pool {
    const nn_op_def *def;
    int32_t n, h, w, c, out_h, out_w;
    int32_t kernel[2], stride[2]; // rows, columns
    int32_t padding, activation, zero;
    float scale;
    int8_t *image;
} pool;

static void build(model *m, const pool *p) {
    int x = model_tensor(m, NN_INT8, LIST(p->n, p->h, p->w, p->c), p->scale,
            p->zero);
    int y = model_tensor(m, NN_INT8, LIST(p->n, p->out_h, p->out_w, p->c),
            p->scale, p->zero);
    model_op(m, p->def->code, LIST(x), LIST(y));
    model_byte(m, 0, p->padding);
    model_int(m, 1, p->stride[1]);
    model_int(m, 2, p->stride[0]);
    model_int(m, 3, p->kernel[1]);
    model_int(m, 4, p->kernel[0]);
    model_byte(m, 5, p->activation);
    m->inputs = LIST(x);
    m->outputs = LIST(y);
}

static int32_t pad_before(const pool *p, int axis, int32_t in, int32_t out) {
    int32_t missing = (out - 1) * p->stride[axis] + p->kernel[axis] - in;
    return p->padding == SAME && missing > 0 ? missing / 2 : 0;
}

// The mean is rounded to the nearest, halves away from zero.
static int64_t rounded_mean(int64_t sum, int64_t count) {
    int64_t twice = 2 * (sum < 0 ? -sum : sum) + count - count % 2;
    return sum < 0 ? -(twice / (2 * count)) : twice / (2 * count);
}

static int64_t result(const pool *p, int32_t n, int32_t y, int32_t x,
        int32_t channel) {
    int32_t top = y * p->stride[0] - pad_before(p, 0, p->h, p->out_h);
    int32_t left = x * p->stride[1] - pad_before(p, 1, p->w, p->out_w);
    int64_t sum = 0;
    int64_t most = -128;
    int64_t count = 0;
    for (int32_t i = 0; i < p->kernel[0] * p->kernel[1]; i++) {
        int32_t row = top + i / p->kernel[1];
        int32_t column = left + i % p->kernel[1];
        if (row < 0 || row >= p->h || column < 0 || column >= p->w) {
            continue; // padding counts for nothing
        }
        int64_t v =
                p->image[((n * p->h + row) * p->w + column) * p->c + channel];
        sum += v;
        most = v > most ? v : most;
        count++;
    }
    return p->def == &nn_op_max_pool_2d ? most : rounded_mean(sum, count);
}

static void check(const pool *p) {
    model m = {0};
    build(&m, p);
    int8_t *got = invoke(&m, (const void *[]){p->image});
    for (int32_t at = 0; at < p->n * p->out_h * p->out_w * p->c; at++) {
        int32_t x = at / p->c % p->out_w;
        int32_t row = at / p->c / p->out_w;
        int64_t value = result(p, row / p->out_h, row % p->out_h, x, at % p->c);
        // numbers are averaged as they are stored
        assert_int_equal(got[at],
                reference_store(value - p->zero, p->scale, p->zero,
                        p->activation));
    }
    free(got);
}

static int32_t out_size(const pool *p, int axis, int32_t in) {
    int32_t room = p->padding == SAME ? in : in - p->kernel[axis] + 1;
    return room < 1 ? 0 : (room + p->stride[axis] - 1) / p->stride[axis];
}

static void many(const nn_op_def *def) {
    for (uint32_t seed = 0; seed < 250; seed++) {
        random_source r = random_from(seed);
        pool p = {.def = def, .n = random_once_in(&r, 6) ? 2 : 1};
        p.h = random_in(&r, 1, 12);
        p.w = random_in(&r, 1, 12);
        p.c = random_in(&r, 1, 20);
        p.padding = random_in(&r, SAME, VALID);
        p.activation = random_in(&r, 0, 3);
        p.zero = random_in(&r, -128, 127);
        p.scale = random_float(&r, 0.01F, 0.1F);
        for (int axis = 0; axis < 2; axis++) {
            p.kernel[axis] = random_in(&r, 1, 13);
            p.stride[axis] = random_in(&r, 1, 3);
        }
        p.out_h = out_size(&p, 0, p.h);
        p.out_w = out_size(&p, 1, p.w);
        if (p.out_h < 1 || p.out_w < 1) {
            continue;
        }
        size_t bytes = (size_t)(p.n * p.h * p.w * p.c);
        p.image = test_malloc(bytes);
        random_fill(&r, p.image, bytes);
        check(&p);
        test_free(p.image);
    }
}

// More pixels than 16 bits can hold the sum of, all of them at an end.
static void large_window(void **state) {
    (void)state;
    for (int32_t c = 1; c <= 9; c += 4) {
        pool p = {.def = &nn_op_average_pool_2d,
                .n = 1,
                .h = 31,
                .w = 29,
                .c = c,
                .kernel = {30, 28},
                .stride = {1, 1},
                .padding = VALID,
                .scale = 0.1F};
        p.out_h = out_size(&p, 0, p.h);
        p.out_w = out_size(&p, 1, p.w);
        size_t bytes = (size_t)(p.h * p.w * p.c);
        p.image = test_malloc(bytes);
        for (size_t i = 0; i < bytes; i++) {
            p.image[i] = i % (size_t)c == 0 ? -128 : 127;
        }
        p.image[bytes - 1] = 3;
        check(&p);
        test_free(p.image);
    }
}

static void random_max(void **state) {
    (void)state;
    many(&nn_op_max_pool_2d);
}

static void random_average(void **state) {
    (void)state;
    many(&nn_op_average_pool_2d);
}

static pool by_hand(const nn_op_def *def, int8_t *image) {
    return (pool){.def = def,
            .n = 1,
            .h = 2,
            .w = 3,
            .c = 1,
            .out_h = 1,
            .out_w = 2,
            .kernel = {2, 2},
            .stride = {1, 1},
            .padding = VALID,
            .scale = 1,
            .image = image};
}

static void expect(const pool *p, const int8_t *want, size_t count) {
    model m = {0};
    build(&m, p);
    int8_t *got = invoke(&m, (const void *[]){p->image});
    assert_memory_equal(got, want, count);
    free(got);
}

static void hand_computed(void **state) {
    (void)state;
    int8_t image[] = {1, 2, -3, 4, -1, -8};
    pool p = by_hand(&nn_op_max_pool_2d, image);
    expect(&p, (const int8_t[]){4, 2}, 2);
    // 6 / 4 = 1.5 and -10 / 4 = -2.5 go away from zero
    p.def = &nn_op_average_pool_2d;
    expect(&p, (const int8_t[]){2, -3}, 2);
    p.activation = 1;
    expect(&p, (const int8_t[]){2, 0}, 2);
}

// The largest sums, of one channel and of several: a mean stays what every
// pixel is.
static void extremes(void **state) {
    (void)state;
    enum { SIDE = 64, CHANNELS = 5 };
    int8_t *image = test_malloc(SIDE * SIDE * CHANNELS);
    int8_t want[CHANNELS];
    for (int value = -128; value <= 127; value += 255) {
        memset(image, value, SIDE * SIDE * CHANNELS);
        memset(want, value, sizeof want);
        pool p = by_hand(&nn_op_average_pool_2d, image);
        p.h = p.w = p.kernel[0] = p.kernel[1] = SIDE;
        p.out_h = p.out_w = 1;
        for (p.c = 1; p.c <= CHANNELS; p.c += CHANNELS - 1) {
            expect(&p, want, (size_t)p.c);
        }
    }
    test_free(image);
}

static void refuse(const pool *p, int code, const char *text) {
    model m = {0};
    build(&m, p);
    invoke_refused(&m, code, text);
}

static void refused(void **state) {
    (void)state;
    int8_t image[6] = {0};
    const pool sound = by_hand(&nn_op_average_pool_2d, image);
    pool p = sound;
    p.kernel[0] = 0;
    refuse(&p, NN_ERR_INVALID, "window 0");
    p = sound;
    p.kernel[1] = -2;
    refuse(&p, NN_ERR_INVALID, "window -2");
    p = sound;
    p.kernel[1] = INT32_MIN;
    refuse(&p, NN_ERR_INVALID, "window -2147483648");
    p = sound;
    p.padding = SAME;
    p.kernel[0] = p.kernel[1] = 1 << 20;
    refuse(&p, NN_ERR_RANGE, "too large");
    p = sound;
    p.stride[0] = -1;
    refuse(&p, NN_ERR_INVALID, "stride -1");
    p = sound;
    p.kernel[1] = 4;
    refuse(&p, NN_ERR_INVALID, "does not fit");
    p = sound;
    p.out_w = 3;
    refuse(&p, NN_ERR_INVALID, "dimension 2");
    model m = {0};
    build(&m, &sound);
    m.tensors[1].scales[0] = 0.5F;
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "differ in quantisation");
    build(&m, &sound);
    m.tensors[0].type = m.tensors[1].type = NN_INT32;
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "int32");
    build(&m, &sound);
    m.tensors[0].dims = LIST(2, 3, 1);
    invoke_refused(&m, NN_ERR_INVALID, "3 dimensions");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(hand_computed),
            cmocka_unit_test(large_window),
            cmocka_unit_test(random_max),
            cmocka_unit_test(random_average),
            cmocka_unit_test(extremes),
            cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
