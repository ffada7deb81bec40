// SPDX-License-Identifier: MIT
// Random int8 models: the operators that leave images behind or that stand at
// the ends of a model, and types other than int8.

#include <stdbool.h>
#include <stdlib.h>

#include "test/support/graph.h"

#include "nn/ops/ops.h"

// A computed tensor of another type or rank, without a scale.
static int plain(graph *g, nn_type type, model_list dims) {
    int t = model_tensor(g->m, type, dims, 0, 0);
    g->tensors[g->count++] = t;
    return t;
}

static model_list dims_of(const graph *g, int t) {
    return g->m->tensors[t].dims;
}

// dims without dimension axis.
static model_list without(model_list dims, uint32_t axis) {
    for (uint32_t i = axis; i + 1 < dims.count; i++) {
        dims.value[i] = dims.value[i + 1];
    }
    dims.count--;
    return dims;
}

static int scalar(graph *g, int32_t value) {
    return model_constant(g->m, NN_INT32, (model_list){0}, 0, 0, &value);
}

static bool add_fully_connected(graph *g, int in) {
    enum { MADE = 5, MOST = 600 };
    int32_t n = graph_dim(g, in, 0);
    int32_t size =
            graph_dim(g, in, 1) * graph_dim(g, in, 2) * graph_dim(g, in, 3);
    int8_t weights[MADE * MOST];
    if (size > MOST) {
        return false;
    }
    random_fill(&g->r, weights, sizeof weights);
    for (int i = 0; i < MADE * MOST; i++) {
        weights[i] = (int8_t)(weights[i] == -128 ? 0 : weights[i]);
    }
    int flat = graph_alike(g, in, LIST(n, size));
    model_op(g->m, nn_op_reshape.code,
            LIST(in, model_ints(g->m, LIST(n, size))), LIST(flat));
    int filter =
            model_constant(g->m, NN_INT8, LIST(MADE, size), 0.005F, 0, weights);
    int out = graph_alike(g, in, LIST(n, MADE));
    model_op(g->m, nn_op_fully_connected.code, LIST(flat, filter, -1),
            LIST(out));
    model_byte(g->m, 0, 0);
    return true;
}

static bool add_arg_max(graph *g, int in) {
    uint32_t axis = random_bits(&g->r) % 4;
    int out = plain(g, NN_INT32, without(dims_of(g, in), axis));
    model_op(g->m, nn_op_arg_max.code, LIST(in, scalar(g, (int32_t)axis)),
            LIST(out));
    model_byte(g->m, 0, NN_INT32);
    return true;
}

static bool add_reduction(graph *g, int in) {
    const int32_t codes[] = {nn_op_mean.code, nn_op_sum.code,
            nn_op_reduce_max.code};
    uint32_t axis = random_bits(&g->r) % 4;
    int out = graph_alike(g, in, without(dims_of(g, in), axis));
    model_op(g->m, codes[random_bits(&g->r) % 3],
            LIST(in, model_ints(g->m, LIST((int32_t)axis))), LIST(out));
    model_byte(g->m, 0, 0);
    return true;
}

static bool add_unpack(graph *g, int in) {
    uint32_t axis = random_bits(&g->r) % 4;
    int32_t parts = graph_dim(g, in, axis);
    if (parts > 4) {
        return false;
    }
    model_list outputs = {.count = (uint32_t)parts};
    for (int32_t i = 0; i < parts; i++) {
        outputs.value[i] = graph_alike(g, in, without(dims_of(g, in), axis));
    }
    model_op(g->m, nn_op_unpack.code, LIST(in), outputs);
    model_int(g->m, 0, parts);
    model_int(g->m, 1, (int32_t)axis);
    return true;
}

static bool add_pack(graph *g, int in) {
    uint32_t axis = random_bits(&g->r) % 5;
    model_list dims = {.count = 5};
    for (uint32_t i = 0; i < 5; i++) {
        dims.value[i] = i == axis ? 2 : graph_dim(g, in, i < axis ? i : i - 1);
    }
    int out = graph_alike(g, in, dims);
    model_op(g->m, nn_op_pack.code, LIST(in, in), LIST(out));
    model_int(g->m, 0, 2);
    model_int(g->m, 1, (int32_t)axis);
    return true;
}

static bool add_shape(graph *g, int in) {
    int out = plain(g, NN_INT32, LIST(4));
    model_op(g->m, nn_op_shape.code, LIST(in), LIST(out));
    model_byte(g->m, 0, NN_INT32);
    return true;
}

static bool add_cast(graph *g, int in) {
    nn_type type = random_once_in(&g->r, 2) ? NN_INT32 : NN_FLOAT32;
    int out = plain(g, type, dims_of(g, in));
    model_op(g->m, nn_op_cast.code, LIST(in), LIST(out));
    model_byte(g->m, 0, NN_INT8);
    model_byte(g->m, 1, type);
    return true;
}

static bool add_dequantize(graph *g, int in) {
    int out = plain(g, NN_FLOAT32, dims_of(g, in));
    model_op(g->m, nn_op_dequantize.code, LIST(in), LIST(out));
    return true;
}

