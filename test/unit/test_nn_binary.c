// SPDX-License-Identifier: MIT
// ADD, SUB, MUL, MAXIMUM and MINIMUM.

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

enum { MAX_RANK = 5, MAX_SIZE = 4096 };

typedef struct operand {
    model_list dims;
    float scale;
    int32_t zero;
    bool constant;
    int8_t data[MAX_SIZE];
} operand;

typedef struct binary {
    const nn_op_def *def;
    operand in[2];
    operand out; // data is not used
    int32_t activation;
} binary;

static void build(model *m, const binary *b) {
    int tensors[2];
    m->inputs = (model_list){0};
    for (int k = 0; k < 2; k++) {
        const operand *in = &b->in[k];
        tensors[k] = in->constant
                ? model_constant(m, NN_INT8, in->dims, in->scale, in->zero,
                          in->data)
                : model_tensor(m, NN_INT8, in->dims, in->scale, in->zero);
        if (!in->constant) {
            m->inputs.value[m->inputs.count++] = tensors[k];
        }
    }
    int y = model_tensor(m, NN_INT8, b->out.dims, b->out.scale, b->out.zero);
    model_op(m, b->def->code, LIST(tensors[0], tensors[1]), LIST(y));
    if (b->def != &nn_op_maximum && b->def != &nn_op_minimum) {
        model_byte(m, 0, b->activation);
    }
    m->outputs = LIST(y);
}

static int32_t elements(const model_list *dims) {
    int32_t count = 1;
    for (uint32_t i = 0; i < dims->count; i++) {
        count *= dims->value[i];
    }
    return count;
}

// The element of an input that goes with element `at` of the output: where it
// has size 1 (or no such dimension) there is but one.
static int32_t number(const binary *b, int k, int32_t at) {
    const model_list *out = &b->out.dims;
    const model_list *in = &b->in[k].dims;
    int32_t place = 0;
    int32_t step = 1;
    for (uint32_t back = 1; back <= in->count; back++) {
        int32_t size = out->value[out->count - back];
        int32_t own = in->value[in->count - back];
        place += own == 1 ? 0 : at % size * step;
        step *= own;
        at /= size;
    }
    return b->in[k].data[place];
}

// ADD and SUB bring both inputs to half the coarser step, 20 bits up.
static int64_t sum_of(const binary *b, int64_t x, int64_t y) {
    double sx = b->in[0].scale;
    double sy = b->in[1].scale;
    double twice = 2 * (sx > sy ? sx : sy);
    double fx = sx / twice;
    double fy = sy / twice;
    double out = twice / (1048576.0 * (double)b->out.scale);
    if (b->def == &nn_op_sub) { // whose factors are floats
        fx = (double)((float)sx / (float)twice);
        fy = (double)((float)sy / (float)twice);
        out = (double)((float)twice / (1048576.0F * b->out.scale));
    }
    int64_t first = reference_scale(x * 1048576, fx);
    int64_t second = reference_scale(y * 1048576, fy);
    return reference_scale(b->def == &nn_op_sub ? first - second
                                                : first + second,
            out);
}

static int8_t result(const binary *b, int32_t at) {
    int32_t x = number(b, 0, at);
    int32_t y = number(b, 1, at);
    if (b->def == &nn_op_maximum || b->def == &nn_op_minimum) {
        return (int8_t)((x > y) == (b->def == &nn_op_maximum) ? x : y);
    }
    x -= b->in[0].zero;
    y -= b->in[1].zero;
    int64_t value = b->def == &nn_op_mul
            ? reference_scale((int64_t)x * y,
                      (double)b->in[0].scale * (double)b->in[1].scale /
                              (double)b->out.scale)
            : sum_of(b, x, y);
    return reference_store(value, b->out.scale, b->out.zero, b->activation);
}

