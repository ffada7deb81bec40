// SPDX-License-Identifier: MIT
// The float32 operators against slow sums in double, and a model's way
// through the engine.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/engine/engine.h"
#include "test/support/model.h"
#include "test/support/random.h"

enum { MOST = 4096 };

// Runs the model, which is freed; returns output 0, to be freed.
static float *run(model *m, const float *const *inputs) {
    size_t bytes;
    engine *e;
    nn_error error;
    const uint8_t *file = model_file(m, &bytes);
    if (engine_open_bytes(&e, file, bytes, NULL, &error)) {
        fail_msg("%s", error.text);
    }
    model_free(m);
    assert_true(engine_is_float(e));
    for (uint32_t k = 0; k < engine_graph(e)->input_count; k++) {
        engine_set_input(e, k, inputs[k]);
    }
    assert_int_equal(engine_run(e, &error), 0);
    uint32_t size = engine_output(e, 0)->bytes;
    float *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, engine_output_data(e, 0), size);
    engine_close(e);
    return copy;
}

static void fill(random_source *r, float *values, size_t count) {
    assert_true(count <= MOST);
    for (size_t k = 0; k < count; k++) {
        values[k] = random_float(r, -2, 2);
    }
}

static void assert_close(double expected, float got) {
    double off = fabs(expected - (double)got);
    if (!(off <= 1e-4 * (1 + fabs(expected)))) {
        fail_msg("expected %g, got %g", expected, (double)got);
    }
}

// One window over height and width, SAME or VALID.
typedef struct window {
    int32_t in[2], out[2], kernel[2], stride[2], dilation[2], before[2];
    int32_t padding;
} window;

static window draw_window(random_source *r, bool dilated) {
    window w = {.padding = random_in(r, 0, 1)};
    for (int a = 0; a < 2; a++) {
        w.kernel[a] = random_in(r, 1, 3);
        w.stride[a] = random_in(r, 1, 2);
        w.dilation[a] = dilated ? random_in(r, 1, 2) : 1;
        int32_t reach = (w.kernel[a] - 1) * w.dilation[a] + 1;
        w.in[a] = random_in(r, reach, 7);
        w.out[a] = w.padding ? (w.in[a] - reach) / w.stride[a] + 1
                             : (w.in[a] + w.stride[a] - 1) / w.stride[a];
        int32_t missing = (w.out[a] - 1) * w.stride[a] + reach - w.in[a];
        w.before[a] = missing > 0 ? missing / 2 : 0;
    }
    return w;
}

// Place of a pixel under tap (ky, kx) of output (y, x), or -1 outside.
static int32_t under(const window *w, int32_t y, int32_t x, int32_t ky,
        int32_t kx) {
    int32_t iy = y * w->stride[0] - w->before[0] + ky * w->dilation[0];
    int32_t ix = x * w->stride[1] - w->before[1] + kx * w->dilation[1];
    bool inside = iy >= 0 && iy < w->in[0] && ix >= 0 && ix < w->in[1];
    return inside ? iy * w->in[1] + ix : -1;
}

static double activate(double x, int32_t activation) {
    switch (activation) {
    case 1:
        return x > 0 ? x : 0;
    case 2:
        return x < -1 ? -1 : x > 1 ? 1 : x;
    case 3:
        return x < 0 ? 0 : x > 6 ? 6 : x;
    default:
        return x;
    }
}

// Sum over the window for output channel o; group_in input channels from
// `from`, filter [tap][channel] with the given steps.
static double window_sum(const window *w, const float *image, int32_t channels,
        int32_t from, int32_t group_in, const float *filter, int32_t tap_step,
        int32_t y, int32_t x) {
    double sum = 0;
    for (int32_t ky = 0; ky < w->kernel[0]; ky++) {
        for (int32_t kx = 0; kx < w->kernel[1]; kx++) {
            int32_t pixel = under(w, y, x, ky, kx);
            int32_t tap = ky * w->kernel[1] + kx;
            for (int32_t c = 0; pixel >= 0 && c < group_in; c++) {
                sum += (double)image[pixel * channels + from + c] *
                        (double)filter[tap * tap_step + c];
            }
        }
    }
    return sum;
}

