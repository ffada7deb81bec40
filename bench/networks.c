// SPDX-License-Identifier: MIT
// Writes networks for the bench that no converter would make: odd channel
// counts, wide kernels, strides and dilations, and every other operator.
// Argument: the folder.

#include <stdio.h>
#include <stdlib.h>

#include "nn/ops/ops.h"
#include "test/support/layers.h"

typedef enum kind { CONV, DEPTHWISE } kind;

// One convolution behind the other; padding is SAME.
typedef struct layer {
    kind kind;
    int32_t kernel_h, kernel_w, stride, dilation;
    int32_t channels; // of the output; DEPTHWISE: a multiple of the input's
} layer;

typedef struct network {
    const char *name;
    int32_t side, channels; // of the input
    layer layers[12];
} network;

static const network networks[] = {
        {"odd_conv", 64, 3,
                {{CONV, 7, 7, 1, 1, 5}, {CONV, 3, 3, 1, 2, 42},
                        {CONV, 1, 1, 1, 1, 5}, {CONV, 3, 3, 1, 1, 42},
                        {CONV, 3, 3, 3, 1, 42}, {CONV, 5, 3, 1, 1, 42},
                        {CONV, 3, 3, 1, 2, 25}, {CONV, 1, 1, 1, 1, 42}}},
        {"odd_depthwise", 64, 42,
                {{DEPTHWISE, 7, 7, 1, 1, 42}, {DEPTHWISE, 3, 3, 1, 2, 42},
                        {DEPTHWISE, 3, 3, 1, 1, 42},
                        {DEPTHWISE, 5, 5, 1, 1, 42},
                        {DEPTHWISE, 5, 3, 1, 3, 42},
                        {DEPTHWISE, 3, 3, 3, 1, 42},
                        {DEPTHWISE, 7, 7, 2, 1, 42}}},
        {"odd_narrow", 96, 1,
                {{DEPTHWISE, 7, 7, 1, 1, 1}, {CONV, 7, 7, 1, 1, 1},
                        {CONV, 5, 5, 1, 1, 2}, {DEPTHWISE, 7, 7, 1, 1, 2},
                        {CONV, 3, 3, 1, 2, 3}, {DEPTHWISE, 7, 7, 1, 1, 3},
                        {CONV, 7, 7, 3, 1, 5}, {DEPTHWISE, 3, 3, 1, 1, 5},
                        {DEPTHWISE, 5, 5, 1, 2, 35}, {CONV, 1, 1, 1, 1, 3}}},
};

static float *scales_of(random_source *r, int32_t count, float around) {
    float *scales = layers_take((size_t)count, sizeof *scales);
    for (int32_t i = 0; i < count; i++) {
        scales[i] = around * random_float(r, 0.5F, 1.5F);
    }
    return scales;
}

// Weights with a scale for each channel, such that sums of random numbers
// fill the output's range.
static int filter_of(model *m, random_source *r, model_list dims, uint32_t axis,
        int32_t taps) {
    float around = 1.0F;
    for (int32_t n = taps; n > 1; n /= 4) {
        around /= 2;
    }
    int32_t count = dims.value[axis];
    float *scales = scales_of(r, count, around / 60);
    int t = layers_constant(m, r, dims, scales[0]);
    model_scales(m, t, axis, (uint32_t)count, scales);
    free(scales);
    return t;
}

static int32_t add_layer(model *m, random_source *r, const layer *l,
        int32_t *side, int32_t channels, int *x) {
    bool depthwise = l->kind == DEPTHWISE;
    int32_t taps = l->kernel_h * l->kernel_w * (depthwise ? 1 : channels);
    model_list dims = depthwise
            ? LIST(1, l->kernel_h, l->kernel_w, l->channels)
            : LIST(l->channels, l->kernel_h, l->kernel_w, channels);
    int filter = filter_of(m, r, dims, depthwise ? 3 : 0, taps);
    int bias = layers_bias(m, r, l->channels);
    *side = (*side + l->stride - 1) / l->stride;
    int y = model_tensor(m, NN_INT8, LIST(1, *side, *side, l->channels), 0.05F,
            random_in(r, -20, 20));
    uint32_t dilation = depthwise ? 5 : 4;
    model_op(m, depthwise ? nn_op_depthwise_conv_2d.code : nn_op_conv_2d.code,
            LIST(*x, filter, bias), LIST(y));
    layers_window(m, LAYERS_SAME, (int32_t[]){l->stride, l->stride});
    if (depthwise) {
        model_int(m, 3, l->channels / channels);
    }
    model_int(m, dilation, l->dilation);
    model_int(m, dilation + 1, l->dilation);
    *x = y;
    return l->channels;
}

static void write_network(const network *n, const char *folder) {
    model m = {0};
    random_source r = random_from((uint64_t)n->channels);
    int32_t side = n->side;
    int32_t channels = n->channels;
    int x = model_tensor(&m, NN_INT8, LIST(1, side, side, channels), 0.05F, 3);
    m.inputs = LIST(x);
    for (const layer *l = n->layers; l->channels > 0; l++) {
        channels = add_layer(&m, &r, l, &side, channels, &x);
    }
    m.outputs = LIST(x);
    layers_write_model(&m, folder, n->name);
}

enum { SIDE = 32, DEPTH = 18 };

