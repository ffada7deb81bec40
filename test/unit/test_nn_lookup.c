// SPDX-License-Identifier: MIT
// Functions of one int8 number: RELU and its kin, LOGISTIC, EXP, …

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
#include "test/support/reference.h"

// An operator with one input and one output and their quantisation.
typedef struct function {
    const nn_op_def *def;
    float in_scale, out_scale;
    int32_t in_zero, out_zero;
    float alpha; // of LEAKY_RELU
} function;

static void build(model *m, const function *f) {
    int x = model_tensor(m, NN_INT8, LIST(256), f->in_scale, f->in_zero);
    int y = model_tensor(m, NN_INT8, LIST(256), f->out_scale, f->out_zero);
    model_op(m, f->def->code, LIST(x), LIST(y));
    if (f->def == &nn_op_leaky_relu) {
        model_float(m, 0, f->alpha);
    }
    m->inputs = LIST(x);
    m->outputs = LIST(y);
}

// The results for -128 … 127, to be freed.
static int8_t *table(const function *f) {
    model m = {0};
    build(&m, f);
    int8_t numbers[256];
    for (int i = 0; i < 256; i++) {
        numbers[i] = (int8_t)(i - 128);
    }
    return invoke(&m, (const void *[]){numbers});
}

static int8_t store(const function *f, int64_t steps) {
    return (int8_t)reference_clamp(steps + f->out_zero, -128, 127);
}

// What TFLite's reference makes of x = q - in_zero.
static int8_t expected(const function *f, int64_t x) {
    double factor = f->in_scale / f->out_scale;
    int64_t steps = reference_scale(x, factor);
    if (f->def == &nn_op_abs) {
        return store(f, reference_scale(x < 0 ? -x : x, factor));
    }
    if (f->def == &nn_op_neg) {
        return store(f, reference_scale(-x, factor));
    }
    if (f->def == &nn_op_leaky_relu) {
        float product = f->in_scale * f->alpha;
        double slope = product / f->out_scale;
        int64_t below = reference_scale(x, fabs(slope));
        below = slope < 0 ? -below : below;
        return store(f, x < 0 ? below : steps);
    }
    if (f->def == &nn_op_sqrt) {
        float root = sqrtf(f->in_scale * (float)x);
        return store(f, (int64_t)(root / f->out_scale));
    }
    if (f->def == &nn_op_exp) {
        float power = expf(f->in_scale * (float)x);
        float quotient = power * (1 / f->out_scale);
        return store(f, (int64_t)fminf(roundf(quotient), 1e9F));
    }
    int64_t top = INT32_MAX;
    if (f->def == &nn_op_relu6) {
        top = (int64_t)roundf(6 / f->out_scale);
    } else if (f->def == &nn_op_relu_0_to_1) {
        top = (int64_t)roundf(1 / f->out_scale);
    }
    return store(f, reference_clamp(steps, 0, top));
}

static void every_number(void **state) {
    const nn_op_def *def = *state;
    for (uint32_t seed = 0; seed < 200; seed++) {
        random_source r = random_from(seed);
        function f = {.def = def};
        f.in_scale = exp2f(random_float(&r, -9, 0));
        f.out_scale = f.in_scale * exp2f(random_float(&r, -3, 3));
        if (def == &nn_op_exp) { // grows fast
            f.in_scale /= 16;
        }
        f.in_zero = random_in(&r, -128, 127);
        f.out_zero = random_in(&r, -128, 127);
        f.alpha = random_float(&r, -0.5F, 1.5F);
        if (random_once_in(&r, 3)) {
            f.out_scale = f.in_scale;
        }
        int8_t *got = table(&f);
        for (int32_t q = -128; q < 128; q++) {
            int32_t x = q - f.in_zero;
            if (def == &nn_op_sqrt && x < 0) {
                continue; // TFLite gives up there
            }
            assert_int_equal(got[q + 128], expected(&f, x));
        }
        free(got);
    }
}

static double real(const function *f, double x) {
    if (f->def == &nn_op_logistic) {
        return 1 / (1 + exp(-x));
    }
    if (f->def == &nn_op_tanh) {
        return tanh(x);
    }
    if (f->def == &nn_op_rsqrt) {
        return x <= 0 ? 1e9 : 1 / sqrt(x);
    }
    return x * fmin(fmax(x + 3, 0), 6) / 6; // HARD_SWISH
}