static void check(const binary *b) {
    model m = {0};
    const void *inputs[2];
    uint32_t count = 0;
    for (int k = 0; k < 2; k++) {
        if (!b->in[k].constant) {
            inputs[count++] = b->in[k].data;
        }
    }
    build(&m, b);
    int8_t *got = invoke(&m, inputs);
    for (int32_t at = 0; at < elements(&b->out.dims); at++) {
        assert_int_equal(got[at], result(b, at));
    }
    free(got);
}

// Both shapes from one: equal, with sizes of 1 here and there, without the
// leading dimensions, or a single number.
static void draw_shapes(binary *b, random_source *r) {
    model_list dims = {.count = (uint32_t)random_in(r, 1, MAX_RANK)};
    dims.count = random_once_in(r, 2) ? 4 : dims.count;
    for (uint32_t i = 0; i < dims.count; i++) {
        dims.value[i] = random_in(r, 1, 5);
    }
    if (random_once_in(r, 2)) {
        dims.value[0] = 1;
    }
    model_list other = dims;
    uint32_t drop = 0;
    switch (random_in(r, 0, 3)) {
    case 0:
        break;
    case 1:
        for (uint32_t i = 0; i < dims.count; i++) {
            if (random_once_in(r, 2)) {
                model_list *l = random_once_in(r, 3) ? &dims : &other;
                l->value[i] = 1;
            }
        }
        break;
    case 2:
        drop = (uint32_t)random_in(r, 0, (int32_t)dims.count - 1);
        other.count -= drop;
        for (uint32_t i = 0; i < other.count; i++) {
            other.value[i] = random_once_in(r, 4) ? 1 : dims.value[i + drop];
        }
        break;
    default:
        other = LIST(1);
        break;
    }
    int first = random_in(r, 0, 1);
    b->in[first].dims = dims;
    b->in[1 - first].dims = other;
    b->out.dims = dims;
    for (uint32_t i = 0; i < other.count; i++) {
        int32_t *size = &b->out.dims.value[dims.count - other.count + i];
        *size = *size == 1 ? other.value[i] : *size;
    }
}

// One scale for all, and zero points that cancel out or not.
static void make_equal(binary *b, random_source *r) {
    b->in[0].scale = b->out.scale;
    b->in[1].scale = b->out.scale;
    if (random_once_in(r, 2)) {
        b->out.zero = random_in(r, -128, 0);
        b->in[1].zero = random_in(r, 0, 127);
        b->in[0].zero = b->out.zero - b->in[1].zero;
        if (b->in[0].zero < -128) {
            b->in[0].zero = -128;
            b->in[1].zero = b->out.zero + 128;
        }
    }
}

static void many(const nn_op_def *def) {
    for (uint32_t seed = 0; seed < 300; seed++) {
        random_source r = random_from(seed);
        binary b = {.def = def, .activation = random_in(&r, 0, 3)};
        draw_shapes(&b, &r);
        int constant = random_in(&r, 0, 5); // in a third of the cases
        for (int k = 0; k < 2; k++) {
            b.in[k].scale = random_float(&r, 0.004F, 0.1F);
            b.in[k].zero = random_in(&r, -128, 127);
            b.in[k].constant = k == constant;
            random_fill(&r, b.in[k].data, sizeof b.in[k].data);
        }
        b.out.scale = random_float(&r, 0.004F, 0.2F);
        b.out.zero = random_in(&r, -128, 127);
        if (random_once_in(&r, 3)) {
            make_equal(&b, &r);
        }
        check(&b);
    }
}

static void random_add(void **state) {
    (void)state;
    many(&nn_op_add);
}

static void random_sub(void **state) {
    (void)state;
    many(&nn_op_sub);
}

static void random_mul(void **state) {
    (void)state;
    many(&nn_op_mul);
}

static void random_compare(void **state) {
    (void)state;
    many(&nn_op_maximum);
    many(&nn_op_minimum);
}

static binary by_hand(const nn_op_def *def) {
    return (binary){.def = def,
            .in = {{.dims = LIST(4),
                           .scale = 0.5F,
                           .zero = 1,
                           .data = {1, 5, -100, 127}},
                    {.dims = LIST(4),
                            .scale = 0.25F,
                            .zero = -2,
                            .data = {0, 2, -128, 127}}},
            .out = {.dims = LIST(4), .scale = 0.5F, .zero = 3}};
}