static void convolutions_add_up(void **state) {
    (void)state;
    random_source r = random_from(1);
    for (int round = 0; round < 200; round++) {
        window w = draw_window(&r, true);
        int32_t groups = random_in(&r, 1, 2);
        int32_t group_in = random_in(&r, 1, 5);
        int32_t group_out = random_in(&r, 1, 19);
        int32_t channels = groups * group_in;
        int32_t outputs = groups * group_out;
        int32_t activation = random_in(&r, 0, 3);
        static float x[MOST];
        static float f[MOST];
        float b[64];
        int32_t taps = w.kernel[0] * w.kernel[1];
        fill(&r, x, (size_t)(w.in[0] * w.in[1] * channels));
        fill(&r, f, (size_t)(outputs * taps * group_in));
        fill(&r, b, (size_t)outputs);
        model m = {0};
        int in = model_tensor(&m, NN_FLOAT32,
                LIST(1, w.in[0], w.in[1], channels), 0, 0);
        int filter = model_constant(&m, NN_FLOAT32,
                LIST(outputs, w.kernel[0], w.kernel[1], group_in), 0, 0, f);
        int bias = model_constant(&m, NN_FLOAT32, LIST(outputs), 0, 0, b);
        int out = model_tensor(&m, NN_FLOAT32,
                LIST(1, w.out[0], w.out[1], outputs), 0, 0);
        model_op(&m, 3, LIST(in, filter, bias), LIST(out));
        model_byte(&m, 0, w.padding);
        model_int(&m, 1, w.stride[1]);
        model_int(&m, 2, w.stride[0]);
        model_byte(&m, 3, activation);
        model_int(&m, 4, w.dilation[1]);
        model_int(&m, 5, w.dilation[0]);
        m.inputs = LIST(in);
        m.outputs = LIST(out);
        float *got = run(&m, (const float *const[]){x});
        for (int32_t k = 0; k < w.out[0] * w.out[1] * outputs; k++) {
            int32_t o = k % outputs;
            int32_t pixel = k / outputs;
            double sum = window_sum(&w, x, channels, o / group_out * group_in,
                    group_in, f + o * taps * group_in, group_in,
                    pixel / w.out[1], pixel % w.out[1]);
            assert_close(activate(sum + (double)b[o], activation), got[k]);
        }
        free(got);
    }
}

static void depthwise_convolutions_add_up(void **state) {
    (void)state;
    random_source r = random_from(2);
    for (int round = 0; round < 200; round++) {
        window w = draw_window(&r, true);
        int32_t channels = random_in(&r, 1, 6);
        int32_t multiplier = random_in(&r, 1, 3);
        int32_t outputs = channels * multiplier;
        int32_t taps = w.kernel[0] * w.kernel[1];
        static float x[MOST];
        static float f[MOST];
        fill(&r, x, (size_t)(w.in[0] * w.in[1] * channels));
        fill(&r, f, (size_t)(outputs * taps));
        model m = {0};
        int in = model_tensor(&m, NN_FLOAT32,
                LIST(1, w.in[0], w.in[1], channels), 0, 0);
        int filter = model_constant(&m, NN_FLOAT32,
                LIST(1, w.kernel[0], w.kernel[1], outputs), 0, 0, f);
        int out = model_tensor(&m, NN_FLOAT32,
                LIST(1, w.out[0], w.out[1], outputs), 0, 0);
        model_op(&m, 4, LIST(in, filter), LIST(out));
        model_byte(&m, 0, w.padding);
        model_int(&m, 1, w.stride[1]);
        model_int(&m, 2, w.stride[0]);
        model_int(&m, 3, multiplier);
        model_int(&m, 5, w.dilation[1]);
        model_int(&m, 6, w.dilation[0]);
        m.inputs = LIST(in);
        m.outputs = LIST(out);
        float *got = run(&m, (const float *const[]){x});
        for (int32_t k = 0; k < w.out[0] * w.out[1] * outputs; k++) {
            int32_t o = k % outputs;
            int32_t pixel = k / outputs;
            assert_close(window_sum(&w, x, channels, o / multiplier, 1, f + o,
                                 outputs, pixel / w.out[1], pixel % w.out[1]),
                    got[k]);
        }
        free(got);
    }
}

