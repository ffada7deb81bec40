// SPDX-License-Identifier: MIT
// CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nn/error.h"
#include "nn/ops/ops.h"
#include "test/support/invoke.h"
#include "test/support/random.h"
#include "test/support/reference.h"

enum { SAME, VALID };
enum { MAX_CHANNELS = 64 };

// A convolution of either kind, all sizes as in the file.
typedef struct conv {
    const nn_op_def *def;
    int32_t n, h, w, c; // image
    int32_t out_h, out_w, out_c;
    int32_t kernel[2], stride[2], dilation[2]; // rows, columns
    int32_t group_in;                          // channels that a filter reads
    int32_t padding, activation;
    float in_scale, out_scale;
    int32_t in_zero, out_zero;
    float scales[MAX_CHANNELS]; // of the weights
    uint32_t scale_count;
    int32_t bias[MAX_CHANNELS];
    bool has_bias;
    int32_t pad[4][2]; // of a PAD in front: all of h, w is behind it
    int8_t *image, *filter;
} conv;

static bool is_depthwise(const conv *c) {
    return c->def == &nn_op_depthwise_conv_2d;
}

static bool is_transposed(const conv *c) {
    return c->def == &nn_op_transpose_conv;
}

static model_list filter_dims(const conv *c) {
    return is_depthwise(c)
            ? LIST(1, c->kernel[0], c->kernel[1], c->out_c)
            : LIST(c->out_c, c->kernel[0], c->kernel[1], c->group_in);
}

static size_t filter_size(const conv *c) {
    return (size_t)(c->out_c * c->kernel[0] * c->kernel[1] * c->group_in);
}

static bool has_pad(const conv *c) {
    return c->pad[1][0] + c->pad[1][1] + c->pad[2][0] + c->pad[2][1] > 0;
}

// The image, behind a PAD of what has a border. Returns the model's input and
// sets *x to what the convolution reads.
static int build_image(model *m, const conv *c, int *x) {
    model_list dims = LIST(c->n, c->h, c->w, c->c);
    *x = model_tensor(m, NN_INT8, dims, c->in_scale, c->in_zero);
    if (!has_pad(c)) {
        return *x;
    }
    for (int axis = 1; axis < 3; axis++) {
        dims.value[axis] -= c->pad[axis][0] + c->pad[axis][1];
    }
    int inner = model_tensor(m, NN_INT8, dims, c->in_scale, c->in_zero);
    int pads = model_constant(m, NN_INT32, LIST(4, 2), 0, 0, c->pad);
    model_op(m, nn_op_pad.code, LIST(inner, pads), LIST(*x));
    return inner;
}

static void build(model *m, const conv *c) {
    bool depthwise = is_depthwise(c);
    model_list shape = LIST(c->n, c->out_h, c->out_w, c->out_c);
    int x;
    int input = build_image(m, c, &x);
    int f = model_constant(m, NN_INT8, filter_dims(c), c->scales[0], 0,
            c->filter);
    if (c->scale_count > 1) {
        model_scales(m, f, depthwise ? 3 : 0, c->scale_count, c->scales);
    }
    int b = -1;
    if (c->has_bias) {
        b = model_constant(m, NN_INT32, LIST(c->out_c), 0.1F, 0, c->bias);
    }
    int y = model_tensor(m, NN_INT8, shape, c->out_scale, c->out_zero);
    model_list inputs = LIST(x, f, b);
    if (is_transposed(c)) {
        inputs = LIST(model_ints(m, shape), f, x, b);
    }
    model_op(m, c->def->code, inputs, LIST(y));
    model_byte(m, 0, c->padding);
    model_int(m, 1, c->stride[1]);
    model_int(m, 2, c->stride[0]);
    if (depthwise) {
        model_int(m, 3, c->out_c / c->c);
    }
    model_byte(m, depthwise ? 4 : 3, c->activation);
    if (!is_transposed(c)) {
        model_int(m, depthwise ? 5 : 4, c->dilation[1]);
        model_int(m, depthwise ? 6 : 5, c->dilation[0]);
    }
    m->inputs = LIST(input);
    m->outputs = LIST(y);
}

// Weight of output channel o for tap (i, j) and channel k of its group.
static int64_t weight(const conv *c, int32_t o, int32_t i, int32_t j,
        int32_t k) {
    int32_t tap = i * c->kernel[1] + j;
    if (is_depthwise(c)) {
        return c->filter[tap * c->out_c + o];
    }
    int32_t taps = c->kernel[0] * c->kernel[1];
    return c->filter[(o * taps + tap) * c->group_in + k];
}

