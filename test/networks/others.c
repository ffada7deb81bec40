// SPDX-License-Identifier: MIT
// Random networks: layers without windows.

#include <math.h>

#include "nn/ops/ops.h"
#include "test/networks/network.h"

static model_list dims_of(const network *n, int t) {
    return n->m.tensors[t].dims;
}

static int32_t limited(int32_t x) {
    return x < -128 ? -128 : x > 127 ? 127 : x;
}

// Of the other operand, which goes along x or is broadcast, or over which x is.
static model_list draw_operand_dims(network *n) {
    model_list dims = dims_of(n, n->x);
    int32_t kind = random_in(&n->r, 0, 6);
    for (uint32_t i = 0; i < 4; i++) {
        int32_t size = dims.value[i];
        bool one = kind == 1 || (kind == 2 && i < 3) || // of channels
                (kind == 3 && i != 2) ||                // a column
                (kind == 4 && random_once_in(&n->r, 2));
        dims.value[i] = one                       ? 1
                : kind == 4 && size == 1 && i > 0 ? random_in(&n->r, 1, 9)
                                                  : size;
    }
    if (kind == 1 && random_once_in(&n->r, 2)) {
        return LIST(1);
    }
    if (kind == 2 && random_once_in(&n->r, 2)) {
        return LIST(dims.value[3]);
    }
    return dims;
}

static model_list broadcast(const network *n, const model_list *other) {
    model_list dims = dims_of(n, n->x);
    for (uint32_t i = 1; i <= other->count; i++) {
        int32_t size = other->value[other->count - i];
        int32_t *mine = &dims.value[4 - i];
        *mine = *mine == 1 ? size : *mine;
    }
    return dims;
}

// Scale and zero point.
typedef struct scaling {
    float scale;
    int32_t zero_point;
} scaling;

static scaling scaling_of(const network *n, int t) {
    return (scaling){network_scale(n, t), network_zero_point(n, t)};
}

static scaling draw_scaling(network *n) {
    float scale = network_draw_scale(n);
    return (scaling){scale, network_draw_zero_point(n)};
}

// Scales of the other operand and of the output: often all are equal, and zero
// points cancel out.
static void draw_scalings(network *n, const nn_op_def *op, scaling *other,
        scaling *out) {
    scaling mine = scaling_of(n, n->x);
    *other = draw_scaling(n);
    *out = draw_scaling(n);
    if (op == &nn_op_mul) {
        out->scale = mine.scale * other->scale / network_draw_factor(n, 0.01F);
        return;
    }
    float larger;
    switch (random_bits(&n->r) % 6) {
    case 0: // far apart
        other->scale *= ldexpf(1, random_in(&n->r, -14, 14));
        out->scale = fmaxf(mine.scale, other->scale);
        break;
    case 1:
        larger = fmaxf(mine.scale, other->scale);
        out->scale = larger * random_float(&n->r, 0.3F, 3);
        break;
    case 2:
    case 3: // many sums lie between two steps
        other->scale = ldexpf(mine.scale, random_in(&n->r, -4, 3));
        larger = fmaxf(mine.scale, other->scale);
        out->scale = ldexpf(larger, random_in(&n->r, -2, 3));
        break;
    default:
        other->scale = mine.scale;
        out->scale = mine.scale;
        break;
    }
    if (random_once_in(&n->r, 2)) {
        other->zero_point = limited(random_in(&n->r, -128 - mine.zero_point,
                127 - mine.zero_point));
        out->zero_point = limited(mine.zero_point + other->zero_point);
    }
}

static int draw_operand(network *n, model_list dims, scaling s) {
    if (random_once_in(&n->r, 3)) {
        return network_constant(n, dims, s.scale, s.zero_point);
    }
    return network_input(n,
            model_tensor(&n->m, NN_INT8, dims, s.scale, s.zero_point));
}