static void pools_pick_and_average(void **state) {
    (void)state;
    random_source r = random_from(3);
    for (int round = 0; round < 200; round++) {
        window w = draw_window(&r, false);
        bool average = random_in(&r, 0, 1);
        int32_t channels = random_in(&r, 1, 4);
        static float x[MOST];
        fill(&r, x, (size_t)(w.in[0] * w.in[1] * channels));
        model m = {0};
        int in = model_tensor(&m, NN_FLOAT32,
                LIST(1, w.in[0], w.in[1], channels), 0, 0);
        int out = model_tensor(&m, NN_FLOAT32,
                LIST(1, w.out[0], w.out[1], channels), 0, 0);
        model_op(&m, average ? 1 : 17, LIST(in), LIST(out));
        model_byte(&m, 0, w.padding);
        model_int(&m, 1, w.stride[1]);
        model_int(&m, 2, w.stride[0]);
        model_int(&m, 3, w.kernel[1]);
        model_int(&m, 4, w.kernel[0]);
        m.inputs = LIST(in);
        m.outputs = LIST(out);
        float *got = run(&m, (const float *const[]){x});
        for (int32_t k = 0; k < w.out[0] * w.out[1] * channels; k++) {
            int32_t pixel = k / channels;
            double sum = 0;
            double top = -10;
            int32_t count = 0;
            for (int32_t tap = 0; tap < w.kernel[0] * w.kernel[1]; tap++) {
                int32_t at = under(&w, pixel / w.out[1], pixel % w.out[1],
                        tap / w.kernel[1], tap % w.kernel[1]);
                if (at >= 0) {
                    double value = (double)x[at * channels + k % channels];
                    sum += value;
                    top = value > top ? value : top;
                    count++;
                }
            }
            assert_close(average ? sum / count : top, got[k]);
        }
        free(got);
    }
}

// y = a op b with b stretched over the rows and columns of a.
static void binary_operators_broadcast(void **state) {
    static const int32_t codes[] = {0, 41, 18, 55, 57, 54};
    (void)state;
    random_source r = random_from(4);
    for (int round = 0; round < 120; round++) {
        int32_t code = codes[round % 6];
        int32_t h = random_in(&r, 1, 4);
        int32_t w = random_in(&r, 1, 4);
        int32_t c = random_in(&r, 1, 4);
        float a[64];
        float b[4];
        fill(&r, a, 64);
        fill(&r, b, 4);
        model m = {0};
        int x = model_tensor(&m, NN_FLOAT32, LIST(1, h, w, c), 0, 0);
        int y = model_tensor(&m, NN_FLOAT32, LIST(c), 0, 0);
        int z = model_tensor(&m, NN_FLOAT32, LIST(1, h, w, c), 0, 0);
        model_op(&m, code, LIST(x, y), LIST(z));
        m.inputs = LIST(x, y);
        m.outputs = LIST(z);
        float *got = run(&m, (const float *const[]){a, b});
        for (int32_t k = 0; k < h * w * c; k++) {
            double p = (double)a[k];
            double q = (double)b[k % c];
            double expected[] = {p + q, p - q, p * q, p > q ? p : q,
                    p < q ? p : q, p >= 0 ? p : p * q};
            assert_close(expected[round % 6], got[k]);
        }
        free(got);
    }
}

