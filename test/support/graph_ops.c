// SPDX-License-Identifier: MIT
// Random int8 models: one operator of each kind with random options.

#include <math.h>
#include <stdlib.h>

#include "test/support/graph.h"

#include "nn/ops/ops.h"

// Beyond these an operator does not fit: the tests run thousands of graphs.
enum { MAX_BYTES = 30000, MAX_MACS = 3000000, MAX_CHANNELS = 24 };

enum { SAME, VALID };

typedef struct window {
    int32_t kernel[2], stride[2], dilation[2]; // rows, columns
    int32_t padding;
} window;

static window draw_window(graph *g, bool dilated) {
    bool large = random_once_in(&g->r, 4);
    window w = {.padding = random_once_in(&g->r, 3) ? VALID : SAME};
    for (int i = 0; i < 2; i++) {
        w.kernel[i] = random_in(&g->r, 1, large ? 7 : 3);
        w.stride[i] = random_once_in(&g->r, 3) ? random_in(&g->r, 2, 3) : 1;
        bool wide = dilated && w.stride[i] == 1 && random_once_in(&g->r, 4);
        w.dilation[i] = wide ? random_in(&g->r, 2, 3) : 1;
    }
    return w;
}

// What a window of this kind makes of so many rows or columns; 0 where it
// does not fit.
static int32_t shrunk(const window *w, int i, int32_t size) {
    int32_t reach = (w->kernel[i] - 1) * w->dilation[i] + 1;
    if (w->padding == SAME) {
        return (size + w->stride[i] - 1) / w->stride[i];
    }
    return size < reach ? 0 : (size - reach) / w->stride[i] + 1;
}

static bool too_large(const graph *g, int t, int32_t h, int32_t w, int32_t c,
        int64_t macs_each) {
    int64_t bytes = (int64_t)graph_dim(g, t, 0) * h * w * c;
    return bytes > MAX_BYTES || bytes <= 0 || bytes * macs_each > MAX_MACS;
}

static int weights(graph *g, model_list dims, uint32_t axis, float scale) {
    size_t bytes = 1;
    for (uint32_t i = 0; i < dims.count; i++) {
        bytes *= (size_t)dims.value[i];
    }
    int8_t *data = malloc(bytes);
    if (!data) {
        abort();
    }
    for (size_t i = 0; i < bytes; i++) {
        data[i] = (int8_t)random_in(&g->r, -127, 127);
    }
    int t = model_constant(g->m, NN_INT8, dims, scale, 0, data);
    free(data);
    if (random_once_in(&g->r, 2)) {
        uint32_t count = (uint32_t)dims.value[axis];
        float scales[256];
        for (uint32_t i = 0; i < count; i++) {
            scales[i] = scale * random_float(&g->r, 0.3F, 1.0F);
        }
        model_scales(g->m, t, axis, count, scales);
    }
    return t;
}

// A bias, or -1: none.
static int bias(graph *g, int image, int filter, int32_t channels) {
    int32_t data[256];
    if (random_once_in(&g->r, 8)) {
        return -1;
    }
    for (int32_t i = 0; i < channels; i++) {
        data[i] = random_in(&g->r, -2000, 2000);
    }
    float scale =
            g->m->tensors[image].scales[0] * g->m->tensors[filter].scales[0];
    return model_constant(g->m, NN_INT32, LIST(channels), scale, 0, data);
}

// A scale for weights that gives sums of n products a spread like the
// output's.
static float weight_scale(graph *g, int in, int32_t n) {
    return 0.02F / (73 * 73 * g->m->tensors[in].scales[0] * sqrtf((float)n)) *
            random_float(&g->r, 20, 50);
}

static int32_t activation(graph *g) {
    static const int32_t codes[] = {0, 0, 1, 3, 2};
    return codes[random_bits(&g->r) % 5];
}

// Padding, strides in the order that all windowed options share.
static void window_options(model *m, const window *w) {
    model_byte(m, 0, w->padding);
    model_int(m, 1, w->stride[1]);
    model_int(m, 2, w->stride[0]);
}