// A pixel without its zero point; zero outside the image.
static int64_t pixel(const conv *c, int32_t n, int32_t y, int32_t x,
        int32_t k) {
    if (y < 0 || y >= c->h || x < 0 || x >= c->w) {
        return 0;
    }
    return c->image[((n * c->h + y) * c->w + x) * c->c + k] - c->in_zero;
}

// Rows or columns that SAME padding puts in front: half of what is missing.
static int32_t pad_before(const conv *c, int axis, int32_t in, int32_t out) {
    int32_t reach = (c->kernel[axis] - 1) * c->dilation[axis] + 1;
    int32_t missing = (out - 1) * c->stride[axis] + reach - in;
    return c->padding == SAME && missing > 0 ? missing / 2 : 0;
}

static int64_t convolve(const conv *c, int32_t n, int32_t y, int32_t x,
        int32_t o) {
    int32_t top = y * c->stride[0] - pad_before(c, 0, c->h, c->out_h);
    int32_t left = x * c->stride[1] - pad_before(c, 1, c->w, c->out_w);
    int32_t group = o / (c->out_c / (c->c / c->group_in));
    int64_t sum = 0;
    for (int32_t i = 0; i < c->kernel[0]; i++) {
        for (int32_t j = 0; j < c->kernel[1]; j++) {
            for (int32_t k = 0; k < c->group_in; k++) {
                sum += weight(c, o, i, j, k) *
                        pixel(c, n, top + i * c->dilation[0],
                                left + j * c->dilation[1],
                                group * c->group_in + k);
            }
        }
    }
    return sum;
}

// What each image pixel scatters to output pixel (y, x).
static int64_t deconvolve(const conv *c, int32_t n, int32_t y, int32_t x,
        int32_t o) {
    int32_t top = pad_before(c, 0, c->out_h, c->h);
    int32_t left = pad_before(c, 1, c->out_w, c->w);
    int64_t sum = 0;
    for (int32_t from = 0; from < c->h * c->w; from++) {
        int32_t i = y + top - from / c->w * c->stride[0];
        int32_t j = x + left - from % c->w * c->stride[1];
        if (i < 0 || i >= c->kernel[0] || j < 0 || j >= c->kernel[1]) {
            continue;
        }
        for (int32_t k = 0; k < c->c; k++) {
            sum += weight(c, o, i, j, k) *
                    pixel(c, n, from / c->w, from % c->w, k);
        }
    }
    return sum;
}

// The image without the border that a PAD adds.
static int8_t *without_border(const conv *c) {
    int8_t *inner = test_malloc((size_t)(c->n * c->h * c->w * c->c));
    size_t count = 0;
    for (int32_t at = 0; at < c->n * c->h * c->w * c->c; at++) {
        int32_t x = at / c->c % c->w;
        int32_t y = at / c->c / c->w % c->h;
        if (y >= c->pad[1][0] && y < c->h - c->pad[1][1] && x >= c->pad[2][0] &&
                x < c->w - c->pad[2][1]) {
            inner[count++] = c->image[at];
        } else {
            c->image[at] = (int8_t)c->in_zero;
        }
    }
    return inner;
}

static void check(const conv *c) {
    model m = {0};
    build(&m, c);
    int8_t *inner = without_border(c);
    int8_t *got = invoke(&m, (const void *[]){inner});
    test_free(inner);
    int32_t pixels = c->n * c->out_h * c->out_w;
    for (int32_t at = 0; at < pixels * c->out_c; at++) {
        int32_t o = at % c->out_c;
        int32_t x = at / c->out_c % c->out_w;
        int32_t row = at / c->out_c / c->out_w;
        int64_t sum = c->has_bias ? c->bias[o] : 0;
        sum += is_transposed(c)
                ? deconvolve(c, row / c->out_h, row % c->out_h, x, o)
                : convolve(c, row / c->out_h, row % c->out_h, x, o);
        float scale = c->scales[c->scale_count > 1 ? o : 0];
        int64_t value = reference_scale(sum,
                (double)c->in_scale * (double)scale / (double)c->out_scale);
        assert_int_equal(got[at],
                reference_store(value, c->out_scale, c->out_zero,
                        c->activation));
    }
    free(got);
}

static int32_t out_size(const conv *c, int axis, int32_t in) {
    int32_t reach = (c->kernel[axis] - 1) * c->dilation[axis] + 1;
    int32_t room = c->padding == SAME ? in : in - reach + 1;
    return room < 1 ? 0 : (room + c->stride[axis] - 1) / c->stride[axis];
}

