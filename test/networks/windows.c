// SPDX-License-Identifier: MIT
// Random networks: layers with windows, and FULLY_CONNECTED.

#include "test/networks/network.h"

#include "nn/ops/ops.h"

// Pairs are rows, then columns.
typedef struct window {
    int32_t kernel[2], stride[2], dilation[2];
    layers_padding padding;
} window;

static window draw_window(network *n) {
    random_source *r = &n->r;
    window w = {.padding = random_once_in(r, 3) ? LAYERS_VALID : LAYERS_SAME};
    int32_t side = ONE_OF(n, 1, 1, 2, 3, 3, 3, 5, 7, 9);
    int32_t most = random_once_in(r, 6) ? 11 : 7;
    bool square = !random_once_in(r, 3);
    bool steps = random_once_in(r, 3);
    bool wide = random_once_in(r, 4);
    int32_t step = random_in(r, 1, 3);
    for (int i = 0; i < 2; i++) {
        bool odd = random_once_in(r, 3); // strides differ
        w.kernel[i] = square ? side : random_in(r, 1, most);
        w.stride[i] = odd && steps ? random_in(r, 1, 3) : steps ? step : 1;
        w.dilation[i] = wide ? random_in(r, 1, 3) : 1;
    }
    return w;
}

// What the window makes of so many rows or columns; 0 where it does not fit.
static int32_t shrunk(const window *w, int i, int32_t size) {
    int32_t reach = (w->kernel[i] - 1) * w->dilation[i] + 1;
    if (w->padding == LAYERS_SAME) {
        return (size + w->stride[i] - 1) / w->stride[i];
    }
    return size < reach ? 0 : (size - reach) / w->stride[i] + 1;
}

static model_list shape_behind(const network *n, const window *w,
        int32_t channels) {
    return LIST(network_dim(n, n->x, 0), shrunk(w, 0, network_dim(n, n->x, 1)),
            shrunk(w, 1, network_dim(n, n->x, 2)), channels);
}

static bool fits(const model_list *dims, int64_t macs_each) {
    return layers_elements(dims) > 0 && network_fits(dims, macs_each);
}

static void dilate(model *m, uint32_t field, const window *w) {
    model_int(m, field, w->dilation[1]);
    model_int(m, field + 1, w->dilation[0]);
}

bool network_conv(network *n) {
    window w = draw_window(n);
    int32_t in = network_dim(n, n->x, 3);
    int32_t groups = 1;
    if (random_once_in(&n->r, 4)) {
        groups = random_in(&n->r, 1, in);
        groups = in % groups == 0 ? groups : in;
    }
    int32_t many = ONE_OF(n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 25, 42, 64);
    int32_t out = groups > 1 ? groups * random_in(&n->r, 1, 4) : many;
    int32_t taps = w.kernel[0] * w.kernel[1] * (in / groups);
    model_list dims = shape_behind(n, &w, out);
    if (!fits(&dims, taps)) {
        return false;
    }
    network_weights l = {.dims = LIST(out, w.kernel[0], w.kernel[1],
                                 in / groups),
            .taps = taps,
            .y = network_tensor(n, dims)};
    network_make_weights(n, &l);
    n->x = layers_apply(&n->m, &nn_op_conv_2d, LIST(n->x, l.filter, l.bias),
            l.y);
    layers_window(&n->m, w.padding, w.stride);
    model_byte(&n->m, 3, network_draw_activation(n));
    dilate(&n->m, 4, &w);
    return true;
}

bool network_depthwise(network *n) {
    window w = draw_window(n);
    if (random_once_in(&n->r, 2)) { // of which there are special kernels
        int32_t stride = random_in(&n->r, 1, 2);
        w = (window){{3, 3}, {stride, stride}, {1, 1}, w.padding};
    }
    int32_t in = network_dim(n, n->x, 3);
    int32_t many = random_once_in(&n->r, 4) ? random_in(&n->r, 2, 3) : 1;
    int32_t taps = w.kernel[0] * w.kernel[1];
    model_list dims = shape_behind(n, &w, in * many);
    if (!fits(&dims, taps)) {
        return false;
    }
    network_weights l = {.dims = LIST(1, w.kernel[0], w.kernel[1], in * many),
            .axis = 3,
            .taps = taps,
            .y = network_tensor(n, dims)};
    network_make_weights(n, &l);
    n->x = layers_apply(&n->m, &nn_op_depthwise_conv_2d,
            LIST(n->x, l.filter, l.bias), l.y);
    layers_window(&n->m, w.padding, w.stride);
    model_int(&n->m, 3, many);
    model_byte(&n->m, 4, network_draw_activation(n));
    dilate(&n->m, 5, &w);
    return true;
}