static bool add_conv(graph *g, int in) {
    window w = draw_window(g, true);
    int32_t channels = graph_dim(g, in, 3);
    int32_t h = shrunk(&w, 0, graph_dim(g, in, 1));
    int32_t width = shrunk(&w, 1, graph_dim(g, in, 2));
    int32_t made = random_in(&g->r, 1, MAX_CHANNELS);
    int32_t taps = w.kernel[0] * w.kernel[1] * channels;
    if (too_large(g, in, h, width, made, taps)) {
        return false;
    }
    int filter = weights(g, LIST(made, w.kernel[0], w.kernel[1], channels), 0,
            weight_scale(g, in, taps));
    int b = bias(g, in, filter, made);
    int out = graph_image(g, graph_dim(g, in, 0), h, width, made);
    model_op(g->m, nn_op_conv_2d.code, LIST(in, filter, b), LIST(out));
    window_options(g->m, &w);
    model_byte(g->m, 3, activation(g));
    model_int(g->m, 4, w.dilation[1]);
    model_int(g->m, 5, w.dilation[0]);
    return true;
}

static bool add_depthwise(graph *g, int in) {
    window w = draw_window(g, true);
    int32_t many = random_once_in(&g->r, 4) ? random_in(&g->r, 2, 3) : 1;
    int32_t h = shrunk(&w, 0, graph_dim(g, in, 1));
    int32_t width = shrunk(&w, 1, graph_dim(g, in, 2));
    int32_t made = graph_dim(g, in, 3) * many;
    int32_t taps = w.kernel[0] * w.kernel[1];
    if (made > 2 * MAX_CHANNELS || too_large(g, in, h, width, made, taps)) {
        return false;
    }
    int filter = weights(g, LIST(1, w.kernel[0], w.kernel[1], made), 3,
            weight_scale(g, in, taps));
    int b = bias(g, in, filter, made);
    int out = graph_image(g, graph_dim(g, in, 0), h, width, made);
    model_op(g->m, nn_op_depthwise_conv_2d.code, LIST(in, filter, b),
            LIST(out));
    window_options(g->m, &w);
    model_int(g->m, 3, many);
    model_byte(g->m, 4, activation(g));
    model_int(g->m, 5, w.dilation[1]);
    model_int(g->m, 6, w.dilation[0]);
    return true;
}

static bool add_transpose_conv(graph *g, int in) {
    window w = draw_window(g, false);
    int32_t channels = graph_dim(g, in, 3);
    int32_t made = random_in(&g->r, 1, 8);
    int32_t size[2];
    for (int i = 0; i < 2; i++) {
        int32_t from = graph_dim(g, in, (uint32_t)i + 1);
        size[i] = w.padding == SAME ? (from - 1) * w.stride[i] + 1 +
                        random_in(&g->r, 0, w.stride[i] - 1)
                                    : (from - 1) * w.stride[i] + w.kernel[i];
    }
    int32_t taps = w.kernel[0] * w.kernel[1] * channels;
    if (size[0] > 67 || size[1] > 67 ||
            too_large(g, in, size[0], size[1], made, taps)) {
        return false;
    }
    int filter = weights(g, LIST(made, w.kernel[0], w.kernel[1], channels), 0,
            weight_scale(g, in, taps));
    int32_t n = graph_dim(g, in, 0);
    int shape = model_ints(g->m, LIST(n, size[0], size[1], made));
    int out = graph_image(g, n, size[0], size[1], made);
    model_op(g->m, nn_op_transpose_conv.code, LIST(shape, filter, in),
            LIST(out));
    window_options(g->m, &w);
    return true;
}

static bool add_pool(graph *g, int in) {
    window w = draw_window(g, false);
    int32_t h = shrunk(&w, 0, graph_dim(g, in, 1));
    int32_t width = shrunk(&w, 1, graph_dim(g, in, 2));
    int32_t channels = graph_dim(g, in, 3);
    if (too_large(g, in, h, width, channels, w.kernel[0] * w.kernel[1])) {
        return false;
    }
    bool most = random_once_in(&g->r, 2);
    int out = graph_alike(g, in, LIST(graph_dim(g, in, 0), h, width, channels));
    model_op(g->m, most ? nn_op_max_pool_2d.code : nn_op_average_pool_2d.code,
            LIST(in), LIST(out));
    window_options(g->m, &w);
    model_int(g->m, 3, w.kernel[1]);
    model_int(g->m, 4, w.kernel[0]);
    model_byte(g->m, 5, activation(g));
    return true;
}

static model_list dims_of(const graph *g, int t) {
    return g->m->tensors[t].dims;
}

// The second operand: a tensor of the same shape, itself, or a constant.
static int operand(graph *g, int in) {
    if (random_once_in(&g->r, 3)) {
        model_list dims = LIST(1, 1, 1, graph_dim(g, in, 3));
        if (random_once_in(&g->r, 3)) {
            dims = LIST(1);
        }
        return weights(g, dims, dims.count - 1, 0.02F);
    }
    return graph_pick_alike(g, in);
}

