// SPDX-License-Identifier: MIT
// QUANTIZE, DEQUANTIZE, CAST, ARG_MAX and SHAPE.

#include <float.h>
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
#include "test/support/reference.h"

// A tensor's type, scale and zero point.
typedef struct format {
    nn_type type;
    float scale;
    int32_t zero;
} format;

static void build(model *m, const nn_op_def *def, model_list dims, format in,
        format out) {
    int x = model_tensor(m, in.type, dims, in.scale, in.zero);
    int y = model_tensor(m, out.type, dims, out.scale, out.zero);
    model_op(m, def->code, LIST(x), LIST(y));
    m->inputs = LIST(x);
    m->outputs = LIST(y);
}

static void *convert(const nn_op_def *def, model_list dims, format in,
        format out, const void *numbers) {
    model m = {0};
    build(&m, def, dims, in, out);
    return invoke(&m, (const void *[]){numbers});
}

static void quantize_by_hand(void **state) {
    (void)state;
    const float numbers[] = {0, 0.25F, -0.25F, 0.24F, 63.4F, 100, -FLT_MAX, NAN,
            INFINITY, -INFINITY};
    // ties go away from zero; what does not fit is cut off
    const int8_t expected[] = {3, 4, 2, 3, 127, 127, -128, 3, 127, -128};
    int8_t *got = convert(&nn_op_quantize, LIST(10), (format){NN_FLOAT32, 0, 0},
            (format){NN_INT8, 0.5F, 3}, numbers);
    assert_memory_equal(got, expected, sizeof expected);
    free(got);
    const uint8_t above[] = {128, 129, 127, 128, 255, 255, 0, 128, 255, 0};
    uint8_t *bytes = convert(&nn_op_quantize, LIST(10),
            (format){NN_FLOAT32, 0, 0}, (format){NN_UINT8, 0.5F, 128}, numbers);
    assert_memory_equal(bytes, above, sizeof above);
    free(bytes);
}

static int32_t load(const void *numbers, nn_type type, size_t i) {
    switch (type) {
    case NN_INT8:
        return ((const int8_t *)numbers)[i];
    case NN_UINT8:
        return ((const uint8_t *)numbers)[i];
    default:
        return ((const int16_t *)numbers)[i];
    }
}

static format draw(random_source *r, const nn_type *types, int32_t count) {
    format f = {.type = types[random_in(r, 0, count - 1)]};
    f.scale = exp2f(random_float(r, -8, 1));
    if (f.type == NN_INT8) {
        f.zero = random_in(r, -128, 127);
    } else if (f.type == NN_UINT8) {
        f.zero = random_in(r, 0, 255);
    }
    return f;
}

static const nn_type integers[] = {NN_INT8, NN_UINT8, NN_INT16};

static void requantizes(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 400; seed++) {
        random_source r = random_from(seed);
        model_list dims = boxes_shape(&r, 1, 4);
        format in = draw(&r, integers, 3);
        format out = draw(&r, integers, 2);
        if (random_once_in(&r, 3)) {
            out.scale = in.scale;
            // where a bit flips, or all but one
            int32_t beside = in.zero > 0 ? (int32_t)(seed % 2) : 0;
            if (in.type == NN_UINT8 && out.type == NN_INT8) {
                out.zero = in.zero - 128 - beside;
            } else if (in.type == NN_INT8 && out.type == NN_UINT8) {
                out.zero = in.zero + 128 - beside;
            }
        }
        size_t count = boxes_count(dims);
        void *numbers = test_malloc(count * 2);
        random_fill(&r, numbers, count * 2);
        uint8_t *got = convert(&nn_op_quantize, dims, in, out, numbers);
        double factor = (double)in.scale / (double)out.scale;
        for (size_t i = 0; i < count; i++) {
            int64_t steps = load(numbers, in.type, i) - in.zero;
            int64_t low = out.type == NN_INT8 ? -128 : 0;
            assert_int_equal(load(got, out.type, i),
                    reference_clamp(reference_scale(steps, factor) + out.zero,
                            low, low + 255));
        }
        free(got);
        test_free(numbers);
    }
}

static void dequantizes(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 200; seed++) {
        random_source r = random_from(seed);
        model_list dims = boxes_shape(&r, 1, 4);
        format in = draw(&r, integers, 3);
        size_t count = boxes_count(dims);
        void *numbers = test_malloc(count * 2);
        random_fill(&r, numbers, count * 2);
        float *got = convert(&nn_op_dequantize, dims, in,
                (format){NN_FLOAT32, 0, 0}, numbers);
        for (size_t i = 0; i < count; i++) {
            int32_t steps = load(numbers, in.type, i) - in.zero;
            float expected = (float)((double)in.scale * steps);
            assert_memory_equal(&got[i], &expected, sizeof expected);
        }
        free(got);
        test_free(numbers);
    }
}

static const format float32 = {NN_FLOAT32, 0, 0};
static const format int64 = {NN_INT64, 0, 0};
static const format int32 = {NN_INT32, 0, 0};
static const format int8 = {NN_INT8, 0, 0};
static const format boolean = {NN_BOOL, 0, 0};

