// SPDX-License-Identifier: MIT
// LOGISTIC and TANH.

#include "nn/kernels/sigmoid.h"

#include "nn/kernels/fixed_exp.h"
#include "nn/kernels/lookup.h"

// Results have 8 bits behind the point and a zero point of -128.
static int32_t logistic(const void *params, int32_t q) {
    const nn_sigmoid *p = params;
    int32_t x = q - p->in_zero;
    if (x <= -p->radius) {
        return INT8_MIN;
    }
    if (x >= p->radius) {
        return INT8_MAX;
    }
    int32_t a = nn_multiply(x, p->factor);
    int32_t y = 1 << 30;
    if (a > 0) {
        y = nn_fixed_reciprocal(nn_fixed_exp(-a, 4));
    } else if (a < 0) {
        y = INT32_MAX - nn_fixed_reciprocal(nn_fixed_exp(a, 4));
    }
    return nn_round_shift(y, 23) - 128;
}

// Results have 7 bits behind the point.
static int32_t hyperbolic_tangent(const void *params, int32_t q) {
    const nn_sigmoid *p = params;
    int32_t x = q - p->in_zero;
    if (x <= -p->radius) {
        return INT8_MIN;
    }
    if (x >= p->radius) {
        return INT8_MAX;
    }
    int32_t a = nn_multiply(x, p->factor);
    int32_t y = 0;
    if (a > 0) { // e^(-2a): the same bits with one more before the point
        y = nn_fixed_ratio(nn_fixed_exp(-a, 5));
    } else if (a < 0) {
        y = -nn_fixed_ratio(nn_fixed_exp(a, 5));
    }
    return nn_round_shift(y, 24);
}

void nn_logistic_begin(const nn_call *call) {
    nn_lookup_begin(call, logistic);
}

void nn_tanh_begin(const nn_call *call) {
    nn_lookup_begin(call, hyperbolic_tangent);
}