static int like(model *m, int32_t side, float scale, int32_t zero_point) {
    return model_tensor(m, NN_INT8, LIST(1, side, side, DEPTH), scale,
            zero_point);
}

static int add_pool(model *m, const nn_op_def *op, int x, int32_t size,
        int32_t stride, int y) {
    layers_apply(m, op, LIST(x), y);
    layers_window(m, LAYERS_SAME, (int32_t[]){stride, stride});
    model_int(m, 3, size);
    model_int(m, 4, size);
    return y;
}

// Every operator that is no convolution, on images of 32 x 32 x 18.
static void write_operators(const char *folder) {
    model m = {0};
    random_source r = random_from(1);
    int in = like(&m, SIDE, 0.05F, 3);
    int x = in;
    m.inputs = LIST(in);
    x = layers_apply(&m, &nn_op_logistic, LIST(x),
            like(&m, SIDE, 1.0F / 256, -128));
    x = layers_apply(&m, &nn_op_mul, LIST(x, in), like(&m, SIDE, 0.045F, 2));
    x = layers_apply(&m, &nn_op_tanh, LIST(x), like(&m, SIDE, 1.0F / 128, 0));
    x = layers_apply(&m, &nn_op_add, LIST(x, in), like(&m, SIDE, 0.055F, 2));
    x = layers_apply(&m, &nn_op_hard_swish, LIST(x),
            like(&m, SIDE, 0.04F, -100));
    x = layers_apply(&m, &nn_op_sub, LIST(in, x), like(&m, SIDE, 0.06F, 40));
    x = layers_apply(&m, &nn_op_leaky_relu, LIST(x),
            like(&m, SIDE, 0.05F, -60));
    model_float(&m, 0, 0.1F);
    int alpha = layers_constant(&m, &r, LIST(1, 1, DEPTH), 0.003F);
    x = layers_apply(&m, &nn_op_prelu, LIST(x, alpha),
            like(&m, SIDE, 0.05F, -40));
    int factor = layers_constant(&m, &r, LIST(1, 1, 1, DEPTH), 0.01F);
    x = layers_apply(&m, &nn_op_mul, LIST(x, factor),
            like(&m, SIDE, 0.04F, -4));
    x = layers_apply(&m, &nn_op_quantize, LIST(x), like(&m, SIDE, 0.05F, 3));
    x = layers_apply(&m, &nn_op_maximum, LIST(x, in), like(&m, SIDE, 0.05F, 3));
    int8_t most = 100;
    int top = model_constant(&m, NN_INT8, LIST(1), 0.05F, 3, &most);
    x = layers_apply(&m, &nn_op_minimum, LIST(x, top),
            like(&m, SIDE, 0.05F, 3));
    x = add_pool(&m, &nn_op_average_pool_2d, x, 3, 1, like(&m, SIDE, 0.05F, 3));
    x = add_pool(&m, &nn_op_max_pool_2d, x, 3, 1, like(&m, SIDE, 0.05F, 3));
    x = add_pool(&m, &nn_op_max_pool_2d, x, 2, 2, like(&m, SIDE / 2, 0.05F, 3));
    int size = model_ints(&m, LIST(SIDE, SIDE));
    x = layers_apply(&m, &nn_op_resize_bilinear, LIST(x, size),
            like(&m, SIDE, 0.05F, 3));
    model_byte(&m, 3, 1); // half pixel centres
    int half = model_ints(&m, LIST(SIDE / 2, SIDE / 2));
    int y = layers_apply(&m, &nn_op_resize_nearest_neighbor, LIST(x, half),
            like(&m, SIDE / 2, 0.05F, 3));
    int order = model_ints(&m, LIST(0, 3, 1, 2));
    y = layers_apply(&m, &nn_op_transpose, LIST(y, order),
            model_tensor(&m, NN_INT8, LIST(1, DEPTH, SIDE / 2, SIDE / 2), 0.05F,
                    3));
    int both =
            model_tensor(&m, NN_INT8, LIST(1, SIDE, SIDE, 2 * DEPTH), 0.05F, 3);
    layers_apply(&m, &nn_op_concatenation, LIST(x, in), both);
    model_int(&m, 0, 3);
    int soft = layers_apply(&m, &nn_op_softmax, LIST(both),
            model_tensor(&m, NN_INT8, LIST(1, SIDE, SIDE, 2 * DEPTH),
                    1.0F / 256, -128));
    model_float(&m, 0, 1.0F);
    int axes = model_ints(&m, LIST(1, 2));
    int mean = layers_apply(&m, &nn_op_mean, LIST(both, axes),
            model_tensor(&m, NN_INT8, LIST(1, 2 * DEPTH), 0.01F, 5));
    int weights = layers_constant(&m, &r, LIST(1001, 2 * DEPTH), 0.002F);
    int dense = layers_apply(&m, &nn_op_fully_connected,
            LIST(mean, weights, layers_bias(&m, &r, 1001)),
            model_tensor(&m, NN_INT8, LIST(1, 1001), 0.01F, 0));
    m.outputs = LIST(y, soft, dense);
    layers_write_model(&m, folder, "odd_operators");
}

int main(int argc, char **argv) {
    if (argc != 2) {
        (void)fprintf(stderr, "networks: give one folder\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        write_network(&networks[i], argv[1]);
    }
    write_operators(argv[1]);
    return 0;
}
