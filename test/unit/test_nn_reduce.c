// SPDX-License-Identifier: MIT
// MEAN, SUM and REDUCE_MAX.

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

enum { MAX_RANK = 6, MAX_SIZE = 4096 };

typedef struct reduce {
    const nn_op_def *def;
    model_list dims, axes;
    bool keep;
    float in_scale, out_scale;
    int32_t in_zero, out_zero;
    int8_t data[MAX_SIZE];
} reduce;

static bool is_reduced(const reduce *d, uint32_t dim) {
    for (uint32_t i = 0; i < d->axes.count; i++) {
        int32_t axis = d->axes.value[i];
        if ((axis < 0 ? axis + (int32_t)d->dims.count : axis) == (int32_t)dim) {
            return true;
        }
    }
    return false;
}

static void build(model *m, const reduce *d) {
    model_list out = {0};
    for (uint32_t i = 0; i < d->dims.count; i++) {
        if (!is_reduced(d, i)) {
            out.value[out.count++] = d->dims.value[i];
        } else if (d->keep) {
            out.value[out.count++] = 1;
        }
    }
    int x = model_tensor(m, NN_INT8, d->dims, d->in_scale, d->in_zero);
    int a = model_ints(m, d->axes);
    int y = model_tensor(m, NN_INT8, out, d->out_scale, d->out_zero);
    model_op(m, d->def->code, LIST(x, a), LIST(y));
    model_byte(m, 0, d->keep);
    m->inputs = LIST(x);
    m->outputs = LIST(y);
}

// MEAN divides the factor's 31 bits by the count, kept as exact as a shift of
// at most floor(log2(count)) allows.
static int64_t mean_of(int64_t sum, int64_t count, double factor) {
    int exponent;
    double bits = round(frexp(factor, &exponent) * 2147483648.0);
    int shift = 0;
    while ((count >> (shift + 1)) > 0 && shift < 31 + exponent) {
        shift++;
    }
    int64_t divided = (int64_t)bits * ((int64_t)1 << shift) / count;
    int64_t left = exponent - shift;
    int64_t high = left > 0 ? sum * ((int64_t)1 << left) : sum;
    high = reference_floor_shift(high * divided + 1073741824, 31);
    if (left >= 0) {
        return high;
    }
    int64_t size = high < 0 ? -high : high;
    size = (size + ((int64_t)1 << (-left - 1))) >> -left;
    return high < 0 ? -size : size;
}

static int8_t finish(const reduce *d, int64_t sum, int64_t most,
        int64_t count) {
    if (d->def == &nn_op_reduce_max) {
        return (int8_t)most;
    }
    double factor = (double)d->in_scale / (double)d->out_scale;
    sum -= count * d->in_zero;
    int64_t value = d->def == &nn_op_mean ? mean_of(sum, count, factor)
                                          : reference_scale(sum, factor);
    return reference_store(value, d->out_scale, d->out_zero, 0);
}

// The output's element that element `at` of the input falls into.
static int32_t place(const reduce *d, int32_t at) {
    int32_t found = 0;
    int32_t step = 1;
    for (uint32_t i = d->dims.count; i-- > 0;) {
        int32_t size = d->dims.value[i];
        if (!is_reduced(d, i)) {
            found += at % size * step;
            step *= size;
        }
        at /= size;
    }
    return found;
}

static void check(const reduce *d) {
    static int64_t sum[MAX_SIZE];
    static int64_t most[MAX_SIZE];
    int32_t size = 1;
    int32_t results = 1;
    for (uint32_t i = 0; i < d->dims.count; i++) {
        size *= d->dims.value[i];
        results *= is_reduced(d, i) ? 1 : d->dims.value[i];
    }
    for (int32_t i = 0; i < results; i++) {
        sum[i] = 0;
        most[i] = -128;
    }
    for (int32_t at = 0; at < size; at++) {
        int32_t i = place(d, at);
        sum[i] += d->data[at];
        most[i] = d->data[at] > most[i] ? d->data[at] : most[i];
    }
    model m = {0};
    build(&m, d);
    int8_t *got = invoke(&m, (const void *[]){d->data});
    for (int32_t i = 0; i < results; i++) {
        assert_int_equal(got[i], finish(d, sum[i], most[i], size / results));
    }
    free(got);
}

