// SPDX-License-Identifier: MIT
// The quantiser: ranges files, range choice, weights, whole models.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/engine/engine.h"
#include "host/file/file.h"
#include "host/quantize/centre.h"
#include "host/quantize/histogram.h"
#include "host/quantize/prepare.h"
#include "host/quantize/quantize.h"
#include "host/quantize/weights.h"
#include "test/support/model.h"
#include "test/support/random.h"

static char folder[] = "/tmp/test_quantize_XXXXXX";

static const char *path(const char *name) {
    static char buffer[64];
    snprintf(buffer, sizeof buffer, "%s/%s", folder, name);
    return buffer;
}

static void put_text(const char *text) {
    nn_error error;
    assert_int_equal(file_write(path("r"), text, strlen(text), &error), 0);
}

static void rounds_to_nearest_away_from_zero(void **state) {
    (void)state;
    assert_true(weights_round(2.5, 100) == 3);
    assert_true(weights_round(-2.5, 100) == -3);
    assert_true(weights_round(-2.4, 100) == -2);
    assert_true(weights_round(0.49999999999999994, 100) == 0);
    assert_true(weights_round(1e30, 100) == 100);
    assert_true(weights_round(-1e30, 100) == -100);
    assert_true(weights_round((double)NAN, 100) == -100);
}

// What is written reads back to the bit.
static void ranges_come_back(void **state) {
    (void)state;
    nn_error error;
    ranges r = {0};
    ranges back;
    ranges_item range = {.kind = RANGES_RANGE,
            .tensor = "a name with blanks",
            .low = -0.1F,
            .high = 3.4028235e38F};
    ranges_item shift = {.kind = RANGES_SHIFT, .tensor = "b", .count = 2};
    ranges_item output = {.kind = RANGES_OUTPUT, .tensor = "@3"};
    shift.steps = calloc(2, sizeof *shift.steps);
    shift.steps[0] = -7;
    shift.steps[1] = 1 << 30;
    assert_int_equal(ranges_add(&r, &output, &error), 0);
    assert_int_equal(ranges_add(&r, &range, &error), 0);
    assert_int_equal(ranges_add(&r, &shift, &error), 0);
    ranges_item centre = {.kind = RANGES_CENTRE, .tensor = "b", .count = 2};
    centre.centres = calloc(2, sizeof *centre.centres);
    centre.centres[0] = -0.3F;
    centre.centres[1] = 1e-40F;
    assert_int_equal(ranges_add(&r, &centre, &error), 0);
    assert_int_equal(ranges_write(&r, path("r"), "Two lines\nof comment",
                             &error),
            0);
    assert_int_equal(ranges_read(&back, path("r"), &error), 0);
    assert_int_equal(back.count, 4);
    assert_string_equal(back.items[0].tensor, "@3");
    const ranges_item *item =
            ranges_find(&back, RANGES_RANGE, "a name with blanks");
    assert_non_null(item);
    assert_true(item->low == -0.1F && item->high == 3.4028235e38F);
    assert_null(ranges_find(&back, RANGES_RANGE, "b"));
    item = ranges_find(&back, RANGES_SHIFT, "b");
    assert_int_equal(item->count, 2);
    assert_int_equal(item->steps[0], -7);
    assert_int_equal(item->steps[1], 1 << 30);
    item = ranges_find(&back, RANGES_CENTRE, "b");
    assert_int_equal(item->count, 2);
    assert_true(item->centres[0] == -0.3F && item->centres[1] == 1e-40F);
    ranges_free(&r);
    ranges_free(&back);
}