static void casts(void **state) {
    (void)state;
    const float reals[] = {1.9F, -1.9F, 3e9F, -3e9F, NAN};
    const int32_t cut[] = {1, -1, INT32_MAX, INT32_MIN, 0};
    int32_t *whole = convert(&nn_op_cast, LIST(5), float32, int32, reals);
    assert_memory_equal(whole, cut, sizeof cut);
    free(whole);
    const int32_t numbers[] = {0, -1, 255, 128, 300};
    const int8_t wrapped[] = {0, -1, -1, -128, 44};
    int8_t *low = convert(&nn_op_cast, LIST(5), int32, int8, numbers);
    assert_memory_equal(low, wrapped, sizeof wrapped);
    free(low);
    const float same[] = {0, -1, 255, 128, 300};
    float *real = convert(&nn_op_cast, LIST(5), int32, float32, numbers);
    assert_memory_equal(real, same, sizeof same);
    free(real);
    const uint8_t truth[] = {0, 1, 1, 1, 1};
    uint8_t *yes = convert(&nn_op_cast, LIST(5), int32, boolean, numbers);
    assert_memory_equal(yes, truth, sizeof truth);
    free(yes);
    const int64_t wide[] = {0, -1, 255, 128, 300};
    int64_t *long_ones = convert(&nn_op_cast, LIST(5), int32, int64, numbers);
    assert_memory_equal(long_ones, wide, sizeof wide);
    free(long_ones);
    int32_t *narrow = convert(&nn_op_cast, LIST(5), int64, int32, wide);
    assert_memory_equal(narrow, numbers, sizeof numbers);
    free(narrow);
}

// The first of the largest along axis, for every place of the output.
static void arg_max(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 300; seed++) {
        random_source r = random_from(seed);
        model_list in = boxes_shape(&r, 2, 5);
        uint32_t axis = (uint32_t)random_in(&r, 0, (int32_t)in.count - 1);
        model_list out = {.count = in.count - 1};
        for (uint32_t i = 0; i < out.count; i++) {
            out.value[i] = in.value[i < axis ? i : i + 1];
        }
        nn_type type = integers[seed % 2];
        bool wide = random_once_in(&r, 2);
        model m = {0};
        int x = model_tensor(&m, type, in, 0.5F, 0);
        int a = model_ints(&m, LIST((int32_t)axis));
        int y = model_tensor(&m, wide ? NN_INT64 : NN_INT32, out, 0, 0);
        model_op(&m, nn_op_arg_max.code, LIST(x, a), LIST(y));
        m.inputs = LIST(x);
        m.outputs = LIST(y);
        uint8_t *numbers = test_malloc(boxes_count(in));
        random_fill(&r, numbers, boxes_count(in));
        for (size_t i = 0; i < boxes_count(in); i++) {
            numbers[i] &= 0x83; // many are equal
        }
        void *got = invoke(&m, (const void *[]){numbers});
        for (size_t i = 0; i < boxes_count(out); i++) {
            int32_t at[MODEL_LIST_MAX];
            boxes_indices(out, i, at);
            for (uint32_t d = in.count - 1; d > axis; d--) {
                at[d] = at[d - 1];
            }
            int32_t best = 0;
            int32_t largest = INT32_MIN;
            for (at[axis] = 0; at[axis] < in.value[axis]; at[axis]++) {
                int32_t q = load(numbers, type, boxes_place(in, at));
                if (q > largest) {
                    largest = q;
                    best = at[axis];
                }
            }
            assert_int_equal(wide ? ((int64_t *)got)[i] : ((int32_t *)got)[i],
                    best);
        }
        free(got);
        test_free(numbers);
    }
}

static void shape(void **state) {
    (void)state;
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(1, 2, 3, 4), 0.5F, 0);
    int y = model_tensor(&m, NN_INT32, LIST(4), 0, 0);
    model_op(&m, nn_op_shape.code, LIST(x), LIST(y));
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    const int8_t image[24] = {0};
    const int32_t expected[] = {1, 2, 3, 4};
    int32_t *got = invoke(&m, (const void *[]){image});
    assert_memory_equal(got, expected, sizeof expected);
    free(got);
}

static void refuse(const nn_op_def *def, format in, format out, int code,
        const char *why) {
    model m = {0};
    build(&m, def, LIST(4), in, out);
    invoke_refused(&m, code, why);
}

static void broken(void **state) {
    (void)state;
    refuse(&nn_op_quantize, float32, int8, NN_ERR_INVALID, "one scale");
    refuse(&nn_op_quantize, float32, int32, NN_ERR_UNSUPPORTED, "int32");
    refuse(&nn_op_quantize, (format){NN_INT8, 1e30F, 0},
            (format){NN_INT8, 1e-30F, 0}, NN_ERR_UNSUPPORTED, "too far apart");
    refuse(&nn_op_dequantize, int8, float32, NN_ERR_INVALID, "one scale");
    refuse(&nn_op_dequantize, int32, float32, NN_ERR_UNSUPPORTED, "int32");
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(2, 3), 0.5F, 0);
    int a = model_ints(&m, LIST(2));
    int y = model_tensor(&m, NN_INT32, LIST(2), 0, 0);
    model_op(&m, nn_op_arg_max.code, LIST(x, a), LIST(y));
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    invoke_refused(&m, NN_ERR_INVALID, "axis 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(quantize_by_hand),
            cmocka_unit_test(requantizes),
            cmocka_unit_test(dequantizes),
            cmocka_unit_test(casts),
            cmocka_unit_test(arg_max),
            cmocka_unit_test(shape),
            cmocka_unit_test(broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
