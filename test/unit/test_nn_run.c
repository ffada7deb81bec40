// SPDX-License-Identifier: MIT
// One inference: where bytes come from and go to, and what is refused.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn/ops/ops.h"
#include "test/support/model.h"
#include "test/support/rig.h"

typedef struct sample {
    model m;
    rig r;
    evaluation right;
} sample;

static void sample_open(sample *s) {
    size_t bytes;
    nn_error error;
    const uint8_t *inputs[RIG_INPUTS];
    const uint8_t *file = model_file(&s->m, &bytes);
    if (rig_open(&s->r, file, bytes, &error)) {
        fail_msg("%s", error.text);
    }
    rig_fill(&s->r, 9);
    for (uint32_t k = 0; k < s->r.graph.input_count; k++) {
        inputs[k] = s->r.data[k];
    }
    assert_int_equal(evaluate(&s->right, file, bytes, inputs, &error), 0);
}

static void sample_close(sample *s) {
    rig_close(&s->r);
    evaluation_free(&s->right);
    model_free(&s->m);
}

static void start(sample *s, nn_plan_options options) {
    nn_error error;
    assert_int_equal(rig_plan(&s->r, &options, &error), 0);
    rig_start(&s->r, &s->right);
}

static void run(sample *s, nn_plan_options options) {
    nn_error error;
    start(s, options);
    assert_int_equal(rig_run(&s->r, &error), 0);
    if (!rig_check(&s->r)) {
        fail_msg("%s, op %u, row %u", s->r.wrong, s->r.wrong_op,
                s->r.wrong_row);
    }
}

static void run_all_ways(sample *s) {
    for (uint32_t way = 0; way < 8; way++) {
        run(s,
                (nn_plan_options){
                        .whole = way & 1,
                        .whole_input = way >> 1 & 1,
                        .outputs_by_caller = way >> 2 ? UINT32_MAX : 0,
                });
    }
}

static int image(sample *s, int32_t h) {
    return model_tensor(&s->m, NN_INT8, LIST(1, h, 3, 5), 0.1F, 0);
}

static int relu(sample *s, int x) {
    int y = image(s, s->m.tensors[x].dims.value[1]);
    model_op(&s->m, nn_op_relu6.code, LIST(x), LIST(y));
    return y;
}

static void simple(sample *s) {
    int x = image(s, 12);
    s->m.inputs = LIST(x);
    s->m.outputs = LIST(relu(s, relu(s, x)));
    sample_open(s);
}

static void test_an_input_is_handed_through(void **state) {
    (void)state;
    for (int read = 0; read < 2; read++) {
        sample s = {0};
        int x = image(&s, 12);
        int other = image(&s, 4);
        s.m.inputs = LIST(x, other);
        s.m.outputs = LIST(relu(&s, read ? x : other), x);
        sample_open(&s);
        run_all_ways(&s);
        sample_close(&s);
    }
}

static void test_an_output_is_listed_twice(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 12);
    int y = relu(&s, x);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(y, relu(&s, y), y);
    sample_open(&s);
    run_all_ways(&s);
    // only the second of the two is the caller's
    run(&s, (nn_plan_options){.outputs_by_caller = 4});
    sample_close(&s);
}

static void test_an_output_is_a_constant(void **state) {
    (void)state;
    sample s = {0};
    const int8_t data[4] = {1, -2, 3, -4};
    int x = image(&s, 12);
    int constant =
            model_constant(&s.m, NN_INT8, LIST(1, 2, 1, 2), 0.1F, 0, data);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(constant, relu(&s, x));
    sample_open(&s);
    run_all_ways(&s);
    sample_close(&s);
}

static void test_a_model_without_operators(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 12);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(x);
    sample_open(&s);
    run_all_ways(&s);
    sample_close(&s);
}

static void test_reshaped_outputs_of_one_tensor(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 12);
    int y = relu(&s, x);
    int a = model_tensor(&s.m, NN_INT8, LIST(36, 5), 0.1F, 0);
    int b = model_tensor(&s.m, NN_INT8, LIST(1, 180), 0.1F, 0);
    int c = model_tensor(&s.m, NN_INT8, LIST(180), 0.1F, 0);
    model_op(&s.m, nn_op_reshape.code, LIST(y), LIST(a));
    model_op(&s.m, nn_op_reshape.code, LIST(a), LIST(b));
    model_op(&s.m, nn_op_reshape.code, LIST(x), LIST(c));
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(y, a, b, c);
    sample_open(&s);
    run_all_ways(&s);
    sample_close(&s);
}

static void test_many_outputs(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 3);
    s.m.inputs = LIST(x);
    for (uint32_t k = 0; k < MODEL_LIST_MAX; k++) {
        s.m.outputs.value[k] = relu(&s, x);
        s.m.outputs.count = k + 1;
    }
    sample_open(&s);
    run_all_ways(&s);
    sample_close(&s);
}