static void broken_ranges_are_refused(void **state) {
    static const char *const cases[][2] = {
            {"range -1 1 a\nrange 0 x b\n", "line 2: a number"},
            {"range 1 2 a\n", "line 1: the range does not hold 0"},
            {"range nan 2 a\n", "line 1: a number"},
            {"range -1 1\n", "line 1: the tensor's name"},
            {"# fine\n\nrange -1 1 a\nrange -1 2 a\n", "line 4: given before"},
            {"shift 3 1 2 a\n", "line 1: a whole number"},
            {"shift 99999999999 1 a\n", "line 1: a whole number"},
            {"centre 2 1 inf a\n", "line 1: a number"},
            {"centre 2 1 2\n", "line 1: the tensor's name"},
            {"scales 1 2\n", "line 1: expected output, range, shift or"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        nn_error error = {0};
        ranges r;
        put_text(cases[k][0]);
        assert_int_equal(ranges_read(&r, path("r"), &error), NN_ERR_INVALID);
        if (!strstr(error.text, cases[k][1])) {
            fail_msg("%s: %s", cases[k][0], error.text);
        }
    }
}

// Even values give about their range; one far value is clipped for the sake of
// the many.
static void ranges_fit_the_many(void **state) {
    (void)state;
    random_source r = random_from(3);
    histogram h = {0};
    float low;
    float high;
    float values[1000];
    for (int round = 0; round < 100; round++) {
        for (int k = 0; k < 1000; k++) {
            values[k] = random_float(&r, -1, 3);
        }
        assert_int_equal(histogram_add(&h, values, 1000), 0);
    }
    histogram_best_range(&h, &low, &high);
    assert_true(low >= -1.01F && low < -0.9F);
    assert_true(high <= 3.01F && high > 2.7F);
    float far = 30;
    assert_int_equal(histogram_add(&h, &far, 1), 0);
    histogram_best_range(&h, &low, &high);
    assert_true(high < 29 && high > 4);
    assert_true(fabs(histogram_negative(&h) - 0.25) < 0.02);
    histogram_free(&h);
}

// A model with most of what quantising has to look after: a convolution with
// RELU6, a pool, a constant in an ADD, LOGISTIC beside a free tensor in a
// CONCATENATION, a FULLY_CONNECTED and a SOFTMAX.
typedef struct sample {
    model m;
    const uint8_t *file;
    size_t bytes;
} sample;

enum { SIDE = 8, CHANNELS = 3, FILTERS = 6, CLASSES = 4 };

static int random_constant(model *m, random_source *r, model_list dims,
        float size) {
    float values[512];
    uint32_t count = 1;
    for (uint32_t k = 0; k < dims.count; k++) {
        count *= (uint32_t)dims.value[k];
    }
    assert_true(count <= sizeof values / sizeof values[0]);
    for (uint32_t k = 0; k < count; k++) {
        values[k] = random_float(r, -size, size);
    }
    return model_constant(m, NN_FLOAT32, dims, 0, 0, values);
}

static void make_sample(sample *s) {
    random_source r = random_from(11);
    model *m = &s->m;
    memset(s, 0, sizeof *s);
    int x = model_tensor(m, NN_FLOAT32, LIST(1, SIDE, SIDE, CHANNELS), 0, 0);
    int w = random_constant(m, &r, LIST(FILTERS, 3, 3, CHANNELS), 1);
    int b = random_constant(m, &r, LIST(FILTERS), 1);
    int conv = model_tensor(m, NN_FLOAT32, LIST(1, SIDE, SIDE, FILTERS), 0, 0);
    int pool = model_tensor(m, NN_FLOAT32, LIST(1, 4, 4, FILTERS), 0, 0);
    int c = random_constant(m, &r, LIST(FILTERS), 2);
    int sum = model_tensor(m, NN_FLOAT32, LIST(1, 4, 4, FILTERS), 0, 0);
    int sig = model_tensor(m, NN_FLOAT32, LIST(1, 4, 4, FILTERS), 0, 0);
    int both = model_tensor(m, NN_FLOAT32, LIST(1, 4, 4, 2 * FILTERS), 0, 0);
    int fw = random_constant(m, &r, LIST(CLASSES, 8 * FILTERS), 0.2F);
    int fb = random_constant(m, &r, LIST(CLASSES), 1);
    int fc = model_tensor(m, NN_FLOAT32, LIST(4, CLASSES), 0, 0);
    int out = model_tensor(m, NN_FLOAT32, LIST(4, CLASSES), 0, 0);
    model_op(m, 3, LIST(x, w, b), LIST(conv));
    model_byte(m, 0, 0);
    model_int(m, 1, 1);
    model_int(m, 2, 1);
    model_byte(m, 3, 3);
    model_op(m, 17, LIST(conv), LIST(pool));
    model_byte(m, 0, 1);
    model_int(m, 1, 2);
    model_int(m, 2, 2);
    model_int(m, 3, 2);
    model_int(m, 4, 2);
    model_op(m, 0, LIST(pool, c), LIST(sum));
    model_byte(m, 0, 0);
    model_op(m, 14, LIST(sum), LIST(sig));
    model_op(m, 2, LIST(sum, sig), LIST(both));
    model_int(m, 0, 3);
    model_op(m, 9, LIST(both, fw, fb), LIST(fc));
    model_byte(m, 0, 0);
    model_op(m, 25, LIST(fc), LIST(out));
    model_float(m, 0, 1);
    m->inputs = LIST(x);
    m->outputs = LIST(out, both);
    s->file = model_file(m, &s->bytes);
}

static const char sample_ranges[] = "range -1 1 t0000\n"
                                    "range 0 6 t0003\n"
                                    "range -2 8 t0006\n"
                                    "range -6 6 t0011\n";

static void run(const uint8_t *file, size_t bytes, const float *x, float *out,
        float *both) {
    engine *e;
    nn_error error;
    int8_t quantised[SIDE * SIDE * CHANNELS];
    float *to[2] = {out, both};
    if (engine_open_bytes(&e, file, bytes, NULL, &error)) {
        fail_msg("%s", error.text);
    }
    const nn_tensor *in = engine_input(e, 0);
    for (size_t k = 0; k < sizeof quantised; k++) {
        quantised[k] = in->type == NN_INT8
                ? (int8_t)nearbyintf(x[k] / in->scale + (float)in->zero_point)
                : 0;
    }
    engine_set_input(e, 0, in->type == NN_INT8 ? (const void *)quantised : x);
    assert_int_equal(engine_run(e, &error), 0);
    for (uint32_t k = 0; k < 2; k++) {
        const nn_tensor *t = engine_output(e, k);
        const void *data = engine_output_data(e, k);
        for (uint32_t j = 0; j < nn_tensor_elements(t); j++) {
            to[k][j] = t->type == NN_FLOAT32
                    ? ((const float *)data)[j]
                    : (float)(((const int8_t *)data)[j] - t->zero_point) *
                            t->scale;
        }
    }
    engine_close(e);
}

static void int8_stays_close_to_float(void **state) {
    (void)state;
    sample s;
    ranges r;
    nn_error error;
    uint8_t *file;
    size_t bytes;
    make_sample(&s);
    put_text(sample_ranges);
    assert_int_equal(ranges_read(&r, path("r"), &error), 0);
    if (quantize_with(s.file, s.bytes, &r, &file, &bytes, &error)) {
        fail_msg("%s", error.text);
    }
    random_source dice = random_from(5);
    for (int round = 0; round < 20; round++) {
        float x[SIDE * SIDE * CHANNELS];
        float out[2][4 * CLASSES];
        float both[2][4 * 4 * 2 * FILTERS];
        for (size_t k = 0; k < sizeof x / sizeof x[0]; k++) {
            x[k] = random_float(&dice, -0.99F, 0.99F);
        }
        run(s.file, s.bytes, x, out[0], both[0]);
        run(file, bytes, x, out[1], both[1]);
        for (size_t k = 0; k < 4 * CLASSES; k++) {
            assert_true(fabsf(out[0][k] - out[1][k]) < 0.06F);
        }
        for (size_t k = 0; k < 4 * 4 * 2 * FILTERS; k++) {
            assert_true(fabsf(both[0][k] - both[1][k]) < 0.25F);
        }
    }
    free(file);
    ranges_free(&r);
    model_free(&s.m);
}

// Scales that TFLite demands, and QUANTIZE where they meet others.
static void int8_keeps_the_rules(void **state) {
    (void)state;
    sample s;
    ranges r;
    nn_error error;
    uint8_t *file;
    uint8_t *again;
    size_t bytes;
    size_t again_bytes;
    tfl_model t;
    make_sample(&s);
    put_text(sample_ranges);
    assert_int_equal(ranges_read(&r, path("r"), &error), 0);
    assert_int_equal(quantize_with(s.file, s.bytes, &r, &file, &bytes, &error),
            0);
    assert_int_equal(quantize_with(s.file, s.bytes, &r, &again, &again_bytes,
                             &error),
            0);
    assert_int_equal(bytes, again_bytes);
    assert_memory_equal(file, again, bytes);
    assert_int_equal(tfl_read(&t, file, bytes, &error), 0);
    assert_int_equal(t.op_count, 8);
    bool requantised = false;
    for (uint32_t k = 0; k < t.op_count; k++) {
        const tfl_op *op = &t.ops[k];
        const tfl_tensor *in = &t.tensors[op->inputs[0]];
        const tfl_tensor *out = &t.tensors[op->outputs[0]];
        assert_int_equal(out->type, NN_INT8);
        assert_int_equal(out->scale_count, 1);
        if (op->code == TFL_CONV_2D || op->code == TFL_FULLY_CONNECTED) {
            const tfl_tensor *w = &t.tensors[op->inputs[1]];
            const tfl_tensor *b = &t.tensors[op->inputs[2]];
            bool conv = op->code == TFL_CONV_2D;
            assert_int_equal(op->version, conv ? 3 : 4);
            assert_int_equal(w->scale_count, conv ? FILTERS : 1);
            assert_int_equal(b->type, NN_INT32);
            for (uint32_t c = 0; c < w->scale_count; c++) {
                assert_true(b->scales[c] == in->scales[0] * w->scales[c]);
                assert_int_equal(w->zero_points[c], 0);
            }
            for (size_t i = 0; i < w->bytes; i++) {
                assert_int_not_equal(((const int8_t *)w->data)[i], -128);
            }
        } else if (op->code == TFL_LOGISTIC || op->code == TFL_SOFTMAX) {
            assert_true(out->scales[0] == 1.0F / 256);
            assert_int_equal(out->zero_points[0], -128);
        } else if (op->code == TFL_QUANTIZE) {
            requantised = true;
        } else if (op->code == TFL_MAX_POOL_2D ||
                op->code == TFL_CONCATENATION) {
            for (uint32_t j = 0; j < op->input_count; j++) {
                const tfl_tensor *x = &t.tensors[op->inputs[j]];
                assert_true(x->scales[0] == out->scales[0]);
                assert_int_equal(x->zero_points[0], out->zero_points[0]);
            }
        }
    }
    assert_true(requantised);
    tfl_free(&t);
    free(file);
    free(again);
    ranges_free(&r);
    model_free(&s.m);
}

// A depthwise convolution that pads, one of 1 x 1 and one that pads behind it.
static const uint8_t *make_chain(model *m, size_t *bytes) {
    random_source r = random_from(21);
    memset(m, 0, sizeof *m);
    int x = model_tensor(m, NN_FLOAT32, LIST(1, SIDE, SIDE, CHANNELS), 0, 0);
    int w[3] = {random_constant(m, &r, LIST(1, 3, 3, CHANNELS), 1),
            random_constant(m, &r, LIST(FILTERS, 1, 1, CHANNELS), 1),
            random_constant(m, &r, LIST(CLASSES, 3, 3, FILTERS), 1)};
    int b[3] = {random_constant(m, &r, LIST(CHANNELS), 1),
            random_constant(m, &r, LIST(FILTERS), 1),
            random_constant(m, &r, LIST(CLASSES), 1)};
    int first =
            model_tensor(m, NN_FLOAT32, LIST(1, SIDE, SIDE, CHANNELS), 0, 0);
    int second =
            model_tensor(m, NN_FLOAT32, LIST(1, SIDE, SIDE, FILTERS), 0, 0);
    int third = model_tensor(m, NN_FLOAT32, LIST(1, SIDE, SIDE, CLASSES), 0, 0);
    model_op(m, 4, LIST(x, w[0], b[0]), LIST(first));
    model_int(m, 1, 1);
    model_int(m, 2, 1);
    model_int(m, 3, 1);
    model_op(m, 3, LIST(first, w[1], b[1]), LIST(second));
    model_int(m, 1, 1);
    model_int(m, 2, 1);
    model_op(m, 3, LIST(second, w[2], b[2]), LIST(third));
    model_int(m, 1, 1);
    model_int(m, 2, 1);
    m->inputs = LIST(x);
    m->outputs = LIST(third);
    return model_file(m, bytes);
}

static void run_chain(const uint8_t *file, size_t bytes, float *out) {
    engine *e;
    nn_error error;
    random_source r = random_from(4);
    float x[SIDE * SIDE * CHANNELS];
    for (size_t k = 0; k < sizeof x / sizeof x[0]; k++) {
        x[k] = random_float(&r, -1, 1);
    }
    assert_int_equal(engine_open_bytes(&e, file, bytes, NULL, &error), 0);
    engine_set_input(e, 0, x);
    assert_int_equal(engine_run(e, &error), 0);
    memcpy(out, engine_output_data(e, 0),
            sizeof(float) * SIDE * SIDE * CLASSES);
    engine_close(e);
}

// Centres move what is between two convolutions and nothing else.
static void centres_cancel_out(void **state) {
    (void)state;
    model m;
    tfl_model t;
    ranges r;
    nn_error error;
    size_t bytes;
    size_t moved_bytes;
    uint8_t *moved;
    float out[2][SIDE * SIDE * CLASSES];
    const uint8_t *file = make_chain(&m, &bytes);
    put_text("centre 3 0.5 -2.25 100 t0007\n");
    assert_int_equal(ranges_read(&r, path("r"), &error), 0);
    assert_int_equal(prepare_model(&t, file, bytes, &r, &error), 0);
    const float *before = t.tensors[t.ops[0].inputs[2]].data;
    assert_int_equal(centre_apply(&t, &r, &error), 0);
    const float *after = t.tensors[t.ops[0].inputs[2]].data;
    assert_true(after[0] == before[0] - 0.5F);
    assert_true(after[1] == before[1] + 2.25F);
    assert_true(after[2] == before[2] - 100);
    assert_int_equal(tfl_write(&t, "", &moved, &moved_bytes, &error), 0);
    run_chain(file, bytes, out[0]);
    run_chain(moved, moved_bytes, out[1]);
    for (size_t k = 0; k < SIDE * SIDE * CLASSES; k++) {
        assert_true(fabsf(out[0][k] - out[1][k]) < 1e-3F);
    }
    free(moved);
    tfl_free(&t);
    ranges_free(&r);
    model_free(&m);
}

// What cannot be made up for is refused.
static void misplaced_centres_are_refused(void **state) {
    static const char *const cases[][2] = {
            {"centre 2 1 1 t0007\n", "2 centres do not fit"},
            {"centre 6 1 1 1 1 1 1 t0008\n", "not between two"}, // pads
            {"centre 4 1 1 1 1 t0009\n", "not between two"},     // the output
            {"centre 3 1 1 1 t0000\n", "not between two"},       // the input
            {"centre 1 1 nowhere\n", "nowhere has centres but"},
            {"centre 3 3e38 3e38 3e38 t0007\n", "too far away"},
    };
    (void)state;
    model m;
    size_t bytes;
    const uint8_t *file = make_chain(&m, &bytes);
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        tfl_model t;
        ranges r;
        nn_error error;
        put_text(cases[k][0]);
        assert_int_equal(ranges_read(&r, path("r"), &error), 0);
        assert_int_equal(prepare_model(&t, file, bytes, &r, &error), 0);
        assert_int_equal(centre_apply(&t, &r, &error), NN_ERR_INVALID);
        if (!strstr(error.text, cases[k][1])) {
            fail_msg("%s: %s", cases[k][0], error.text);
        }
        tfl_free(&t);
        ranges_free(&r);
    }
    model_free(&m);
}