// FNV-1a over the table.
static uint32_t hash(const int8_t *bytes) {
    uint32_t h = 2166136261;
    for (int i = 0; i < 256; i++) {
        h = (h ^ (uint8_t)bytes[i]) * 16777619;
    }
    return h;
}

// Fixed-point approximations: near the real function, and the very bytes that
// TFLite Micro's reference kernels (90b983c2, 2026-08-20) give.
static void same_bytes_as_reference(void **state) {
    (void)state;
    static const struct {
        function f;
        uint32_t hash;
    } cases[] = {
            {{&nn_op_logistic, 0.05F, 1.0F / 256, 0, -128, 0}, 0x0594331A},
            {{&nn_op_logistic, 0.1F, 1.0F / 256, -12, -128, 0}, 0xD0DE8E50},
            {{&nn_op_logistic, 0.007F, 1.0F / 256, 127, -128, 0}, 0x2C5F6DD4},
            {{&nn_op_logistic, 0.5F, 1.0F / 256, 3, -128, 0}, 0x8D1D72F7},
            {{&nn_op_tanh, 0.05F, 1.0F / 128, 0, 0, 0}, 0xDE1C978C},
            {{&nn_op_tanh, 0.02F, 1.0F / 128, -12, 0, 0}, 0x6533B0E6},
            {{&nn_op_tanh, 0.004F, 1.0F / 128, -128, 0, 0}, 0xC4A5B8EF},
            {{&nn_op_tanh, 0.3F, 1.0F / 128, 40, 0, 0}, 0x04AD4E90},
            {{&nn_op_hard_swish, 0.05F, 0.03F, 0, -118, 0}, 0xA1D012EC},
            {{&nn_op_hard_swish, 0.03F, 0.02F, -20, -110, 0}, 0x7888F8E2},
            {{&nn_op_hard_swish, 0.011F, 0.01F, 127, 5, 0}, 0xEFE7FA5A},
            {{&nn_op_hard_swish, 0.1F, 0.2F, -128, -128, 0}, 0xFDC1A604},
            {{&nn_op_rsqrt, 0.05F, 0.02F, -128, -128, 0}, 0x9EC6C7FF},
            {{&nn_op_rsqrt, 0.001F, 0.25F, -128, -100, 0}, 0x8D971FFE},
            {{&nn_op_rsqrt, 1.5F, 0.01F, -128, 3, 0}, 0x5EE566FD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const function *f = &cases[i].f;
        int8_t *got = table(f);
        for (int q = -128; q < 128; q++) {
            double y = real(f, (double)f->in_scale * (q - f->in_zero));
            double steps = y / (double)f->out_scale + f->out_zero;
            steps = fmax(fmin(steps, 127), -128);
            assert_true(fabs(got[q + 128] - steps) < 1.6);
        }
        assert_int_equal(hash(got), cases[i].hash);
        free(got);
    }
}

static void roots_of_nothing(void **state) {
    (void)state;
    function f = {&nn_op_rsqrt, 0.5F, 0.25F, 0, -7, 0};
    int8_t *got = table(&f);
    assert_int_equal(got[128], 127); // 1 / 0
    assert_int_equal(got[0], 127);   // there is no root of -64
    free(got);
    f.def = &nn_op_sqrt;
    got = table(&f);
    assert_int_equal(got[128], -7);
    assert_int_equal(got[0], -7);
    assert_int_equal(got[128 + 2], -7 + 4); // sqrt(1) / 0.25
    free(got);
}

// Scales at the ends of what float32 can hold give some bytes, not a trap.
static void wild_scales(void **state) {
    (void)state;
    const float scales[] = {1e-38F, 1e-20F, 1e-3F, 8, 1e20F, 3e38F};
    const nn_op_def *defs[] = {&nn_op_logistic, &nn_op_tanh, &nn_op_exp,
            &nn_op_sqrt};
    for (size_t i = 0; i < 6 * 6 * 4; i++) {
        function f = {.def = defs[i % 4],
                .in_scale = scales[i / 4 % 6],
                .out_scale = scales[i / 24],
                .in_zero = 127,
                .out_zero = -128};
        free(table(&f));
    }
}

static void refuse(const function *f, int code, const char *why) {
    model m = {0};
    build(&m, f);
    invoke_refused(&m, code, why);
}

static void broken(void **state) {
    (void)state;
    function f = {&nn_op_relu, 1e20F, 1e-10F, 0, 0, 0};
    refuse(&f, NN_ERR_UNSUPPORTED, "too far apart");
    f = (function){&nn_op_leaky_relu, 1, 1, 0, 0, NAN};
    refuse(&f, NN_ERR_UNSUPPORTED, "too far apart");
    f = (function){&nn_op_logistic, 1, 1.0F / 256, 0, 0, 0};
    refuse(&f, NN_ERR_INVALID, "zero point must be -128");
    f = (function){&nn_op_hard_swish, 1, 1e-3F, 0, 0, 0};
    refuse(&f, NN_ERR_UNSUPPORTED, "too far apart");
    f = (function){&nn_op_relu, 0, 1, 0, 0, 0};
    refuse(&f, NN_ERR_INVALID, "one scale");
}

// Every slope is its own: alpha is broadcast or as large as the input.
static void prelu(void **state) {
    (void)state;
    const model_list shapes[] = {LIST(1, 3, 4, 5), LIST(2, 3, 4, 5), LIST(9),
            LIST(4, 7), LIST(2, 2, 3, 2, 2)};
    for (uint32_t seed = 0; seed < 300; seed++) {
        random_source r = random_from(seed);
        model_list dims = shapes[seed % 5];
        model_list some = dims;
        int32_t size = 1;
        for (uint32_t i = 0; i < dims.count; i++) {
            some.value[i] = random_once_in(&r, 2) ? 1 : dims.value[i];
            size *= dims.value[i];
        }
        int8_t image[256];
        int8_t alpha[256];
        random_fill(&r, image, sizeof image);
        random_fill(&r, alpha, sizeof alpha);
        float scale[3];
        int32_t zero[3];
        for (int i = 0; i < 3; i++) {
            scale[i] = random_float(&r, 0.01F, 0.5F);
            zero[i] = random_in(&r, -128, 127);
        }
        model m = {0};
        int x = model_tensor(&m, NN_INT8, dims, scale[0], zero[0]);
        int a = model_constant(&m, NN_INT8, some, scale[1], zero[1], alpha);
        int y = model_tensor(&m, NN_INT8, dims, scale[2], zero[2]);
        model_op(&m, nn_op_prelu.code, LIST(x, a), LIST(y));
        m.inputs = LIST(x);
        m.outputs = LIST(y);
        int8_t *got = invoke(&m, (const void *[]){image});
        double factor = (double)scale[0] / (double)scale[2];
        double below = (double)scale[0] * (double)scale[1] / (double)scale[2];
        for (int32_t i = 0; i < size; i++) {
            int32_t place = 0;
            int32_t inner = size;
            for (uint32_t d = 0; d < dims.count; d++) {
                inner /= dims.value[d];
                int32_t at = i / inner % dims.value[d];
                place = place * some.value[d] + at % some.value[d];
            }
            int64_t value = image[i] - zero[0];
            int64_t slope = alpha[place] - zero[1];
            int64_t steps = value >= 0 ? reference_scale(value, factor)
                                       : reference_scale(value * slope, below);
            assert_int_equal(got[i],
                    reference_clamp(steps + zero[2], -128, 127));
        }
        free(got);
    }
}

static void prelu_misfit(void **state) {
    (void)state;
    const int8_t alpha[3] = {0};
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(1, 2, 2, 4), 0.5F, 0);
    int a = model_constant(&m, NN_INT8, LIST(3), 0.5F, 0, alpha);
    int y = model_tensor(&m, NN_INT8, LIST(1, 2, 2, 4), 0.5F, 0);
    model_op(&m, nn_op_prelu.code, LIST(x, a), LIST(y));
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    invoke_refused(&m, NN_ERR_INVALID, "slopes");
}

#define EVERY(op) \
    { #op, every_number, NULL, NULL, (void *)(uintptr_t)&nn_op_##op }

int main(void) {
    const struct CMUnitTest tests[] = {
            EVERY(relu),
            EVERY(relu6),
            EVERY(relu_0_to_1),
            EVERY(leaky_relu),
            EVERY(abs),
            EVERY(neg),
            EVERY(sqrt),
            EVERY(exp),
            cmocka_unit_test(same_bytes_as_reference),
            cmocka_unit_test(roots_of_nothing),
            cmocka_unit_test(wild_scales),
            cmocka_unit_test(broken),
            cmocka_unit_test(prelu),
            cmocka_unit_test(prelu_misfit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