static void draw_channels(conv *c, random_source *r) {
    if (is_depthwise(c)) {
        bool many = random_once_in(r, 3);
        c->group_in = 1;
        c->c = random_in(r, 1, many ? 3 : 20);
        c->out_c = c->c * (many ? random_in(r, 2, 20) : 1);
        return;
    }
    int32_t groups =
            is_transposed(c) || !random_once_in(r, 4) ? 1 : random_in(r, 2, 3);
    c->group_in = random_in(r, 1, 9);
    c->c = c->group_in * groups;
    c->out_c = random_in(r, 1, 10) * groups;
}

// Factors from one half up, and channels that are nearly or wholly constant.
static void draw_odd_channels(conv *c, random_source *r) {
    if (random_once_in(r, 3)) {
        c->out_zero = INT8_MIN;
    }
    for (int32_t o = 0; o < c->out_c; o++) {
        if (random_once_in(r, 6)) {
            c->scales[o] = random_float(r, 0.5F, 20);
        }
        if (random_once_in(r, 6)) {
            c->scales[o] = random_float(r, 1e-9F, 1e-7F);
            c->bias[o] = random_in(r, -(1 << 15), 1 << 15) * (1 << 15);
        }
    }
}

static void draw_numbers(conv *c, random_source *r) {
    c->in_scale = random_float(r, 0.004F, 0.1F);
    c->out_scale = random_float(r, 0.004F, 0.3F);
    c->in_zero = random_in(r, -128, 127);
    c->out_zero = random_once_in(r, 3) ? -128 : random_in(r, -128, 127);
    c->scale_count = random_once_in(r, 2) ? 1 : (uint32_t)c->out_c;
    c->has_bias = !random_once_in(r, 4);
    c->activation = random_in(r, 0, 3);
    for (int32_t o = 0; o < c->out_c; o++) {
        c->scales[o] = random_float(r, 0.001F, 0.05F);
        c->bias[o] = random_in(r, -4000, 4000);
    }
    draw_odd_channels(c, r);
}

static bool draw(conv *c, const nn_op_def *def, uint32_t seed) {
    random_source r = random_from(seed);
    *c = (conv){.def = def, .n = random_once_in(&r, 6) ? 2 : 1};
    c->h = random_in(&r, 1, 11);
    c->w = random_in(&r, 1, 11);
    c->padding = random_in(&r, SAME, VALID);
    draw_channels(c, &r);
    bool three = random_once_in(&r, 3); // kernels have a way of their own then
    for (int axis = 0; axis < 2; axis++) {
        c->kernel[axis] = random_in(&r, 1, 5);
        if (three) {
            c->kernel[axis] = 3;
        }
        c->stride[axis] = random_in(&r, 1, 3);
        c->dilation[axis] = random_once_in(&r, 4) && !is_transposed(c)
                ? random_in(&r, 2, 3)
                : 1;
    }
    if (is_transposed(c)) { // drawn the other way round
        c->out_h = random_in(&r, 1, 14);
        c->out_w = random_in(&r, 1, 14);
        c->h = out_size(c, 0, c->out_h);
        c->w = out_size(c, 1, c->out_w);
    } else {
        c->out_h = out_size(c, 0, c->h);
        c->out_w = out_size(c, 1, c->w);
    }
    draw_numbers(c, &r);
    if (c->h < 1 || c->w < 1 || c->out_h < 1 || c->out_w < 1) {
        return false;
    }
    size_t bytes = (size_t)(c->n * c->h * c->w * c->c);
    c->image = test_malloc(bytes);
    c->filter = test_malloc(filter_size(c));
    random_fill(&r, c->image, bytes);
    random_fill(&r, c->filter, filter_size(c));
    return true;
}

static void draw_border(conv *c, uint32_t seed) {
    random_source r = random_from(seed);
    const int32_t size[] = {0, c->h, c->w};
    for (int axis = 1; axis < 3; axis++) {
        int32_t room = size[axis] - 1;
        c->pad[axis][0] = random_in(&r, 0, room);
        c->pad[axis][1] = random_in(&r, 0, room - c->pad[axis][0]);
    }
}

static void many(const nn_op_def *def, bool padded) {
    for (uint32_t seed = 0; seed < 600; seed++) {
        conv c;
        if (!draw(&c, def, seed)) {
            continue;
        }
        if (padded) {
            draw_border(&c, seed);
        }
        check(&c);
        test_free(c.image);
        test_free(c.filter);
    }
}