// Work comes in pieces: a row, or some rows of one operator.
static void test_steps_are_small(void **state) {
    (void)state;
    sample s = {0};
    nn_error error;
    simple(&s);
    start(&s, (nn_plan_options){.outputs_by_caller = 1});
    uint32_t steps = 0;
    uint64_t calls = 0;
    int more;
    while ((more = nn_run_step(&s.r.run, &error)) > 0) {
        assert_true(s.r.calls <= calls + 1);
        calls = s.r.calls;
        steps++;
    }
    assert_int_equal(more, 0);
    // a row was pulled and used at once; the second operator may have them all
    assert_in_range(calls, 12 + 1, 2 * 12);
    assert_true(steps >= 12 + calls);
    assert_true(rig_check(&s.r));
    sample_close(&s);
}

static void test_too_little_memory_is_refused(void **state) {
    (void)state;
    sample s = {0};
    nn_error error;
    nn_run r;
    simple(&s);
    start(&s, (nn_plan_options){0});
    size_t bytes = nn_run_measure(&s.r.plan);
    uint32_t arena_bytes = s.r.plan.arena_bytes;
    void *memory = take_memory(bytes);
    void *arena = take_memory(arena_bytes);
    assert_int_equal(nn_run_init(&r, &s.r.plan, &s.r.io, memory, bytes - 1,
                             arena, arena_bytes, &error),
            NN_ERR_NO_MEMORY);
    assert_non_null(strstr(error.text, "a run needs "));
    assert_int_equal(nn_run_init(&r, &s.r.plan, &s.r.io, memory, bytes, arena,
                             arena_bytes - 1, &error),
            NN_ERR_NO_MEMORY);
    assert_non_null(strstr(error.text, "the arena needs "));
    assert_int_equal(nn_run_init(&r, &s.r.plan, &s.r.io, memory, bytes, arena,
                             arena_bytes, NULL),
            0);
    assert_int_equal(nn_run_all(&r, &error), 0);
    free(memory);
    free(arena);
    sample_close(&s);
}

// The camera's arena is one block for one inference after the other.
static void test_a_run_can_be_repeated(void **state) {
    (void)state;
    sample s = {0};
    nn_error error;
    simple(&s);
    start(&s, (nn_plan_options){0});
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rig_run(&s.r, &error), 0);
        assert_true(rig_check(&s.r));
        rig_start(&s.r, &s.right);
    }
    sample_close(&s);
}

// A row source is asked for each row once, in order, straight into place.
typedef struct counter {
    uint32_t rows;
    uint32_t misaligned;
} counter;

static int count_row(void *user, uint32_t row, void *out) {
    counter *c = user;
    c->misaligned += ((uintptr_t)out & 3) != 0;
    memset(out, (int)row, 16);
    return row == c->rows++ ? 0 : -1;
}

static void test_rows_are_pulled_once(void **state) {
    (void)state;
    sample s = {0};
    nn_error error;
    counter c = {0, 0};
    int x = model_tensor(&s.m, NN_INT8, LIST(1, 40, 4, 4), 0.1F, 0);
    int y = model_tensor(&s.m, NN_INT8, LIST(1, 10, 4, 4), 0.1F, 0);
    model_op(&s.m, nn_op_max_pool_2d.code, LIST(x), LIST(y));
    model_byte(&s.m, 0, 1);
    model_int(&s.m, 1, 1), model_int(&s.m, 2, 4);
    model_int(&s.m, 3, 1), model_int(&s.m, 4, 3);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(y);
    sample_open(&s);
    start(&s, (nn_plan_options){0});
    s.r.right = NULL;
    s.r.inputs[0] = (nn_input){.read = count_row, .user = &c};
    assert_int_equal(rig_run(&s.r, &error), 0);
    // the last window ends at row 38; nobody needs row 39
    assert_int_equal(c.rows, 39);
    assert_int_equal(c.misaligned, 0);
    const int8_t *made = nn_run_output(&s.r.run, 0);
    for (int row = 0; row < 10; row++) {
        assert_int_equal(made[16 * row], 4 * row + 2);
    }
    sample_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_an_input_is_handed_through),
            cmocka_unit_test(test_an_output_is_listed_twice),
            cmocka_unit_test(test_an_output_is_a_constant),
            cmocka_unit_test(test_a_model_without_operators),
            cmocka_unit_test(test_reshaped_outputs_of_one_tensor),
            cmocka_unit_test(test_many_outputs),
            cmocka_unit_test(test_steps_are_small),
            cmocka_unit_test(test_too_little_memory_is_refused),
            cmocka_unit_test(test_a_run_can_be_repeated),
            cmocka_unit_test(test_rows_are_pulled_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