static void expect(const binary *b, const int8_t want[4]) {
    model m = {0};
    build(&m, b);
    int8_t *got = invoke(&m, (const void *[]){b->in[0].data, b->in[1].data});
    assert_memory_equal(got, want, 4);
    free(got);
}

static void hand_computed(void **state) {
    (void)state;
    // the inputs are 0, 2, -50.5, 63 and 0.5, 1, -31.5, 32.25
    binary b = by_hand(&nn_op_add);
    expect(&b, (const int8_t[]){4, 9, -128, 127});
    b.def = &nn_op_sub;
    expect(&b, (const int8_t[]){2, 5, -35, 65});
    b.def = &nn_op_mul;
    expect(&b, (const int8_t[]){3, 7, 127, 127});
    b.activation = 3; // RELU6 ends at 6 / 0.5 + 3
    expect(&b, (const int8_t[]){3, 7, 15, 15});
    b.def = &nn_op_maximum;
    expect(&b, (const int8_t[]){1, 5, -100, 127});
    b.def = &nn_op_minimum;
    expect(&b, (const int8_t[]){0, 2, -128, 127});
}

// Factors that, computed in double, would give -34.
static void factors_of_floats(void **state) {
    (void)state;
    binary b = by_hand(&nn_op_sub);
    b.in[0].scale = 0.069472F;
    b.in[1].scale = 0.0270189997F;
    b.out.scale = 0.237800002F;
    b.in[0].zero = b.in[1].zero = b.out.zero = 0;
    for (int i = 0; i < 4; i++) {
        b.in[0].data[i] = -82;
        b.in[1].data[i] = 84;
    }
    expect(&b, (const int8_t[]){-33, -33, -33, -33});
}

// Rows of one number, each from another pair of numbers.
static void single_numbers(void **state) {
    (void)state;
    binary b = by_hand(&nn_op_add);
    b.in[0].dims = LIST(2, 1, 1, 1);
    b.in[1].dims = LIST(1, 3, 1, 1);
    b.out.dims = LIST(2, 3, 1, 1);
    check(&b);
}

// An input whose scale is next to nothing adds nothing, whatever its sign.
static void far_scales(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        binary b = by_hand(&nn_op_add);
        b.in[k].scale = 1e-30F;
        check(&b);
        b.def = &nn_op_sub;
        check(&b);
    }
}

// int32 is not quantised and wraps.
static void integers(void **state) {
    (void)state;
    const nn_op_def *const defs[] = {&nn_op_add, &nn_op_sub, &nn_op_mul,
            &nn_op_maximum, &nn_op_minimum};
    const int32_t x[] = {INT32_MAX, 7, -5};
    const int32_t y[] = {1};
    const int32_t want[5][3] = {{INT32_MIN, 8, -4}, {INT32_MAX - 1, 6, -6},
            {INT32_MAX, 7, -5}, {INT32_MAX, 7, 1}, {1, 1, -5}};
    for (int i = 0; i < 5; i++) {
        model m = {0};
        int a = model_tensor(&m, NN_INT32, LIST(3), 0, 0);
        int b = model_constant(&m, NN_INT32, LIST(1), 0, 0, y);
        int c = model_tensor(&m, NN_INT32, LIST(3), 0, 0);
        model_op(&m, defs[i]->code, LIST(a, b), LIST(c));
        m.inputs = LIST(a);
        m.outputs = LIST(c);
        int32_t *got = invoke(&m, (const void *[]){x});
        assert_memory_equal(got, want[i], sizeof want[i]);
        free(got);
    }
}