static void draw_axes(reduce *d, random_source *r) {
    int32_t rank = (int32_t)d->dims.count;
    for (int32_t i = 0; i < rank; i++) {
        if (random_once_in(r, 2)) {
            int32_t axis = random_once_in(r, 3) ? i - rank : i;
            d->axes.value[d->axes.count++] = axis;
        }
    }
    if (d->axes.count == 0 || random_once_in(r, 6)) { // one twice
        d->axes.value[d->axes.count++] = -1;
    }
}

static void many(const nn_op_def *def) {
    for (uint32_t seed = 0; seed < 400; seed++) {
        random_source r = random_from(seed);
        reduce d = {.def = def, .keep = random_once_in(&r, 2)};
        d.dims.count = (uint32_t)random_in(&r, 1, MAX_RANK);
        for (uint32_t i = 0; i < d.dims.count; i++) {
            d.dims.value[i] = random_in(&r, 1, d.dims.count > 4 ? 3 : 7);
        }
        if (random_once_in(&r, 4)) {
            d.dims.value[d.dims.count - 1] = 1 + d.dims.value[0] % 2;
            d.dims.value[0] = random_in(&r, 1, 8);
        }
        draw_axes(&d, &r);
        d.in_scale = random_float(&r, 0.004F, 0.1F);
        d.out_scale = random_float(&r, 0.004F, 0.2F);
        d.in_zero = random_in(&r, -128, 127);
        d.out_zero = random_in(&r, -128, 127);
        if (def == &nn_op_reduce_max) {
            d.out_scale = d.in_scale;
            d.out_zero = d.in_zero;
        }
        random_fill(&r, d.data, sizeof d.data);
        check(&d);
    }
}

static void random_mean(void **state) {
    (void)state;
    many(&nn_op_mean);
}

static void random_sum(void **state) {
    (void)state;
    many(&nn_op_sum);
}

static void random_max(void **state) {
    (void)state;
    many(&nn_op_reduce_max);
}

static reduce by_hand(const nn_op_def *def) {
    return (reduce){.def = def,
            .dims = LIST(2, 3),
            .axes = LIST(1),
            .in_scale = 0.5F,
            .out_scale = 0.5F,
            .data = {1, 2, 6, -7, -1, 4}};
}

static void expect(const reduce *d, const int8_t *want, size_t count) {
    model m = {0};
    build(&m, d);
    int8_t *got = invoke(&m, (const void *[]){d->data});
    assert_memory_equal(got, want, count);
    free(got);
}

static void hand_computed(void **state) {
    (void)state;
    reduce d = by_hand(&nn_op_mean);
    expect(&d, (const int8_t[]){3, -1}, 2);
    d.axes = LIST(0); // -3, 0.5, 5
    expect(&d, (const int8_t[]){-3, 1, 5}, 3);
    d.def = &nn_op_sum;
    expect(&d, (const int8_t[]){-6, 1, 10}, 3);
    d.def = &nn_op_reduce_max;
    expect(&d, (const int8_t[]){1, 2, 6}, 3);
    d.axes = LIST(0, 1);
    d.keep = true;
    expect(&d, (const int8_t[]){6}, 1);
    d.keep = false;
    expect(&d, (const int8_t[]){6}, 1);
    d.def = &nn_op_sum;
    d.in_zero = 1; // 5 - 6 of them
    d.out_zero = -10;
    expect(&d, (const int8_t[]){-11}, 1);
}

static void refused(void **state) {
    (void)state;
    const reduce sound = by_hand(&nn_op_reduce_max);
    reduce d = sound;
    model m = {0};
    build(&m, &d);
    m.tensors[2].dims = LIST(3);
    invoke_refused(&m, NN_ERR_INVALID, "dimension 0");
    d.axes = LIST(2);
    build(&m, &d);
    invoke_refused(&m, NN_ERR_INVALID, "axis 2");
    d = sound;
    d.out_scale = 1;
    build(&m, &d);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "differ in quantisation");
    d = by_hand(&nn_op_mean);
    d.in_scale = 1e20F;
    d.out_scale = 1e-20F;
    build(&m, &d);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "too far apart");
    build(&m, &sound);
    int axes = model_tensor(&m, NN_INT32, LIST(1), 0, 0);
    m.ops[0].inputs.value[1] = axes;
    m.inputs = LIST(0, axes);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "constant");
    build(&m, &sound);
    m.tensors[0].type = m.tensors[2].type = NN_FLOAT16;
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "float16");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(hand_computed),
            cmocka_unit_test(random_mean),
            cmocka_unit_test(random_sum),
            cmocka_unit_test(random_max),
            cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
