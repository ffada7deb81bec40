// SPDX-License-Identifier: MIT
// Moves int8 zero points to the lowest number where that changes nothing.

#include "host/quantize/lift.h"

#include <math.h>

#include "host/quantize/pairs.h"
#include "host/quantize/scheme.h"
#include "host/quantize/weights.h"

// Beyond it a bias is no longer one that kernels are fast with.
static const double bias_limit = 1 << 28;

static tfl_tensor *input(tfl_model *model, const tfl_op *op, int32_t k) {
    return &model->tensors[op->inputs[k]];
}

static bool fits(const double *bias, size_t count) {
    for (size_t k = 0; k < count; k++) {
        if (!(fabs(bias[k]) < bias_limit)) {
            return false;
        }
    }
    return true;
}

// The bias of the operator that makes the tensor, up by so many steps of it.
static void give(const tfl_tensor *between, const tfl_tensor *bias,
        int32_t steps, double *out) {
    const int32_t *from = bias->data;
    for (size_t c = 0; c < tfl_elements(bias); c++) {
        double scale = (double)bias->scales[bias->scale_count > 1 ? c : 0];
        double up = steps * (double)between->scales[0] / scale;
        out[c] = weights_round((double)from[c] + up, INT32_MAX);
    }
}

// The bias of the operator that reads it, down by what its weights make of
// as many.
static void take(const tfl_tensor *weights, const tfl_tensor *bias,
        int32_t steps, double *out) {
    const int32_t *from = bias->data;
    const int8_t *w = weights->data;
    size_t count = tfl_elements(bias);
    size_t each = tfl_elements(weights) / count;
    for (size_t c = 0; c < count; c++) {
        int64_t sum = 0;
        for (size_t i = 0; i < each; i++) {
            sum += *w++;
        }
        out[c] = (double)from[c] - (double)(sum * steps);
    }
}

static void set(tfl_tensor *bias, const double *from, int32_t *room) {
    for (size_t c = 0; c < tfl_elements(bias); c++) {
        room[c] = (int32_t)from[c];
    }
    bias->data = room;
}

static int lift(tfl_model *model, tfl_tensor *between, const tfl_op *first,
        const tfl_op *second, nn_error *error) {
    scheme_inputs where = scheme_weights(second->code);
    tfl_tensor *given = input(model, first, scheme_weights(first->code).bias);
    tfl_tensor *taken = input(model, second, where.bias);
    size_t counts[] = {tfl_elements(given), tfl_elements(taken)};
    double *real[2];
    int32_t *whole[2];
    int64_t *zero = tfl_alloc(model, 1, sizeof *zero);
    bool there = zero != NULL;
    for (size_t k = 0; k < 2; k++) {
        real[k] = tfl_alloc(model, counts[k] + 1, sizeof *real[k]);
        whole[k] = tfl_alloc(model, counts[k] + 1, sizeof *whole[k]);
        there = there && real[k] && whole[k];
    }
    if (!there) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
    }
    int32_t steps = (int32_t)between->zero_points[0] - INT8_MIN;
    give(between, given, steps, real[0]);
    take(input(model, second, where.weights), taken, steps, real[1]);
    if (fits(real[0], counts[0]) && fits(real[1], counts[1])) {
        set(given, real[0], whole[0]);
        set(taken, real[1], whole[1]);
        *zero = INT8_MIN;
        between->zero_points = zero;
    }
    return 0;
}

int lift_zero_points(tfl_model *int8, nn_error *error) {
    int code = 0;
    for (uint32_t k = 0; !code && k < int8->tensor_count; k++) {
        const tfl_op *second = pairs_taker(int8, (int32_t)k, NN_INT8);
        if (second && int8->tensors[k].scale_count == 1) {
            code = lift(int8, &int8->tensors[k], tfl_producer(int8, (int32_t)k),
                    second, error);
        }
    }
    return code;
}