static bool add_gather(graph *g, int in) {
    uint32_t axis = 1 + random_bits(&g->r) % 3;
    int32_t last = graph_dim(g, in, axis) - 1;
    model_list dims = dims_of(g, in);
    dims.value[axis] = 3;
    int indices = model_ints(g->m,
            LIST(random_in(&g->r, 0, last), 0, random_in(&g->r, 0, last)));
    int out = graph_alike(g, in, dims);
    model_op(g->m, nn_op_gather.code, LIST(in, indices), LIST(out));
    model_int(g->m, 0, (int32_t)axis);
    return true;
}

static bool add_slice(graph *g, int in) {
    model_list begin = {.count = 4};
    model_list dims = {.count = 4};
    for (uint32_t i = 0; i < 4; i++) {
        int32_t size = graph_dim(g, in, i);
        begin.value[i] = i > 0 ? random_in(&g->r, 0, size - 1) : 0;
        dims.value[i] = random_in(&g->r, 1, size - begin.value[i]);
    }
    dims.value[0] = graph_dim(g, in, 0);
    int out = graph_alike(g, in, dims);
    model_op(g->m, nn_op_slice.code,
            LIST(in, model_ints(g->m, begin), model_ints(g->m, dims)),
            LIST(out));
    return true;
}

static bool add_split_v(graph *g, int in) {
    uint32_t axis = 1 + random_bits(&g->r) % 3;
    int32_t size = graph_dim(g, in, axis);
    if (size < 2) {
        return false;
    }
    model_list dims = dims_of(g, in);
    int32_t first = random_in(&g->r, 1, size - 1);
    dims.value[axis] = first;
    int a = graph_alike(g, in, dims);
    dims.value[axis] = size - first;
    int b = graph_alike(g, in, dims);
    model_op(g->m, nn_op_split_v.code,
            LIST(in, model_ints(g->m, LIST(first, size - first)),
                    scalar(g, (int32_t)axis)),
            LIST(a, b));
    model_int(g->m, 0, 2);
    return true;
}

static bool add_expand_dims(graph *g, int in) {
    model_list d = dims_of(g, in);
    int out = graph_alike(g, in,
            LIST(1, d.value[0], d.value[1], d.value[2], d.value[3]));
    model_op(g->m, nn_op_expand_dims.code, LIST(in, scalar(g, 0)), LIST(out));
    return true;
}

static bool add_squeeze(graph *g, int in) {
    if (graph_dim(g, in, 0) != 1) {
        return false;
    }
    int out = graph_alike(g, in, without(dims_of(g, in), 0));
    model_op(g->m, nn_op_squeeze.code, LIST(in), LIST(out));
    model_int_vector(g->m, 0, LIST(0));
    return true;
}

static bool add_batches(graph *g, int in) {
    const int32_t none[4] = {0};
    int32_t n = graph_dim(g, in, 0);
    int32_t h = graph_dim(g, in, 1);
    int32_t w = graph_dim(g, in, 2);
    int32_t c = graph_dim(g, in, 3);
    bool apart = h % 2 == 0;
    if (!apart && n % 2 != 0) {
        return false;
    }
    int block = model_ints(g->m, LIST(2, 1));
    int edges = model_constant(g->m, NN_INT32, LIST(2, 2), 0, 0, none);
    int out = graph_alike(g, in,
            apart ? LIST(2 * n, h / 2, w, c) : LIST(n / 2, 2 * h, w, c));
    model_op(g->m,
            apart ? nn_op_space_to_batch_nd.code : nn_op_batch_to_space_nd.code,
            LIST(in, block, edges), LIST(out));
    return true;
}

static bool add_power(graph *g, int in) {
    const int32_t codes[] = {nn_op_exp.code, nn_op_neg.code, nn_op_sqrt.code,
            nn_op_rsqrt.code, nn_op_relu_0_to_1.code};
    int out = graph_image(g, graph_dim(g, in, 0), graph_dim(g, in, 1),
            graph_dim(g, in, 2), graph_dim(g, in, 3));
    // roots are of numbers that are not negative
    uint32_t kind = random_bits(&g->r) % 5;
    if (kind == 2 || kind == 3) {
        int above = graph_alike(g, in, dims_of(g, in));
        model_op(g->m, nn_op_relu.code, LIST(in), LIST(above));
        in = above;
    }
    model_op(g->m, codes[kind], LIST(in), LIST(out));
    return true;
}

bool graph_add_end(graph *g) {
    static bool (*const kinds[])(graph *, int) = {
            add_fully_connected,
            add_arg_max,
            add_reduction,
            add_unpack,
            add_pack,
            add_shape,
            add_cast,
            add_dequantize,
            add_gather,
            add_slice,
            add_split_v,
            add_expand_dims,
            add_squeeze,
            add_batches,
            add_power,
    };
    uint32_t count = sizeof kinds / sizeof kinds[0];
    return kinds[random_bits(&g->r) % count](g, graph_pick(g));
}

int graph_add_input(graph *g, int32_t n, int32_t h, int32_t w, int32_t c) {
    if (!random_once_in(&g->r, 4)) {
        return graph_image(g, n, h, w, c);
    }
    bool real = random_once_in(&g->r, 2);
    int in = model_tensor(g->m, real ? NN_FLOAT32 : NN_UINT8, LIST(n, h, w, c),
            real ? 0 : 0.02F, real ? 0 : 128);
    int out = graph_image(g, n, h, w, c);
    model_op(g->m, nn_op_quantize.code, LIST(in), LIST(out));
    return in;
}