static bool add_binary(graph *g, int in) {
    const int32_t codes[] = {nn_op_add.code, nn_op_add.code, nn_op_mul.code,
            nn_op_sub.code};
    int other = operand(g, in);
    model_list pair =
            random_once_in(&g->r, 2) ? LIST(in, other) : LIST(other, in);
    if (g->m->tensors[other].scale_count > 1) {
        g->m->tensors[other].scale_count = 1;
    }
    int out = graph_image(g, graph_dim(g, in, 0), graph_dim(g, in, 1),
            graph_dim(g, in, 2), graph_dim(g, in, 3));
    model_op(g->m, codes[random_bits(&g->r) % 4], pair, LIST(out));
    model_byte(g->m, 0, activation(g));
    return true;
}

static bool add_compare(graph *g, int in) {
    int other = graph_pick_alike(g, in);
    int out = graph_alike(g, in, dims_of(g, in));
    model_op(g->m,
            random_once_in(&g->r, 2) ? nn_op_maximum.code : nn_op_minimum.code,
            LIST(in, other), LIST(out));
    return true;
}

// Operators whose output has the input's scale.
static bool add_unary_alike(graph *g, int in) {
    const int32_t codes[] = {nn_op_relu.code, nn_op_relu6.code};
    int out = graph_alike(g, in, dims_of(g, in));
    model_op(g->m, codes[random_bits(&g->r) % 2], LIST(in), LIST(out));
    return true;
}

static bool add_unary(graph *g, int in) {
    const int32_t codes[] = {nn_op_leaky_relu.code, nn_op_hard_swish.code,
            nn_op_quantize.code, nn_op_abs.code, nn_op_relu.code};
    int32_t code = codes[random_bits(&g->r) % 5];
    int out = graph_image(g, graph_dim(g, in, 0), graph_dim(g, in, 1),
            graph_dim(g, in, 2), graph_dim(g, in, 3));
    model_op(g->m, code, LIST(in), LIST(out));
    if (code == nn_op_leaky_relu.code) {
        model_float(g->m, 0, random_float(&g->r, 0.05F, 0.4F));
    }
    return true;
}

// LOGISTIC, TANH, SOFTMAX: the output's scale is given.
static bool add_bounded(graph *g, int in) {
    uint32_t kind = random_bits(&g->r) % 3;
    const int32_t codes[] = {nn_op_logistic.code, nn_op_softmax.code,
            nn_op_tanh.code};
    float scale = kind == 2 ? 1.0F / 128 : 1.0F / 256;
    int out = graph_alike(g, in, dims_of(g, in));
    g->m->tensors[out].scales[0] = scale;
    g->m->tensors[out].zero_points[0] = kind == 2 ? 0 : -128;
    model_op(g->m, codes[kind], LIST(in), LIST(out));
    if (kind == 1) {
        model_float(g->m, 0, 1);
    }
    return true;
}

static bool add_prelu(graph *g, int in) {
    int alpha = weights(g, LIST(1, 1, graph_dim(g, in, 3)), 2, 0.005F);
    g->m->tensors[alpha].scale_count = 1;
    int out = graph_image(g, graph_dim(g, in, 0), graph_dim(g, in, 1),
            graph_dim(g, in, 2), graph_dim(g, in, 3));
    model_op(g->m, nn_op_prelu.code, LIST(in, alpha), LIST(out));
    return true;
}

// PAD of height and width, of channels, or of all; now and then a mirror.
static bool add_pad(graph *g, int in) {
    uint32_t kind = random_bits(&g->r) % 4;
    int32_t pad[4][2] = {{0}};
    int32_t dim[4];
    int64_t bytes = 1;
    for (uint32_t i = 0; i < 4; i++) {
        bool wanted = kind == 0 ? i == 3 : kind == 1 ? i > 0 : i == 1 || i == 2;
        int32_t most = graph_dim(g, in, i) - 1;
        most = kind == 3 && most < 3 ? most : 3;
        for (uint32_t j = 0; j < 2 && wanted; j++) {
            pad[i][j] = random_in(&g->r, 0, most);
        }
        dim[i] = graph_dim(g, in, i) + pad[i][0] + pad[i][1];
        bytes *= dim[i];
    }
    if (bytes > MAX_BYTES || dim[3] > 3 * MAX_CHANNELS) {
        return false;
    }
    int paddings = model_constant(g->m, NN_INT32, LIST(4, 2), 0, 0, pad);
    int out = graph_alike(g, in, LIST(dim[0], dim[1], dim[2], dim[3]));
    model_op(g->m, kind == 3 ? nn_op_mirror_pad.code : nn_op_pad.code,
            LIST(in, paddings), LIST(out));
    return true;
}