bool network_binary(network *n) {
    enum { KINDS = 7 };
    static const nn_op_def *const ops[KINDS] = {&nn_op_add, &nn_op_add,
            &nn_op_sub, &nn_op_mul, &nn_op_mul, &nn_op_maximum, &nn_op_minimum};
    const nn_op_def *op = ops[random_bits(&n->r) % KINDS];
    scaling other_scaling;
    scaling out;
    model_list other_dims = draw_operand_dims(n);
    model_list dims = broadcast(n, &other_dims);
    if (!network_fits(&dims, 1) || n->m.inputs.count == 8) {
        return false;
    }
    draw_scalings(n, op, &other_scaling, &out);
    int other = random_once_in(&n->r, 12)
            ? n->x
            : draw_operand(n, other_dims, other_scaling);
    dims = other == n->x ? dims_of(n, n->x) : dims;
    model_list both =
            random_once_in(&n->r, 2) ? LIST(n->x, other) : LIST(other, n->x);
    n->x = layers_apply(&n->m, op, both,
            model_tensor(&n->m, NN_INT8, dims, out.scale, out.zero_point));
    if (op != &nn_op_maximum && op != &nn_op_minimum) {
        model_byte(&n->m, 0, network_draw_activation(n));
    }
    return true;
}

// Zeros, of which the engine rids itself where ADD or a convolution follows.
static bool add_pad(network *n, int32_t pad[4][2]) {
    model_list dims = dims_of(n, n->x);
    for (uint32_t i = 0; i < 4; i++) {
        dims.value[i] += pad[i][0] + pad[i][1];
    }
    if (!network_fits(&dims, 1)) {
        return false;
    }
    int sizes = model_constant(&n->m, NN_INT32, LIST(4, 2), 0, 0, pad);
    n->x = layers_apply(&n->m, &nn_op_pad, LIST(n->x, sizes),
            network_alike(n, n->x, dims));
    return true;
}

bool network_padded_add(network *n) {
    int32_t channels[4][2] = {{0}};
    channels[3][0] = ONE_OF(n, 0, 0, 1, 4, 7);
    channels[3][1] = random_in(&n->r, 0, 9);
    scaling other_scaling;
    scaling out;
    if (n->m.inputs.count == 8 || !add_pad(n, channels)) {
        return false;
    }
    draw_scalings(n, &nn_op_add, &other_scaling, &out);
    int other = draw_operand(n, dims_of(n, n->x), other_scaling);
    model_list both =
            random_once_in(&n->r, 2) ? LIST(n->x, other) : LIST(other, n->x);
    n->x = layers_apply(&n->m, &nn_op_add, both,
            model_tensor(&n->m, NN_INT8, dims_of(n, n->x), out.scale,
                    out.zero_point));
    model_byte(&n->m, 0, network_draw_activation(n));
    return true;
}

bool network_pad(network *n) {
    int32_t pad[4][2] = {{0}};
    uint32_t last = random_once_in(&n->r, 2) ? 2 : 3;
    for (uint32_t i = 1; i <= last; i++) {
        pad[i][0] = random_in(&n->r, 0, 3);
        pad[i][1] = random_in(&n->r, 0, 3);
    }
    return add_pad(n, pad);
}

bool network_prelu(network *n) {
    model_list x = dims_of(n, n->x);
    const model_list shapes[] = {LIST(x.value[3]), LIST(1, 1, x.value[3]),
            LIST(x.value[1], x.value[2], x.value[3]), LIST(1, 1, 1),
            LIST(1, x.value[2], 1), LIST(x.value[1], 1, x.value[3])};
    model_list dims = shapes[random_bits(&n->r) % 6];
    float out = network_scale(n, n->x) / network_draw_factor(n, 1);
    float alpha = out / network_scale(n, n->x) * network_draw_factor(n, 0.01F);
    int slopes = network_constant(n, dims, alpha, network_draw_zero_point(n));
    n->x = layers_apply(&n->m, &nn_op_prelu, LIST(n->x, slopes),
            model_tensor(&n->m, NN_INT8, x, out, network_draw_zero_point(n)));
    return true;
}

