// SPDX-License-Identifier: MIT
// Random networks: numbers, scales, weights.

#include <math.h>
#include <stdlib.h>

#include "test/networks/network.h"

int32_t network_dim(const network *n, int t, uint32_t i) {
    return n->m.tensors[t].dims.value[i];
}

float network_scale(const network *n, int t) {
    return n->m.tensors[t].scales[0];
}

int32_t network_zero_point(const network *n, int t) {
    return (int32_t)n->m.tensors[t].zero_points[0];
}

bool network_fits(const model_list *dims, int64_t macs_each) {
    int64_t count = (int64_t)layers_elements(dims);
    return count <= NETWORK_MAX_BYTES && count * macs_each <= NETWORK_MAX_MACS;
}

int32_t network_one_of(network *n, uint32_t count, const int32_t *values) {
    return values[random_bits(&n->r) % count];
}

int32_t network_draw_zero_point(network *n) {
    int32_t any = random_in(&n->r, -128, 127);
    return ONE_OF(n, -128, -128, 127, 0, any, any, any);
}

float network_draw_scale(network *n) {
    // powers of two make factors that are exact
    float mantissa =
            random_once_in(&n->r, 3) ? 1.0F : random_float(&n->r, 1, 2);
    return ldexpf(mantissa, random_in(&n->r, -8, -2));
}

int32_t network_draw_activation(network *n) {
    return ONE_OF(n, 0, 0, 0, 1, 2, 3); // none, RELU, RELU_N1_TO_1, RELU6
}

float network_draw_factor(network *n, float spread) {
    random_source *r = &n->r;
    float beside;
    switch (random_bits(r) % 10) {
    case 0:
        return random_float(r, 1, 70);
    case 1: // powers of two
        return ldexpf(1, random_in(r, -24, 8));
    case 2:
        return ldexpf(1, ilogbf(spread) + random_in(r, 0, 2));
    case 3:
        return random_float(r, 0.45F, 1.02F);
    case 4: // one step beside one and one half
        beside = random_once_in(r, 2) ? 0 : 2;
        return nextafterf(random_once_in(r, 2) ? 1.0F : 0.5F, beside);
    case 5:
        return ldexpf(1, random_in(r, -34, -18)) * 1.3F;
    default:
        return spread * random_float(r, 0.3F, 3);
    }
}

int network_tensor(network *n, model_list dims) {
    float scale = network_draw_scale(n);
    return model_tensor(&n->m, NN_INT8, dims, scale,
            network_draw_zero_point(n));
}

int network_alike(network *n, int t, model_list dims) {
    return model_tensor(&n->m, NN_INT8, dims, network_scale(n, t),
            network_zero_point(n, t));
}

int network_input(network *n, int t) {
    n->m.inputs.value[n->m.inputs.count++] = t;
    return t;
}

// SMALL ones make sums that lie between two steps of the output often.
typedef enum numbers { ANY, EXTREMES, LARGEST, SPARSE, SMALL, NUMBERS } numbers;

static numbers draw_numbers(network *n) {
    return random_once_in(&n->r, 2)
            ? ANY
            : (numbers)random_in(&n->r, ANY, NUMBERS - 1);
}

static int8_t draw_number(network *n, numbers kind) {
    int32_t any = random_in(&n->r, -128, 127);
    switch (kind) {
    case EXTREMES:
        any = ONE_OF(n, -128, -127, 127);
        break;
    case LARGEST:
        any = 127;
        break;
    case SPARSE:
        any = random_once_in(&n->r, 5) ? any : 0;
        break;
    case SMALL:
        any = random_in(&n->r, -2, 2);
        break;
    default:
        break;
    }
    return (int8_t)any;
}