// A requantised copy of t with the scale of like.
static int rescaled(graph *g, int t, int like) {
    int out = graph_alike(g, like, dims_of(g, t));
    model_op(g->m, nn_op_quantize.code, LIST(t), LIST(out));
    return out;
}

static bool same_but(const graph *g, int a, int b, uint32_t axis) {
    for (uint32_t i = 0; i < 4; i++) {
        if (i != axis && graph_dim(g, a, i) != graph_dim(g, b, i)) {
            return false;
        }
    }
    return true;
}

static bool add_concatenation(graph *g, int in) {
    uint32_t axis =
            random_once_in(&g->r, 2) ? 3 : (uint32_t)random_in(&g->r, 1, 2);
    model_list parts = LIST(in);
    model_list dims = dims_of(g, in);
    int64_t bytes = (int64_t)dims.value[0] * dims.value[1] * dims.value[2] *
            dims.value[3];
    for (int tries = 0; tries < 12 && parts.count < 4; tries++) {
        int t = graph_pick(g);
        int64_t more = bytes / dims.value[axis] * graph_dim(g, t, axis);
        if (t == in || !same_but(g, t, in, axis) || bytes + more > MAX_BYTES) {
            continue;
        }
        bytes += more;
        dims.value[axis] += graph_dim(g, t, axis);
        parts.value[parts.count++] = rescaled(g, t, in);
    }
    if (dims.value[3] > 3 * MAX_CHANNELS) {
        return false;
    }
    int out = graph_alike(g, in, dims);
    model_op(g->m, nn_op_concatenation.code, parts, LIST(out));
    model_int(g->m, 0,
            random_once_in(&g->r, 2) ? (int32_t)axis : (int32_t)axis - 4);
    model_byte(g->m, 1, 0);
    return true;
}

static bool add_resize(graph *g, int in) {
    int32_t h = random_in(&g->r, 1, 2 * graph_dim(g, in, 1));
    int32_t w = random_in(&g->r, 1, 2 * graph_dim(g, in, 2));
    int32_t channels = graph_dim(g, in, 3);
    if (h > 67 || w > 67 || too_large(g, in, h, w, channels, 1)) {
        return false;
    }
    bool nearest = random_once_in(&g->r, 2);
    int out = graph_alike(g, in, LIST(graph_dim(g, in, 0), h, w, channels));
    model_op(g->m,
            nearest ? nn_op_resize_nearest_neighbor.code
                    : nn_op_resize_bilinear.code,
            LIST(in, model_ints(g->m, LIST(h, w))), LIST(out));
    // field 0 and 1 of ResizeBilinearOptions are no longer used
    uint32_t mode = random_bits(&g->r) % 3;
    model_byte(g->m, nearest ? 0 : 2, mode == 1);
    model_byte(g->m, nearest ? 1 : 3, mode == 2);
    return true;
}

static bool add_split(graph *g, int in) {
    int32_t axis = random_in(&g->r, 1, 3);
    int32_t size = graph_dim(g, in, (uint32_t)axis);
    int32_t parts = size % 2 == 0 ? 2 : size % 3 == 0 ? 3 : 1;
    model_list dims = dims_of(g, in);
    dims.value[axis] /= parts;
    model_list outputs = {.count = (uint32_t)parts};
    for (int32_t i = 0; i < parts; i++) {
        outputs.value[i] = graph_alike(g, in, dims);
    }
    int where = model_constant(g->m, NN_INT32, (model_list){0}, 0, 0, &axis);
    model_op(g->m, nn_op_split.code, LIST(where, in), outputs);
    model_int(g->m, 0, parts);
    return true;
}

static bool add_strided_slice(graph *g, int in) {
    model_list begin = {.count = 4};
    model_list end = {.count = 4};
    model_list stride = {.count = 4};
    model_list dims = {.count = 4};
    for (uint32_t i = 0; i < 4; i++) {
        int32_t size = graph_dim(g, in, i);
        bool cut = i > 0 && random_once_in(&g->r, 2);
        begin.value[i] = cut ? random_in(&g->r, 0, size - 1) : 0;
        end.value[i] = cut ? random_in(&g->r, begin.value[i] + 1, size) : size;
        stride.value[i] = cut ? random_in(&g->r, 1, 3) : 1;
        dims.value[i] = (end.value[i] - begin.value[i] + stride.value[i] - 1) /
                stride.value[i];
    }
    int out = graph_alike(g, in, dims);
    model_op(g->m, nn_op_strided_slice.code,
            LIST(in, model_ints(g->m, begin), model_ints(g->m, end),
                    model_ints(g->m, stride)),
            LIST(out));
    return true;
}