bool network_unary(network *n) {
    enum { KINDS = 8 };
    static const nn_op_def *const ops[KINDS] = {&nn_op_logistic, &nn_op_tanh,
            &nn_op_softmax, &nn_op_hard_swish, &nn_op_quantize,
            &nn_op_leaky_relu, &nn_op_relu, &nn_op_relu6};
    const nn_op_def *op = ops[random_bits(&n->r) % KINDS];
    scaling out = draw_scaling(n);
    if (op == &nn_op_logistic || op == &nn_op_softmax) {
        out = (scaling){1.0F / 256, -128};
    } else if (op == &nn_op_tanh) {
        out = (scaling){1.0F / 128, 0};
    } else if (op == &nn_op_hard_swish) { // sums may only become smaller
        out.scale = fmaxf(out.scale, network_scale(n, n->x) / 64);
    }
    n->x = layers_apply(&n->m, op, LIST(n->x),
            model_tensor(&n->m, NN_INT8, dims_of(n, n->x), out.scale,
                    out.zero_point));
    if (op == &nn_op_leaky_relu || op == &nn_op_softmax) {
        model_float(&n->m, 0, random_float(&n->r, 0.05F, 1.2F));
    }
    return true;
}

bool network_mean(network *n) {
    model_list dims = dims_of(n, n->x);
    model_list axes = random_once_in(&n->r, 2) ? LIST(1, 2)
                                               : LIST(random_in(&n->r, 1, 3));
    for (uint32_t i = 0; i < axes.count; i++) {
        dims.value[axes.value[i]] = 1;
    }
    int list = model_ints(&n->m, axes);
    n->x = layers_apply(&n->m, &nn_op_mean, LIST(n->x, list),
            network_tensor(n, dims));
    model_byte(&n->m, 0, 1); // they stay, as ones
    return true;
}

bool network_concatenation(network *n) {
    uint32_t axis = (uint32_t)random_in(&n->r, 1, 3);
    model_list dims = dims_of(n, n->x);
    model_list more = dims;
    more.value[axis] = random_in(&n->r, 1, 9);
    dims.value[axis] += more.value[axis];
    if (!network_fits(&dims, 1) || n->m.inputs.count == 8) {
        return false;
    }
    int other = network_input(n,
            random_once_in(&n->r, 2) ? network_tensor(n, more)
                                     : network_alike(n, n->x, more));
    model_list both =
            random_once_in(&n->r, 2) ? LIST(n->x, other) : LIST(other, n->x);
    n->x = layers_apply(&n->m, &nn_op_concatenation, both,
            network_alike(n, n->x, dims));
    model_int(&n->m, 0, (int32_t)axis);
    return true;
}

bool network_resize(network *n) {
    int32_t h = random_in(&n->r, 1, 2 * network_dim(n, n->x, 1));
    int32_t w = random_in(&n->r, 1, 2 * network_dim(n, n->x, 2));
    model_list dims =
            LIST(network_dim(n, n->x, 0), h, w, network_dim(n, n->x, 3));
    if (!network_fits(&dims, 1)) {
        return false;
    }
    bool nearest = random_once_in(&n->r, 2);
    int size = model_ints(&n->m, LIST(h, w));
    n->x = layers_apply(&n->m,
            nearest ? &nn_op_resize_nearest_neighbor : &nn_op_resize_bilinear,
            LIST(n->x, size), network_alike(n, n->x, dims));
    // corners aligned, half pixel centres, or neither
    uint32_t mode = random_bits(&n->r) % 3;
    model_byte(&n->m, nearest ? 0 : 2, mode == 1);
    model_byte(&n->m, nearest ? 1 : 3, mode == 2);
    return true;
}