// A PAD of channels in front of ADD: the channels that are not there count as
// real zero.
static void absorbed_channels(void **state) {
    (void)state;
    enum { PIXELS = 6, CHANNELS = 7 };
    for (uint32_t seed = 0; seed < 100; seed++) {
        random_source r = random_from(seed);
        int32_t front = random_in(&r, 0, CHANNELS - 1);
        int32_t few = random_in(&r, 1, CHANNELS - front);
        int padded = random_in(&r, 0, 1);
        binary b = by_hand(&nn_op_add);
        b.out.dims = b.in[0].dims = b.in[1].dims = LIST(1, 3, 2, CHANNELS);
        for (int k = 0; k < 2; k++) {
            random_fill(&r, b.in[k].data, PIXELS * CHANNELS);
        }
        model m = {0};
        build(&m, &b);
        int8_t narrow[PIXELS * CHANNELS];
        for (int32_t at = 0; at < PIXELS * CHANNELS; at++) {
            int32_t c = at % CHANNELS - front;
            if (c >= 0 && c < few) {
                narrow[at / CHANNELS * few + c] = b.in[padded].data[at];
            } else {
                b.in[padded].data[at] = (int8_t)b.in[padded].zero;
            }
        }
        int x = model_tensor(&m, NN_INT8, LIST(1, 3, 2, few),
                b.in[padded].scale, b.in[padded].zero);
        const int32_t pads[4][2] = {{0, 0}, {0, 0}, {0, 0},
                {front, CHANNELS - front - few}};
        int p = model_constant(&m, NN_INT32, LIST(4, 2), 0, 0, pads);
        int wide = m.inputs.value[padded];
        m.inputs.value[padded] = x;
        model_op(&m, nn_op_pad.code, LIST(x, p), LIST(wide));
        // PAD comes first
        model_op_spec add = m.ops[0];
        m.ops[0] = m.ops[1];
        m.ops[1] = add;
        const void *inputs[2] = {b.in[0].data, b.in[1].data};
        inputs[padded] = narrow;
        int8_t *got = invoke(&m, inputs);
        for (int32_t at = 0; at < PIXELS * CHANNELS; at++) {
            assert_int_equal(got[at], result(&b, at));
        }
        free(got);
    }
}

static void refuse(const binary *b, int code, const char *text) {
    model m = {0};
    build(&m, b);
    invoke_refused(&m, code, text);
}

static void refused(void **state) {
    (void)state;
    binary b = by_hand(&nn_op_add);
    b.in[1].dims = LIST(3);
    refuse(&b, NN_ERR_INVALID, "4 and 3");
    b = by_hand(&nn_op_mul);
    b.out.dims = LIST(5);
    refuse(&b, NN_ERR_INVALID, "dimension 0");
    b = by_hand(&nn_op_mul);
    b.out.dims = LIST(1, 4);
    refuse(&b, NN_ERR_INVALID, "2 dimensions");
    b = by_hand(&nn_op_add);
    b.out.scale = 1e-7F;
    refuse(&b, NN_ERR_UNSUPPORTED, "too far apart");
    b = by_hand(&nn_op_mul);
    b.in[0].scale = b.in[1].scale = 1e20F;
    refuse(&b, NN_ERR_UNSUPPORTED, "too far apart");
    b = by_hand(&nn_op_sub);
    b.activation = 4;
    refuse(&b, NN_ERR_UNSUPPORTED, "activation 4");
    b = by_hand(&nn_op_sub);
    b.in[1].scale = 0;
    refuse(&b, NN_ERR_INVALID, "one scale");
    model m = {0};
    b = by_hand(&nn_op_maximum);
    b.in[1].zero = 0;
    build(&m, &b);
    m.tensors[1].type = NN_UINT8;
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "uint8");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(hand_computed),
            cmocka_unit_test(random_add),
            cmocka_unit_test(random_sub),
            cmocka_unit_test(random_mul),
            cmocka_unit_test(random_compare),
            cmocka_unit_test(factors_of_floats),
            cmocka_unit_test(single_numbers),
            cmocka_unit_test(far_scales),
            cmocka_unit_test(integers),
            cmocka_unit_test(absorbed_channels),
            cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