static void random_conv(void **state) {
    (void)state;
    many(&nn_op_conv_2d, false);
}

static void random_depthwise(void **state) {
    (void)state;
    many(&nn_op_depthwise_conv_2d, false);
}

static void random_transposed(void **state) {
    (void)state;
    many(&nn_op_transpose_conv, false);
}

// A PAD in front becomes padding of the convolution itself.
static void random_padded(void **state) {
    (void)state;
    many(&nn_op_conv_2d, true);
    many(&nn_op_depthwise_conv_2d, true);
}

// A 2x2 kernel over 3x3 pixels, steps of 1 everywhere: sums by hand.
static conv by_hand(const nn_op_def *def, int8_t *image, int8_t *filter) {
    conv c = {.def = def,
            .n = 1,
            .h = 3,
            .w = 3,
            .c = 1,
            .out_h = 2,
            .out_w = 2,
            .out_c = 1,
            .kernel = {2, 2},
            .stride = {1, 1},
            .dilation = {1, 1},
            .group_in = 1,
            .padding = VALID,
            .in_scale = 1,
            .out_scale = 1,
            .scales = {1},
            .scale_count = 1,
            .bias = {10},
            .has_bias = true,
            .image = image,
            .filter = filter};
    return c;
}

static void expect(const conv *c, const int8_t *want, size_t count) {
    model m = {0};
    build(&m, c);
    int8_t *got = invoke(&m, (const void *[]){c->image});
    assert_memory_equal(got, want, count);
    free(got);
}

