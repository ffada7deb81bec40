// SPDX-License-Identifier: MIT
// Operators with two inputs in float32; int32 ones are the engine's.

#include "host/float/float.h"

#include "nn/ops/ops.h"

typedef struct binary_params {
    // the engine's own operator keeps its parameters from the start
    uint64_t engine[NN_PARAM_BYTES / sizeof(uint64_t) - 1];
    float_range range;
} binary_params;

static bool is_float(const nn_graph *graph, const nn_op *op) {
    return nn_op_output(graph, op, 0)->type == NN_FLOAT32;
}

// The output's sizes: those of the inputs, where 1 stretches to the other's.
static int check_broadcast(const nn_loader *loader) {
    const nn_tensor *a = nn_op_given(loader->graph, loader->op, 0);
    const nn_tensor *b = nn_op_given(loader->graph, loader->op, 1);
    uint32_t rank = a->rank > b->rank ? a->rank : b->rank;
    int32_t shape[NN_MAX_RANK];
    for (uint32_t k = 0; k < rank; k++) {
        int32_t p = nn_tensor_dim(a, (int)k - (int)rank);
        int32_t q = nn_tensor_dim(b, (int)k - (int)rank);
        if (p != q && p != 1 && q != 1) {
            return nn_op_fail(loader, NN_ERR_INVALID,
                    "sizes %d and %d do not go together", p, q);
        }
        shape[k] = p == 1 ? q : p;
    }
    return nn_need_output_shape(loader, rank, shape);
}

static int check(nn_loader *loader, const nn_op_def *engine, bool activation) {
    if (engine && !is_float(loader->graph, loader->op)) {
        return engine->check(loader);
    }
    binary_params *params = NN_PARAMS(loader->op, binary_params);
    int error = check_broadcast(loader);
    params->range = (float_range){0, 0};
    if (error || !activation) {
        return error;
    }
    return float_fused_range(loader, 0, &params->range);
}

// Where the elements of an input lie that belong to an output's.
typedef struct walk {
    uint32_t step[NN_MAX_RANK]; // by dimension of the output, innermost last
} walk;

static walk walk_of(const nn_tensor *in, uint32_t rank) {
    walk w = {{0}};
    uint32_t step = 1;
    for (uint32_t k = 0; k < in->rank; k++) {
        int32_t size = in->dim[in->rank - 1 - k];
        w.step[rank - 1 - k] = size == 1 ? 0 : step;
        step *= (uint32_t)size;
    }
    return w;
}

// Calls f for every element of the output in order; position[] counts.
static void run_binary(const nn_call *call, float (*f)(float, float)) {
    const nn_tensor *out = nn_call_output(call, 0);
    uint32_t rank = out->rank;
    walk wa = walk_of(nn_op_given(call->graph, call->op, 0), rank);
    walk wb = walk_of(nn_op_given(call->graph, call->op, 1), rank);
    const float *a = float_input(call, 0);
    const float *b = float_input(call, 1);
    float *to = float_output(call);
    int32_t position[NN_MAX_RANK] = {0};
    uint32_t count = nn_tensor_elements(out);
    for (uint32_t i = 0; i < count; i++) {
        to[i] = f(*a, *b);
        for (uint32_t k = rank; k-- > 0;) {
            a += wa.step[k];
            b += wb.step[k];
            if (++position[k] < out->dim[k]) {
                break;
            }
            position[k] = 0;
            a -= (size_t)wa.step[k] * (size_t)out->dim[k];
            b -= (size_t)wb.step[k] * (size_t)out->dim[k];
        }
    }
}

static void clamp(const nn_call *call) {
    const binary_params *params = NN_PARAMS(call->op, binary_params);
    float *to = float_output(call);
    uint32_t count = nn_tensor_elements(nn_call_output(call, 0));
    for (uint32_t i = 0; i < count; i++) {
        to[i] = float_clamp(to[i], params->range);
    }
}

static float add(float a, float b) {
    return a + b;
}

static float sub(float a, float b) {
    return a - b;
}

static float mul(float a, float b) {
    return a * b;
}

static float maximum(float a, float b) {
    return a > b ? a : b;
}

static float minimum(float a, float b) {
    return a < b ? a : b;
}

static float prelu(float a, float b) {
    return a >= 0 ? a : a * b;
}

// check, run and definition of one operator.
// The engine's own operators take these as well.
enum {
    ENGINE_TYPES = FLOAT_TYPE | NN_TYPE_BIT(NN_INT32) | NN_TYPE_BIT(NN_INT8),
};

#define BINARY(f, number, engine_op, types, has_activation)                  \
    static int check_##f(nn_loader *loader) {                                \
        return check(loader, engine_op, has_activation);                     \
    }                                                                        \
    static void run_##f(const nn_call *call, uint32_t first, uint32_t end) { \
        const nn_op_def *engine = engine_op;                                 \
        if (engine && !is_float(call->graph, call->op)) {                    \
            engine->run(call, first, end);                                   \
            return;                                                          \
        }                                                                    \
        run_binary(call, f);                                                 \
        if (has_activation) {                                                \
            clamp(call);                                                     \
        }                                                                    \
    }                                                                        \
    const nn_op_def float_##f = {                                            \
            .code = (number),                                                \
            .min_inputs = 2,                                                 \
            .max_inputs = 2,                                                 \
            .takes = {types, (types) | NN_SAME_TYPE},                        \
            .makes = (types) | NN_SAME_TYPE,                                 \
            .check = check_##f,                                              \
            .run = run_##f,                                                  \
    }

BINARY(add, 0, &nn_op_add, ENGINE_TYPES, true);
BINARY(sub, 41, &nn_op_sub, ENGINE_TYPES, true);
BINARY(mul, 18, &nn_op_mul, ENGINE_TYPES, true);
BINARY(maximum, 55, &nn_op_maximum, ENGINE_TYPES, false);
BINARY(minimum, 57, &nn_op_minimum, ENGINE_TYPES, false);
BINARY(prelu, 54, NULL, FLOAT_TYPE, false);