static float *run_unary(int32_t code, const float *x, int32_t count) {
    model m = {0};
    int in = model_tensor(&m, NN_FLOAT32, LIST(1, count), 0, 0);
    int out = model_tensor(&m, NN_FLOAT32, LIST(1, count), 0, 0);
    model_op(&m, code, LIST(in), LIST(out));
    if (code == 25) {
        model_float(&m, 0, 0.5F);
    } else if (code == 98) {
        model_float(&m, 0, 0.25F);
    }
    m.inputs = LIST(in);
    m.outputs = LIST(out);
    return run(&m, (const float *const[]){x});
}

static double unary(int32_t code, double x) {
    switch (code) {
    case 14:
        return 1 / (1 + exp(-x));
    case 28:
        return tanh(x);
    case 47:
        return exp(x);
    case 98:
        return x >= 0 ? x : x / 4;
    case 101:
        return fabs(x);
    case 117:
        return x * activate(x + 3, 3) / 6;
    default:
        return activate(x, code == 19 ? 1 : 3);
    }
}

static void functions_are_themselves(void **state) {
    static const int32_t codes[] = {14, 19, 21, 28, 47, 98, 101, 117};
    (void)state;
    random_source r = random_from(5);
    float x[40];
    for (int k = 0; k < 40; k++) {
        x[k] = random_float(&r, -8, 8);
    }
    for (size_t k = 0; k < sizeof codes / sizeof codes[0]; k++) {
        float *got = run_unary(codes[k], x, 40);
        for (int j = 0; j < 40; j++) {
            assert_close(unary(codes[k], (double)x[j]), got[j]);
        }
        free(got);
    }
    float *got = run_unary(25, x, 40);
    double sum = 0;
    for (int j = 0; j < 40; j++) {
        sum += exp((double)x[j] / 2);
    }
    for (int j = 0; j < 40; j++) {
        assert_close(exp((double)x[j] / 2) / sum, got[j]);
    }
    free(got);
}

static void means_run_over_axes(void **state) {
    (void)state;
    const float x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    model m = {0};
    int in = model_tensor(&m, NN_FLOAT32, LIST(1, 2, 3, 2), 0, 0);
    int axes = model_ints(&m, LIST(1, -2));
    int out = model_tensor(&m, NN_FLOAT32, LIST(1, 2), 0, 0);
    model_op(&m, 40, LIST(in, axes), LIST(out));
    m.inputs = LIST(in);
    m.outputs = LIST(out);
    float *got = run(&m, (const float *const[]){x});
    assert_close(6, got[0]);
    assert_close(7, got[1]);
    free(got);
}

// Errors carry the operator's index in the user's file, not in the folded one.
static void errors_name_the_original_operator(void **state) {
    (void)state;
    static const uint16_t half[2] = {0x3C00, 0x3C00};
    model m = {0};
    engine *e;
    nn_error error;
    size_t bytes;
    int small = model_constant(&m, NN_FLOAT16, LIST(2), 0, 0, half);
    int wide = model_tensor(&m, NN_FLOAT32, LIST(2), 0, 0);
    int x = model_tensor(&m, NN_FLOAT32, LIST(1, 2), 0, 0);
    int y = model_tensor(&m, NN_FLOAT32, LIST(1, 3), 0, 0);
    model_op(&m, 6, LIST(small), LIST(wide));
    model_op(&m, 0, LIST(x, wide), LIST(y));
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    const uint8_t *file = model_file(&m, &bytes);
    assert_int_equal(engine_open_bytes(&e, file, bytes, NULL, &error),
            NN_ERR_INVALID);
    assert_null(e);
    if (strncmp(error.text, "op 1 ADD", 8) != 0) {
        fail_msg("%s", error.text);
    }
    model_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(convolutions_add_up),
            cmocka_unit_test(depthwise_convolutions_add_up),
            cmocka_unit_test(pools_pick_and_average),
            cmocka_unit_test(binary_operators_broadcast),
            cmocka_unit_test(functions_are_themselves),
            cmocka_unit_test(means_run_over_axes),
            cmocka_unit_test(errors_name_the_original_operator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