static bool add_blocks(graph *g, int in) {
    int32_t n = graph_dim(g, in, 0);
    int32_t h = graph_dim(g, in, 1);
    int32_t w = graph_dim(g, in, 2);
    int32_t c = graph_dim(g, in, 3);
    bool deeper = h % 2 == 0 && w % 2 == 0 && c * 4 <= 2 * MAX_CHANNELS;
    if (!deeper && c % 4 != 0) {
        return false;
    }
    int out = graph_alike(g, in,
            deeper ? LIST(n, h / 2, w / 2, c * 4)
                   : LIST(n, h * 2, w * 2, c / 4));
    model_op(g->m,
            deeper ? nn_op_space_to_depth.code : nn_op_depth_to_space.code,
            LIST(in), LIST(out));
    model_int(g->m, 0, 2);
    return true;
}

// Another shape of rank 4 with the same bytes; its rows may stay or not.
static bool add_reshape(graph *g, int in) {
    model_list d = dims_of(g, in);
    if (random_once_in(&g->r, 2)) {
        d.value[2] = d.value[2] * d.value[3];
        d.value[3] = 1;
    } else {
        d.value[1] = d.value[1] * d.value[2];
        d.value[2] = 1;
    }
    int out = graph_alike(g, in, d);
    model_op(g->m, nn_op_reshape.code, LIST(in, model_ints(g->m, d)),
            LIST(out));
    model_int_vector(g->m, 0, d);
    return true;
}

// The mean of every channel, multiplied back: a squeeze-and-excite block.
static bool add_attention(graph *g, int in) {
    int32_t n = graph_dim(g, in, 0);
    int32_t c = graph_dim(g, in, 3);
    int mean = graph_image(g, n, 1, 1, c);
    model_op(g->m, nn_op_mean.code, LIST(in, model_ints(g->m, LIST(1, 2))),
            LIST(mean));
    model_byte(g->m, 0, 1);
    int out = graph_image(g, n, graph_dim(g, in, 1), graph_dim(g, in, 2), c);
    model_op(g->m, nn_op_mul.code, LIST(in, mean), LIST(out));
    model_byte(g->m, 0, 0);
    return true;
}

static bool add_transpose(graph *g, int in) {
    static const int32_t orders[3][4] = {{0, 2, 1, 3}, {0, 3, 1, 2},
            {0, 1, 3, 2}};
    const int32_t *order = orders[random_bits(&g->r) % 3];
    model_list dims = dims_of(g, in);
    for (uint32_t i = 0; i < 4; i++) {
        dims.value[i] = graph_dim(g, in, (uint32_t)order[i]);
    }
    if (dims.value[3] > 2 * MAX_CHANNELS) {
        return false;
    }
    int out = graph_alike(g, in, dims);
    int perm = model_ints(g->m, LIST(order[0], order[1], order[2], order[3]));
    model_op(g->m, nn_op_transpose.code, LIST(in, perm), LIST(out));
    return true;
}

bool graph_add(graph *g) {
    static const struct {
        bool (*add)(graph *g, int in);
        uint32_t weight;
    } kinds[] = {
            {add_conv, 8},
            {add_depthwise, 8},
            {add_transpose_conv, 2},
            {add_pool, 4},
            {add_binary, 9},
            {add_compare, 2},
            {add_unary_alike, 2},
            {add_unary, 3},
            {add_bounded, 1},
            {add_prelu, 2},
            {add_pad, 4},
            {add_concatenation, 4},
            {add_resize, 3},
            {add_split, 1},
            {add_strided_slice, 2},
            {add_blocks, 1},
            {add_reshape, 1},
            {add_attention, 1},
            {add_transpose, 1},
    };
    enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    uint32_t sum = 0;
    for (uint32_t i = 0; i < KINDS; i++) {
        sum += kinds[i].weight;
    }
    uint32_t drawn = random_bits(&g->r) % sum;
    uint32_t kind = 0;
    while (drawn >= kinds[kind].weight) {
        drawn -= kinds[kind++].weight;
    }
    return kinds[kind].add(g, graph_pick(g));
}