static int make_constant(network *n, model_list dims, float scale,
        int32_t zero_point, numbers kind) {
    size_t count = layers_elements(&dims);
    int8_t *data = layers_take(count, 1);
    for (size_t i = 0; i < count; i++) {
        data[i] = draw_number(n, kind);
    }
    int t = model_constant(&n->m, NN_INT8, dims, scale, zero_point, data);
    free(data);
    return t;
}

int network_constant(network *n, model_list dims, float scale,
        int32_t zero_point) {
    return make_constant(n, dims, scale, zero_point, draw_numbers(n));
}

// Some channels have no weights at all, as training may leave them.
static void clear_channels(network *n, const network_weights *w, int8_t *data) {
    size_t inner = 1;
    for (uint32_t i = w->axis + 1; i < w->dims.count; i++) {
        inner *= (size_t)w->dims.value[i];
    }
    size_t channels = (size_t)w->dims.value[w->axis];
    size_t cleared = random_bits(&n->r) % channels;
    for (size_t i = 0; i < layers_elements(&w->dims); i++) {
        if (i / inner % channels == cleared) {
            data[i] = 0;
        }
    }
}

// A scale for each channel, or one.
static float *make_scales(network *n, const network_weights *w, numbers kind,
        uint32_t *count) {
    uint32_t channels = (uint32_t)w->dims.value[w->axis];
    float *scales = layers_take(channels, sizeof *scales);
    float spread = (kind == SMALL ? 0.3F : 0.01F) / sqrtf((float)w->taps);
    float unit = network_scale(n, w->y) / network_scale(n, n->x);
    float factor = network_draw_factor(n, spread);
    bool same = random_once_in(&n->r, 3);
    bool alike = random_once_in(&n->r, 2);
    *count = random_once_in(&n->r, 4) ? 1 : channels;
    for (uint32_t c = 0; c < channels; c++) {
        float each = alike ? factor * random_float(&n->r, 0.5F, 1)
                           : network_draw_factor(n, spread);
        scales[c] = unit * (*count == 1 || same ? factor : each);
    }
    return scales;
}

static int32_t draw_bias(network *n, float factor, int kind) {
    const int32_t far = 1 << 30;
    float steps = random_float(&n->r, -90, 90) / factor;
    int32_t some = random_in(&n->r, -2000, 2000);
    switch (kind) {
    case 0: // the sums' own ends
        return some / 4 + ONE_OF(n, far, -far, far / 2, -far / 2);
    case 1:
        return some;
    case 2:
        return 0;
    default: // what moves the output
        return steps > (float)far     ? far
                : steps < -(float)far ? -far
                                      : (int32_t)steps;
    }
}

static int make_bias(network *n, const network_weights *w, const float *scales,
        uint32_t count) {
    uint32_t channels = (uint32_t)w->dims.value[w->axis];
    if (random_once_in(&n->r, 5)) {
        return -1;
    }
    int32_t *data = layers_take(channels, sizeof *data);
    float unit = network_scale(n, w->y) / network_scale(n, n->x);
    int kind = random_in(&n->r, 0, 6);
    bool mixed = random_once_in(&n->r, 4);
    for (uint32_t c = 0; c < channels; c++) {
        float factor = scales[count > 1 ? c : 0] / unit;
        data[c] = draw_bias(n, factor, mixed ? random_in(&n->r, 0, 4) : kind);
    }
    int t = model_constant(&n->m, NN_INT32, LIST((int32_t)channels), 0, 0,
            data);
    free(data);
    return t;
}

void network_make_weights(network *n, network_weights *w) {
    uint32_t count;
    numbers kind = draw_numbers(n);
    float *scales = make_scales(n, w, kind, &count);
    w->filter = make_constant(n, w->dims, scales[0], 0, kind);
    if (random_once_in(&n->r, 4)) {
        clear_channels(n, w, (int8_t *)n->m.tensors[w->filter].data);
    }
    if (count > 1) {
        model_scales(&n->m, w->filter, w->axis, count, scales);
    }
    w->bias = make_bias(n, w, scales, count);
    free(scales);
}
