// SPDX-License-Identifier: MIT
// Operators with one input that treat every element alike, in float32.

#include "host/float/float.h"

#include <math.h>

#include "nn/ops/shape.h"

typedef struct unary_params {
    float alpha; // LEAKY_RELU
} unary_params;

static int check(nn_loader *loader) {
    loader->op->row_local = 0;
    return 0;
}

static int check_leaky(nn_loader *loader) {
    unary_params *params = NN_PARAMS(loader->op, unary_params);
    params->alpha = nn_option_float(loader, 0, 0);
    return check(loader);
}

static float apply_abs(float x, float alpha) {
    (void)alpha;
    return fabsf(x);
}

static float apply_neg(float x, float alpha) {
    (void)alpha;
    return -x;
}

static float apply_exp(float x, float alpha) {
    (void)alpha;
    return expf(x);
}

static float apply_sqrt(float x, float alpha) {
    (void)alpha;
    return sqrtf(x);
}

static float apply_rsqrt(float x, float alpha) {
    (void)alpha;
    return 1 / sqrtf(x);
}

static float apply_logistic(float x, float alpha) {
    (void)alpha;
    return 1 / (1 + expf(-x));
}

static float apply_tanh(float x, float alpha) {
    (void)alpha;
    return tanhf(x);
}

static float apply_relu(float x, float alpha) {
    (void)alpha;
    return x > 0 ? x : 0;
}

static float apply_relu6(float x, float alpha) {
    (void)alpha;
    return float_clamp(x, (float_range){0, 6});
}

static float apply_relu_0_to_1(float x, float alpha) {
    (void)alpha;
    return float_clamp(x, (float_range){0, 1});
}

static float apply_relu_n1_to_1(float x, float alpha) {
    (void)alpha;
    return float_clamp(x, (float_range){-1, 1});
}

static float apply_hard_swish(float x, float alpha) {
    (void)alpha;
    return x * float_clamp(x + 3, (float_range){0, 6}) / 6;
}

static float apply_leaky_relu(float x, float alpha) {
    return x >= 0 ? x : x * alpha;
}

static void run_unary(const nn_call *call, float (*f)(float, float)) {
    const float *in = float_input(call, 0);
    float *out = float_output(call);
    const unary_params *params = NN_PARAMS(call->op, unary_params);
    uint32_t count = nn_tensor_elements(nn_call_output(call, 0));
    for (uint32_t i = 0; i < count; i++) {
        out[i] = f(in[i], params->alpha);
    }
}

#define UNARY(f, number, checker)                                            \
    static void run_##f(const nn_call *call, uint32_t first, uint32_t end) { \
        (void)first;                                                         \
        (void)end;                                                           \
        run_unary(call, apply_##f);                                          \
    }                                                                        \
    const nn_op_def float_##f = {                                            \
            .code = (number),                                                \
            .min_inputs = 1,                                                 \
            .max_inputs = 1,                                                 \
            .takes = {FLOAT_TYPE},                                           \
            .makes = FLOAT_TYPE | NN_ELEMENTWISE,                            \
            .check = checker,                                                \
            .run = run_##f,                                                  \
    }

UNARY(abs, 101, check);
UNARY(neg, 59, check);
UNARY(exp, 47, check);
UNARY(sqrt, 75, check);
UNARY(rsqrt, 76, check);
UNARY(logistic, 14, check);
UNARY(tanh, 28, check);
UNARY(relu, 19, check);
UNARY(relu6, 21, check);
UNARY(relu_0_to_1, 152, check);
UNARY(relu_n1_to_1, 20, check);
UNARY(hard_swish, 117, check);
UNARY(leaky_relu, 98, check_leaky);
