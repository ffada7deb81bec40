// SPDX-License-Identifier: MIT
// MEAN, SUM and REDUCE_MAX in float32.

#include "host/float/float.h"

#include <math.h>

#include "nn/ops/shape.h"

typedef struct reduce_params {
    uint32_t axes;  // bit k: dimension k goes
    uint32_t count; // elements that make one
} reduce_params;

static int read_axes(nn_loader *loader, const nn_tensor *in, uint32_t *axes) {
    int32_t axis[NN_MAX_RANK];
    uint32_t count;
    int error = nn_constant_ints(loader, 1, NN_MAX_RANK, axis, &count);
    *axes = 0;
    for (uint32_t k = 0; !error && k < count; k++) {
        int32_t found = nn_need_axis(loader, axis[k], in->rank);
        if (found < 0) {
            return found;
        }
        *axes |= 1U << found;
    }
    return error;
}

static int check(nn_loader *loader) {
    reduce_params *params = NN_PARAMS(loader->op, reduce_params);
    const nn_tensor *in = nn_op_given(loader->graph, loader->op, 0);
    int error = read_axes(loader, in, &params->axes);
    if (error) {
        return error;
    }
    bool keep = nn_option_byte(loader, 0, 0);
    int32_t shape[NN_MAX_RANK];
    uint32_t rank = 0;
    params->count = 1;
    for (uint32_t k = 0; k < in->rank; k++) {
        bool gone = params->axes >> k & 1;
        params->count *= gone ? (uint32_t)in->dim[k] : 1;
        if (!gone || keep) {
            shape[rank++] = gone ? 1 : in->dim[k];
        }
    }
    return nn_need_output_shape(loader, rank, shape);
}

// Place of the output element that input element i adds to.
static uint32_t target_of(const nn_tensor *in, uint32_t axes, uint32_t i) {
    uint32_t place = 0;
    uint32_t step = 1;
    for (uint32_t k = in->rank; k-- > 0;) {
        uint32_t size = (uint32_t)in->dim[k];
        if (!(axes >> k & 1)) {
            place += i % size * step;
            step *= size;
        }
        i /= size;
    }
    return place;
}

// The sums are kept in float32, one element of the output each.
static void fold(const nn_call *call, float start, float (*f)(float, float)) {
    const reduce_params *params = NN_PARAMS(call->op, reduce_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const float *from = float_input(call, 0);
    float *to = float_output(call);
    uint32_t outputs = nn_tensor_elements(nn_call_output(call, 0));
    uint32_t inputs = nn_tensor_elements(in);
    for (uint32_t i = 0; i < outputs; i++) {
        to[i] = start;
    }
    for (uint32_t i = 0; i < inputs; i++) {
        uint32_t place = target_of(in, params->axes, i);
        to[place] = f(to[place], from[i]);
    }
}

static float add(float a, float b) {
    return a + b;
}

static float larger(float a, float b) {
    return b > a ? b : a;
}

static void run_sum(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    fold(call, 0, add);
}

static void run_mean(const nn_call *call, uint32_t first, uint32_t end) {
    run_sum(call, first, end);
    const reduce_params *params = NN_PARAMS(call->op, reduce_params);
    float *to = float_output(call);
    uint32_t outputs = nn_tensor_elements(nn_call_output(call, 0));
    for (uint32_t i = 0; i < outputs; i++) {
        to[i] /= (float)params->count;
    }
}

static void run_max(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    fold(call, -INFINITY, larger);
}

const nn_op_def float_mean = {
        .code = 40,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {FLOAT_TYPE, NN_INTS | NN_CONSTANT},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run_mean,
};

const nn_op_def float_sum = {
        .code = 74,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {FLOAT_TYPE, NN_INTS | NN_CONSTANT},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run_sum,
};

const nn_op_def float_reduce_max = {
        .code = 82,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {FLOAT_TYPE, NN_INTS | NN_CONSTANT},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run_max,
};