static void run_int8(const uint8_t *file, size_t bytes, int8_t *out) {
    engine *e;
    nn_error error;
    random_source r = random_from(4);
    int8_t x[SIDE * SIDE * CHANNELS];
    random_fill(&r, x, sizeof x);
    assert_int_equal(engine_open_bytes(&e, file, bytes, NULL, &error), 0);
    engine_set_input(e, 0, x);
    assert_int_equal(engine_run(e, &error), 0);
    memcpy(out, engine_output_data(e, 0), (size_t)SIDE * SIDE * CLASSES);
    engine_close(e);
}

// Puts the zero point of a lifted tensor back where its range has it.
static void lower(tfl_model *t, const tfl_op *first, const tfl_op *second,
        int64_t *zero_point, int32_t *given, int32_t *taken) {
    tfl_tensor *between = &t->tensors[first->outputs[0]];
    tfl_tensor *biases[2] = {&t->tensors[first->inputs[2]],
            &t->tensors[second->inputs[2]]};
    const int8_t *w = t->tensors[second->inputs[1]].data;
    int32_t up = (int32_t)(*zero_point + 128);
    for (uint32_t c = 0; c < CHANNELS; c++) {
        given[c] = ((const int32_t *)biases[0]->data)[c] -
                (int32_t)roundf(
                        (float)up * between->scales[0] / biases[0]->scales[c]);
    }
    for (uint32_t c = 0; c < FILTERS; c++) {
        taken[c] = ((const int32_t *)biases[1]->data)[c];
        for (uint32_t i = 0; i < CHANNELS; i++) {
            taken[c] += *w++ * up;
        }
    }
    between->zero_points = zero_point;
    biases[0]->data = given;
    biases[1]->data = taken;
}