bool network_transpose_conv(network *n) {
    window w = draw_window(n);
    int32_t in = network_dim(n, n->x, 3);
    int32_t out = random_in(&n->r, 1, 9);
    int32_t size[2];
    for (int i = 0; i < 2; i++) {
        int32_t from = network_dim(n, n->x, (uint32_t)i + 1) - 1;
        int32_t more = random_in(&n->r, 0, w.stride[i] - 1);
        size[i] = from * w.stride[i] + more +
                (w.padding == LAYERS_SAME ? 1 : w.kernel[i]);
    }
    int32_t taps = w.kernel[0] * w.kernel[1] * in;
    model_list dims = LIST(network_dim(n, n->x, 0), size[0], size[1], out);
    if (!fits(&dims, taps)) {
        return false;
    }
    network_weights l = {.dims = LIST(out, w.kernel[0], w.kernel[1], in),
            .taps = taps,
            .y = network_tensor(n, dims)};
    network_make_weights(n, &l);
    model_list inputs = LIST(model_ints(&n->m, dims), l.filter, n->x, l.bias);
    n->x = layers_apply(&n->m, &nn_op_transpose_conv, inputs, l.y);
    layers_window(&n->m, w.padding, w.stride);
    model_byte(&n->m, 3, network_draw_activation(n));
    return true;
}

bool network_pool(network *n) {
    window w = draw_window(n);
    for (int i = 0; i < 2; i++) {
        w.dilation[i] = 1;
    }
    if (random_once_in(&n->r, 3)) { // the whole image, or nearly
        w.padding = LAYERS_VALID;
        w.kernel[0] = network_dim(n, n->x, 1);
        w.kernel[1] = network_dim(n, n->x, 2) - random_in(&n->r, 0, 1);
    }
    model_list dims = shape_behind(n, &w, network_dim(n, n->x, 3));
    if (w.kernel[1] < 1 || !fits(&dims, w.kernel[0] * w.kernel[1])) {
        return false;
    }
    n->x = layers_apply(&n->m,
            random_once_in(&n->r, 2) ? &nn_op_max_pool_2d
                                     : &nn_op_average_pool_2d,
            LIST(n->x), network_alike(n, n->x, dims));
    layers_window(&n->m, w.padding, w.stride);
    model_int(&n->m, 3, w.kernel[1]);
    model_int(&n->m, 4, w.kernel[0]);
    model_byte(&n->m, 5, network_draw_activation(n));
    return true;
}

// Vectors are pixels, rows, or all there is.
bool network_fully_connected(network *n) {
    int32_t h = network_dim(n, n->x, 1);
    int32_t w = network_dim(n, n->x, 2);
    int32_t length = network_dim(n, n->x, 3);
    int32_t out = ONE_OF(n, 1, 2, 3, 4, 5, 7, 10, 42);
    model_list dims = LIST(network_dim(n, n->x, 0), h, w, out);
    int32_t kind = random_in(&n->r, 0, 2);
    if (kind > 0) {
        length *= w;
        dims.value[2] = 1;
    }
    if (kind > 1) {
        length *= h;
        dims.value[1] = 1;
    }
    if (!fits(&dims, length) || out * length > 2 * NETWORK_MAX_BYTES) {
        return false;
    }
    network_weights l = {.dims = LIST(out, length),
            .taps = length,
            .y = network_tensor(n, dims)};
    network_make_weights(n, &l);
    n->x = layers_apply(&n->m, &nn_op_fully_connected,
            LIST(n->x, l.filter, l.bias), l.y);
    model_byte(&n->m, 0, network_draw_activation(n));
    return true;
}
