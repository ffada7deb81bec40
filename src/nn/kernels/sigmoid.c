// SPDX-License-Identifier: MIT
// LOGISTIC and TANH.

#include "nn/kernels/sigmoid.h"

#include "nn/kernels/fixed_exp.h"
#include "nn/kernels/lookup.h"

// One of them where it does not saturate, from a as F4, in units of 2^-31.
typedef int32_t real_function(int32_t a);

static int32_t between(const nn_sigmoid *p, int32_t q, real_function *function,
        uint32_t bits, int32_t zero) {
    int32_t x = q - p->in_zero;
    if (x <= -p->radius) {
        return INT8_MIN;
    }
    if (x >= p->radius) {
        return INT8_MAX;
    }
    int32_t y = function(nn_times(x, &p->factor));
    return nn_round_shift(y, bits) + zero;
}

static int32_t real_logistic(int32_t a) {
    if (a == 0) {
        return 1 << 30;
    }
    int32_t y = nn_fixed_reciprocal(nn_fixed_exp(a < 0 ? a : -a, 4));
    return a < 0 ? INT32_MAX - y : y;
}

static int32_t real_tanh(int32_t a) {
    // e^(-2a): the same bits with one more before the point
    int32_t y = nn_fixed_ratio(nn_fixed_exp(a < 0 ? a : -a, 5));
    return a < 0 ? -y : y;
}

// Results have 8 bits behind the point and a zero point of -128.
static int32_t logistic(const void *params, int32_t q) {
    return between(params, q, real_logistic, 23, INT8_MIN);
}

// Results have 7 bits behind the point.
static int32_t hyperbolic_tangent(const void *params, int32_t q) {
    return between(params, q, real_tanh, 24, 0);
}

void nn_logistic_begin(const nn_call *call) {
    nn_lookup_begin(call, logistic);
}

void nn_tanh_begin(const nn_call *call) {
    nn_lookup_begin(call, hyperbolic_tangent);
}