// What lies between two convolutions has its zero point at the lowest number,
// and that changes next to nothing; what a padding one reads has not.
static void zero_points_are_lifted(void **state) {
    (void)state;
    model m;
    ranges r;
    nn_error error;
    size_t bytes;
    size_t int8_bytes;
    size_t lower_bytes;
    uint8_t *int8;
    uint8_t *lowered;
    tfl_model t;
    int8_t out[2][SIDE * SIDE * CLASSES];
    const uint8_t *file = make_chain(&m, &bytes);
    put_text("range -1 1 t0000\nrange -4 6 t0007\nrange -8 8 t0008\n"
             "range -40 40 t0009\n");
    assert_int_equal(ranges_read(&r, path("r"), &error), 0);
    assert_int_equal(quantize_with(file, bytes, &r, &int8, &int8_bytes, &error),
            0);
    assert_int_equal(tfl_read(&t, int8, int8_bytes, &error), 0);
    const int64_t *zero[3];
    for (uint32_t k = 0; k < 3; k++) {
        zero[k] = t.tensors[t.ops[k].outputs[0]].zero_points;
    }
    assert_int_equal(*zero[0], -128);
    assert_true(*zero[1] > -5 && *zero[1] < 5);
    int64_t was = -26; // -128 + 255 * 4 / 10
    int32_t given[CHANNELS];
    int32_t taken[FILTERS];
    lower(&t, &t.ops[0], &t.ops[1], &was, given, taken);
    assert_int_equal(tfl_write(&t, "", &lowered, &lower_bytes, &error), 0);
    run_int8(int8, int8_bytes, out[0]);
    run_int8(lowered, lower_bytes, out[1]);
    uint32_t differ = 0;
    for (size_t k = 0; k < sizeof out[0]; k++) {
        assert_in_range(out[0][k] - out[1][k] + 1, 0, 2);
        differ += out[0][k] != out[1][k];
    }
    assert_true(differ < sizeof out[0] / 20);
    free(lowered);
    free(int8);
    tfl_free(&t);
    ranges_free(&r);
    model_free(&m);
}

