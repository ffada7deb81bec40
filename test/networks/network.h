// SPDX-License-Identifier: MIT
// Random small networks that try the engine's kernels at their ends: sizes,
// scales, zero points, weights and biases as no training would leave them.

#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>

#include "test/support/layers.h"

// What a layer may make, and compute.
enum { NETWORK_MAX_BYTES = 24000, NETWORK_MAX_MACS = 1000000 };

// A network being made. Every tensor between its layers is int8, of rank 4 and
// has one scale.
typedef struct network {
    model m;
    random_source r;
    int x; // what the next layer reads
} network;

// Adds a layer of its kind behind x, which becomes the layer's output. False,
// and nothing has been added, where what was drawn does not fit.
bool network_conv(network *n);
bool network_depthwise(network *n);
bool network_transpose_conv(network *n);
bool network_pool(network *n);
bool network_fully_connected(network *n);
bool network_binary(network *n);
bool network_padded_add(network *n);
bool network_prelu(network *n);
bool network_unary(network *n);
bool network_mean(network *n);
bool network_pad(network *n);
bool network_concatenation(network *n);
bool network_resize(network *n);

// Size of dimension i of tensor t.
int32_t network_dim(const network *n, int t, uint32_t i);
float network_scale(const network *n, int t);
int32_t network_zero_point(const network *n, int t);
// Whether a tensor of these sizes fits, for which each number takes so many
// products.
bool network_fits(const model_list *dims, int64_t macs_each);

// One of so many numbers.
int32_t network_one_of(network *n, uint32_t count, const int32_t *values);
#define ONE_OF(n, ...)                                                    \
    network_one_of(n, sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t), \
            (int32_t[]){__VA_ARGS__})

int32_t network_draw_zero_point(network *n);
float network_draw_scale(network *n);
int32_t network_draw_activation(network *n);

// A factor from sums to stored numbers. spread is what makes the usual sums
// numbers of all sizes; often it is another one altogether.
float network_draw_factor(network *n, float spread);

// A computed tensor with a scale of its own, or that of t.
int network_tensor(network *n, model_list dims);
int network_alike(network *n, int t, model_list dims);
// An input of the model; its tensor is made by one of the two above.
int network_input(network *n, int t);
// A constant with random numbers and one scale.
int network_constant(network *n, model_list dims, float scale,
        int32_t zero_point);

// Weights and bias of a layer that makes y of x, `taps` products a number;
// dimension `axis` of the weights is y's channels.
typedef struct network_weights {
    model_list dims;
    uint32_t axis;
    int32_t taps;
    int y;
    int filter, bias; // made; bias -1: none
} network_weights;
void network_make_weights(network *n, network_weights *w);

#endif