static void hand_computed(void **state) {
    (void)state;
    int8_t image[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    int8_t filter[] = {1, -1, 2, 3};
    // 1 - 2 + 2 * 4 + 3 * 5 + 10 = 32, one more pixel adds 5
    const int8_t valid[] = {32, 37, 47, 52};
    conv c = by_hand(&nn_op_conv_2d, image, filter);
    expect(&c, valid, sizeof valid);
    c.def = &nn_op_depthwise_conv_2d;
    expect(&c, valid, sizeof valid);
    // SAME adds the missing row below, the missing column on the right
    const int8_t same[] = {32, 37, 25, 47, 52, 34, 9, 9, 19};
    c.padding = SAME;
    c.out_h = c.out_w = 3;
    expect(&c, same, sizeof same);
    c.def = &nn_op_conv_2d;
    expect(&c, same, sizeof same);
}

static void hand_computed_transposed(void **state) {
    (void)state;
    int8_t image[] = {1, 2, 3, 4};
    int8_t filter[] = {1, -1, 2, 3};
    // each pixel times the kernel, laid at its place; bias 10
    const int8_t want[] = {11, 11, 8, 15, 18, 12, 16, 27, 22};
    conv c = by_hand(&nn_op_transpose_conv, image, filter);
    c.h = c.w = 2;
    c.out_h = c.out_w = 3;
    expect(&c, want, sizeof want);
}

// Sums beyond 32 bits wrap; nothing may trap.
static void wrapping_sums(void **state) {
    (void)state;
    int8_t image[9];
    int8_t filter[4];
    for (size_t i = 0; i < sizeof image; i++) {
        image[i] = 127;
    }
    for (size_t i = 0; i < sizeof filter; i++) {
        filter[i] = 127;
    }
    conv c = by_hand(&nn_op_conv_2d, image, filter);
    c.bias[0] = INT32_MAX;
    model m = {0};
    build(&m, &c);
    free(invoke(&m, (const void *[]){image}));
}

static conv sound(const nn_op_def *def) {
    static int8_t image[9];
    static int8_t filter[4] = {1, 2, 3, 4};
    return by_hand(def, image, filter);
}

static void refuse(const conv *c, int code, const char *text) {
    model m = {0};
    build(&m, c);
    invoke_refused(&m, code, text);
}

// Taps that lie beyond the image on either side: what is left is the bias, and
// it must not take as long as the way there.
static void far_taps(void **state) {
    (void)state;
    int8_t image[9 * 8] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    int8_t filter[9 * 8] = {1, -1, 2, 3};
    const int8_t bias[] = {10, 10, 10, 10, 10, 10, 10, 10, 10};
    conv c = by_hand(&nn_op_conv_2d, image, filter);
    c.padding = SAME;
    c.c = c.group_in = 8;
    c.out_h = c.out_w = 3;
    c.kernel[0] = 3;
    c.dilation[1] = (1 << 28) - 1;
    expect(&c, bias, sizeof bias);
}

static void refused_options(void **state) {
    (void)state;
    conv c = sound(&nn_op_conv_2d);
    c.stride[0] = 0;
    refuse(&c, NN_ERR_INVALID, "stride 0");
    c = sound(&nn_op_conv_2d);
    c.stride[1] = INT32_MAX;
    refuse(&c, NN_ERR_INVALID, "dilation 1 on 3 pixels: out of range");
    c = sound(&nn_op_depthwise_conv_2d);
    c.dilation[0] = -1;
    refuse(&c, NN_ERR_INVALID, "dilation -1");
    c = sound(&nn_op_conv_2d);
    c.dilation[1] = 1 << 30;
    refuse(&c, NN_ERR_INVALID, "out of range");
    c = sound(&nn_op_conv_2d);
    c.padding = 2;
    refuse(&c, NN_ERR_INVALID, "padding 2");
    c = sound(&nn_op_conv_2d);
    c.activation = 4;
    refuse(&c, NN_ERR_UNSUPPORTED, "activation 4");
    c = sound(&nn_op_conv_2d);
    c.dilation[0] = 3;
    refuse(&c, NN_ERR_INVALID, "does not fit");
}

static void refused_shapes(void **state) {
    (void)state;
    conv c = sound(&nn_op_conv_2d);
    c.out_w = 3;
    refuse(&c, NN_ERR_INVALID, "dimension 2");
    c = sound(&nn_op_depthwise_conv_2d);
    c.out_h = 1;
    refuse(&c, NN_ERR_INVALID, "dimension 1");
    c = sound(&nn_op_transpose_conv);
    c.out_h = c.out_w = 5;
    refuse(&c, NN_ERR_INVALID, "needs an image of 4 x 4");
    c = sound(&nn_op_conv_2d);
    c.scales[0] = 3e38F;
    c.in_scale = 3e38F;
    refuse(&c, NN_ERR_UNSUPPORTED, "too far apart");
}

// Ways to break a sound model that `conv` cannot express.
static void refused_tensors(void **state) {
    (void)state;
    const conv c = sound(&nn_op_conv_2d);
    enum { IMAGE, FILTER, BIAS, OUTPUT };
    const int64_t one = 1;
    model m = {0};
    build(&m, &c);
    *m.tensors[FILTER].zero_points = one;
    invoke_refused(&m, NN_ERR_INVALID, "zero point");
    build(&m, &c);
    m.tensors[FILTER].scale_count = 0;
    invoke_refused(&m, NN_ERR_INVALID, "need one scale");
    build(&m, &c);
    m.tensors[IMAGE].scale_count = 0;
    invoke_refused(&m, NN_ERR_INVALID, "one scale");
    build(&m, &c);
    m.tensors[IMAGE].dims = LIST(3, 3, 1);
    invoke_refused(&m, NN_ERR_INVALID, "3 dimensions");
    build(&m, &c);
    m.tensors[FILTER].dims = LIST(1, 2, 1, 2);
    invoke_refused(&m, NN_ERR_INVALID, "1 channels do not fit");
    build(&m, &c);
    m.tensors[FILTER].dims = LIST(4, 1);
    invoke_refused(&m, NN_ERR_INVALID, "2 dimensions");
    build(&m, &c);
    m.tensors[OUTPUT].type = NN_INT16;
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "int16");
    build(&m, &c);
    int32_t two[2] = {1, 2};
    m.ops[0].inputs.value[BIAS] =
            model_constant(&m, NN_INT32, LIST(2), 1, 0, two);
    invoke_refused(&m, NN_ERR_INVALID, "2 numbers for 1 channels");
    build(&m, &c);
    int dynamic = model_tensor(&m, NN_INT8, filter_dims(&c), 1, 0);
    m.ops[0].inputs.value[FILTER] = dynamic;
    m.inputs = LIST(IMAGE, dynamic);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "constant");
    build(&m, &c);
    m.ops[0].inputs.value[FILTER] = -1;
    invoke_refused(&m, NN_ERR_INVALID, "left out");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(hand_computed),
            cmocka_unit_test(hand_computed_transposed),
            cmocka_unit_test(random_conv),
            cmocka_unit_test(random_depthwise),
            cmocka_unit_test(random_transposed),
            cmocka_unit_test(random_padded),
            cmocka_unit_test(wrapping_sums),
            cmocka_unit_test(far_taps),
            cmocka_unit_test(refused_options),
            cmocka_unit_test(refused_shapes),
            cmocka_unit_test(refused_tensors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