static void missing_ranges_are_named(void **state) {
    (void)state;
    sample s;
    ranges r;
    nn_error error;
    uint8_t *file;
    size_t bytes;
    make_sample(&s);
    put_text("range -1 1 t0000\nrange 0 6 t0003\nrange -6 6 t0011\n");
    assert_int_equal(ranges_read(&r, path("r"), &error), 0);
    assert_int_equal(quantize_with(s.file, s.bytes, &r, &file, &bytes, &error),
            NN_ERR_INVALID);
    assert_null(file);
    assert_non_null(strstr(error.text, "no range for tensor t0006"));
    ranges_free(&r);
    put_text("output nowhere\n");
    assert_int_equal(ranges_read(&r, path("r"), &error), 0);
    assert_int_equal(quantize_with(s.file, s.bytes, &r, &file, &bytes, &error),
            NN_ERR_INVALID);
    assert_non_null(strstr(error.text, "output nowhere"));
    ranges_free(&r);
    model_free(&s.m);
}

// Damaged models are refused or quantised, but nothing breaks.
static void survives_damage(void **state) {
    (void)state;
    sample s;
    ranges r;
    nn_error error;
    random_source dice = random_from(9);
    uint32_t made = 0;
    make_sample(&s);
    put_text(sample_ranges);
    assert_int_equal(ranges_read(&r, path("r"), &error), 0);
    uint8_t *copy = malloc(s.bytes);
    assert_non_null(copy);
    for (int round = 0; round < 3000; round++) {
        uint8_t *file = NULL;
        size_t bytes;
        memcpy(copy, s.file, s.bytes);
        for (int k = random_in(&dice, 1, 3); k > 0; k--) {
            copy[random_bits(&dice) % s.bytes] = (uint8_t)random_bits(&dice);
        }
        int code = quantize_with(copy, s.bytes, &r, &file, &bytes, &error);
        assert_true(code ? !file : file != NULL);
        made += code == 0;
        free(file);
    }
    assert_true(made > 100);
    free(copy);
    ranges_free(&r);
    model_free(&s.m);
}

static int set_up(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    remove(path("r"));
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(rounds_to_nearest_away_from_zero),
            cmocka_unit_test(ranges_come_back),
            cmocka_unit_test(broken_ranges_are_refused),
            cmocka_unit_test(ranges_fit_the_many),
            cmocka_unit_test(int8_stays_close_to_float),
            cmocka_unit_test(int8_keeps_the_rules),
            cmocka_unit_test(centres_cancel_out),
            cmocka_unit_test(misplaced_centres_are_refused),
            cmocka_unit_test(zero_points_are_lifted),
            cmocka_unit_test(missing_ranges_are_named),
            cmocka_unit_test(survives_damage),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
