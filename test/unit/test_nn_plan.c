// SPDX-License-Identifier: MIT
// Plans whose every byte can be counted by hand.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn/ops/ops.h"
#include "nn/plan.h"
#include "test/support/graph.h"
#include "test/support/rig.h"

// A model, loaded and planned, whose runs agree with the slow evaluation.
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
    rig_fill(&s->r, 5);
    for (uint32_t k = 0; k < s->r.graph.input_count; k++) {
        inputs[k] = s->r.data[k];
    }
    assert_int_equal(evaluate(&s->right, file, bytes, inputs, &error), 0);
}

static uint32_t plan(sample *s, nn_plan_options options) {
    nn_error error;
    assert_int_equal(rig_plan(&s->r, &options, &error), 0);
    rig_start(&s->r, &s->right);
    assert_int_equal(rig_run(&s->r, &error), 0);
    if (!rig_check(&s->r)) {
        fail_msg("%s, op %u, row %u", s->r.wrong, s->r.wrong_op,
                s->r.wrong_row);
    }
    return s->r.plan.arena_bytes;
}

static void sample_close(sample *s) {
    rig_close(&s->r);
    evaluation_free(&s->right);
    model_free(&s->m);
}

static uint32_t ring_of(const sample *s, int tensor) {
    return s->r.plan.places[tensor].ring;
}

// Images here have rows of 16 bytes, so that nothing is rounded up.
static int image(sample *s, int32_t h) {
    return model_tensor(&s->m, NN_INT8, LIST(1, h, 4, 4), 0.1F, 0);
}

// MAX_POOL_2D needs no scratch but a word a kernel row.
static int pool(sample *s, int x, int32_t size, int32_t stride) {
    int32_t h = s->m.tensors[x].dims.value[1];
    int y = model_tensor(&s->m, NN_INT8,
            LIST(1, (h + stride - 1) / stride, 4, 4), 0.1F, 0);
    model_op(&s->m, nn_op_max_pool_2d.code, LIST(x), LIST(y));
    model_byte(&s->m, 0, 0);
    model_int(&s->m, 1, 1), model_int(&s->m, 2, stride);
    model_int(&s->m, 3, 1), model_int(&s->m, 4, size);
    return y;
}

static int maximum(sample *s, int a, int b) {
    int y = image(s, s->m.tensors[a].dims.value[1]);
    model_op(&s->m, nn_op_maximum.code, LIST(a, b), LIST(y));
    return y;
}

// Neither scratch nor tables.
static int clip(sample *s, int x) {
    const int8_t low = -3;
    return maximum(s, x,
            model_constant(&s->m, NN_INT8, LIST(1), 0.1F, 0, &low));
}

enum { ROW = 16 };

static void test_rings_are_as_high_as_windows(void **state) {
    (void)state;
    for (int32_t size = 1; size < 8; size++) {
        for (int32_t stride = 1; stride < 4; stride++) {
            sample s = {0};
            int x = image(&s, 64);
            int a = pool(&s, x, size, stride);
            int b = pool(&s, a, 3, 1);
            s.m.inputs = LIST(x);
            s.m.outputs = LIST(pool(&s, b, 1, 21));
            sample_open(&s);
            plan(&s, (nn_plan_options){0});
            assert_int_equal(s.r.plan.stage_count, 1);
            // rows between windows are pulled and overwritten
            assert_int_equal(ring_of(&s, x), size);
            assert_int_equal(ring_of(&s, a), 3);
            assert_int_equal(ring_of(&s, b), 1);
            sample_close(&s);
        }
    }
}

static void test_a_skip_waits_in_its_ring(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 64);
    int a = clip(&s, x);
    int b = pool(&s, pool(&s, a, 3, 1), 5, 1);
    int y = pool(&s, maximum(&s, a, b), 1, 32);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(y);
    sample_open(&s);
    plan(&s, (nn_plan_options){0});
    assert_int_equal(s.r.plan.stage_count, 1);
    // row y of the sum needs row y of a and, through both pools, y + 3
    assert_int_equal(ring_of(&s, a), 4);
    assert_int_equal(ring_of(&s, a + 1), 5);
    assert_int_equal(ring_of(&s, b), 1);
    sample_close(&s);
}

// A head takes the trunk's rows as they appear.
static void test_heads_cost_no_rows(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 64);
    int trunk = pool(&s, x, 3, 1);
    int head = pool(&s, trunk, 1, 8);
    int end = pool(&s, pool(&s, trunk, 3, 2), 3, 8);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(head, end);
    sample_open(&s);
    uint32_t bytes = plan(&s, (nn_plan_options){0});
    assert_int_equal(s.r.plan.stage_count, 1);
    assert_int_equal(ring_of(&s, trunk), 3);
    // x, trunk, the pool's rings of 3 rows, outputs of 8 and 4 rows, scratch
    assert_int_equal(bytes, (3 + 3 + 3 + 8 + 4) * ROW + ROW);
    sample_close(&s);
}

// Two branches read the same whole tensor: neither runs ahead.
static void test_branches_stay_side_by_side(void **state) {
    (void)state;
    for (int whole_input = 0; whole_input < 2; whole_input++) {
        sample s = {0};
        int x = image(&s, 64);
        int a = clip(&s, x);
        int b = pool(&s, x, 5, 1);
        s.m.inputs = LIST(x);
        s.m.outputs = LIST(pool(&s, maximum(&s, a, b), 1, 32));
        sample_open(&s);
        plan(&s, (nn_plan_options){.whole_input = whole_input});
        assert_int_equal(s.r.plan.stage_count, 1);
        // b's row y comes with row y + 2 of x
        assert_in_range(ring_of(&s, a), 1, 3);
        assert_in_range(ring_of(&s, b), 1, 1);
        sample_close(&s);
    }
}

static void test_whole_tensors_share_bytes_in_place(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 10);
    int y = clip(&s, clip(&s, maximum(&s, clip(&s, x), x)));
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(y);
    sample_open(&s);
    // x and the first result at once, all else in place of one of them
    assert_int_equal(plan(&s, (nn_plan_options){.whole = true}), 2 * 10 * ROW);
    assert_int_equal(s.r.plan.live_bytes, 2 * 10 * ROW);
    // the caller's bytes are never written over
    assert_int_equal(
            plan(&s, (nn_plan_options){.whole = true, .whole_input = true}),
            10 * ROW);
    assert_memory_equal(s.r.data[0], s.right.tensors[x], 10 * ROW);
    sample_close(&s);
}

static void test_caller_memory_costs_nothing(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 10);
    int y = clip(&s, x);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(y);
    sample_open(&s);
    assert_int_equal(plan(&s,
                             (nn_plan_options){
                                     .whole_input = true,
                                     .outputs_by_caller = 1,
                             }),
            0);
    // one row on its way
    assert_int_equal(plan(&s, (nn_plan_options){.outputs_by_caller = 1}), ROW);
    // x is pulled to where the result will be
    assert_int_equal(plan(&s, (nn_plan_options){0}), 10 * ROW);
    assert_int_equal(plan(&s, (nn_plan_options){.whole_input = true}),
            10 * ROW);
    sample_close(&s);
}

static void test_reshapes_cost_nothing(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 10);
    int a = clip(&s, x);
    int b = model_tensor(&s.m, NN_INT8, LIST(160), 0.1F, 0);
    int c = model_tensor(&s.m, NN_INT8, LIST(1, 10, 16), 0.1F, 0);
    model_op(&s.m, nn_op_reshape.code, LIST(a), LIST(b));
    model_op(&s.m, nn_op_reshape.code, LIST(b), LIST(c));
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(c);
    sample_open(&s);
    assert_int_equal(plan(&s, (nn_plan_options){0}), 10 * ROW);
    assert_int_equal(s.r.plan.order_count, 1);
    assert_int_equal(plan(&s, (nn_plan_options){.whole = true}), 10 * ROW);
    sample_close(&s);
}

// Parts of a CONCATENATION along the rows are written where they belong.
static void test_parts_are_written_in_place(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 10);
    int a = clip(&s, x);
    int b = pool(&s, x, 3, 2);
    int y = image(&s, 15);
    model_op(&s.m, nn_op_concatenation.code, LIST(a, b), LIST(y));
    model_int(&s.m, 0, 1);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(y);
    sample_open(&s);
    // x, y and a word of scratch for each of the window's rows
    assert_int_equal(plan(&s, (nn_plan_options){.whole = true}),
            (10 + 15) * ROW + ROW);
    assert_int_equal(s.r.plan.order_count, 2);
    sample_close(&s);
}

// A sum over all rows ends one section; another begins behind it.
static void test_sections_follow_each_other(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 64);
    int a = pool(&s, pool(&s, x, 3, 1), 3, 1);
    int turned = model_tensor(&s.m, NN_INT8, LIST(1, 4, 64, 4), 0.1F, 0);
    model_op(&s.m, nn_op_transpose.code,
            LIST(a, model_ints(&s.m, LIST(0, 2, 1, 3))), LIST(turned));
    int back = image(&s, 64);
    model_op(&s.m, nn_op_transpose.code,
            LIST(turned, model_ints(&s.m, LIST(0, 2, 1, 3))), LIST(back));
    int y = pool(&s, pool(&s, pool(&s, back, 3, 1), 3, 1), 3, 16);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(y);
    sample_open(&s);
    uint32_t bytes = plan(&s, (nn_plan_options){0});
    // both whole tensors meet in the middle; nothing else takes that much
    assert_int_equal(bytes, 2 * 64 * ROW);
    assert_true(s.r.plan.stage_count >= 3);
    assert_true(s.r.plan.stage_count < s.r.plan.order_count);
    sample_close(&s);
}

static void test_the_fastest_plan_within_a_budget(void **state) {
    (void)state;
    sample s = {0};
    int x = image(&s, 64);
    int y = x;
    for (int i = 0; i < 6; i++) {
        y = pool(&s, y, 3, 1);
    }
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(pool(&s, y, 3, 32));
    sample_open(&s);
    uint32_t whole = plan(&s, (nn_plan_options){.whole = true});
    uint32_t least = plan(&s, (nn_plan_options){0});
    // 7 rings of 3 rows, the output, scratch
    assert_int_equal(least, (7 * 3 + 2 + 1) * ROW);
    uint32_t before = UINT32_MAX;
    for (uint32_t budget = least; budget <= whole; budget += ROW) {
        assert_true(plan(&s, (nn_plan_options){.budget = budget}) <= budget);
        uint32_t streamed = s.r.plan.order_count + 1 - s.r.plan.stage_count;
        assert_true(streamed <= before);
        before = streamed;
    }
    assert_int_equal(before, 1);
    assert_int_equal(plan(&s, (nn_plan_options){.budget = 1}), least);
    sample_close(&s);
}

static void test_too_little_memory_is_refused(void **state) {
    (void)state;
    sample s = {0};
    nn_error error;
    nn_plan p;
    size_t bytes;
    size_t work_bytes;
    int x = image(&s, 10);
    s.m.inputs = LIST(x);
    s.m.outputs = LIST(clip(&s, x));
    sample_open(&s);
    nn_plan_measure(&s.r.graph, &bytes, &work_bytes);
    void *memory = take_memory(bytes);
    void *work = take_memory(work_bytes);
    assert_int_equal(nn_plan_make(&p, &s.r.graph, NULL, memory, bytes - 1, work,
                             work_bytes, &error),
            NN_ERR_NO_MEMORY);
    assert_non_null(strstr(error.text, "a plan needs "));
    assert_int_equal(nn_plan_make(&p, &s.r.graph, NULL, memory, bytes, work,
                             work_bytes - 1, NULL),
            NN_ERR_NO_MEMORY);
    assert_int_equal(nn_plan_make(&p, &s.r.graph, NULL, memory, bytes, work,
                             work_bytes, &error),
            0);
    free(memory);
    free(work);
    sample_close(&s);
}

static void test_arenas_beyond_2_gb_are_refused(void **state) {
    (void)state;
    model m = {0};
    rig r;
    nn_error error;
    size_t bytes;
    int x = model_tensor(&m, NN_INT8, LIST(1 << 15, 1 << 15), 0.1F, 0);
    int y = model_tensor(&m, NN_INT8, LIST(1 << 15, 1 << 15), 0.1F, 0);
    int z = model_tensor(&m, NN_INT8, LIST(1 << 15, 1 << 15), 0.1F, 0);
    model_op(&m, nn_op_maximum.code, LIST(x, x), LIST(y));
    model_op(&m, nn_op_maximum.code, LIST(x, y), LIST(z));
    m.inputs = LIST(x);
    m.outputs = LIST(x, y, z);
    const uint8_t *file = model_file(&m, &bytes);
    assert_int_equal(rig_open(&r, file, bytes, &error), 0);
    assert_int_equal(rig_plan(&r, NULL, &error), NN_ERR_RANGE);
    assert_string_equal(error.text, "an inference would need over 2 GB");
    rig_close(&r);
    model_free(&m);
}

// Every plan of a random graph: what is alive at the same time lies apart.
static void test_items_lie_apart(void **state) {
    (void)state;
    for (uint32_t seed = 1000; seed < 1200; seed++) {
        sample s = {0};
        graph_options options = graph_draw(seed);
        graph_make(&s.m, seed, &options);
        sample_open(&s);
        for (int whole = 0; whole < 2; whole++) {
            plan(&s, (nn_plan_options){.whole = whole});
            const nn_plan *p = &s.r.plan;
            for (uint32_t t = 0; t < s.r.graph.tensor_count; t++) {
                const nn_place *place = &p->places[t];
                const nn_tensor *tensor = &s.r.graph.tensors[t];
                if (place->kind == NN_PLACE_ARENA) {
                    assert_true(place->ring >= 1);
                    assert_true(place->ring <= tensor->rows);
                    assert_true(place->offset +
                                    (uint64_t)place->ring * tensor->row_bytes <=
                            p->arena_bytes);
                }
            }
            assert_int_equal(p->stages[0], 0);
            assert_int_equal(p->stages[p->stage_count], p->order_count);
        }
        sample_close(&s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_rings_are_as_high_as_windows),
            cmocka_unit_test(test_a_skip_waits_in_its_ring),
            cmocka_unit_test(test_heads_cost_no_rows),
            cmocka_unit_test(test_branches_stay_side_by_side),
            cmocka_unit_test(test_whole_tensors_share_bytes_in_place),
            cmocka_unit_test(test_caller_memory_costs_nothing),
            cmocka_unit_test(test_reshapes_cost_nothing),
            cmocka_unit_test(test_parts_are_written_in_place),
            cmocka_unit_test(test_sections_follow_each_other),
            cmocka_unit_test(test_the_fastest_plan_within_a_budget),
            cmocka_unit_test(test_too_little_memory_is_refused),
            cmocka_unit_test(test_arenas_beyond_2_gb_are_refused),
            cmocka_unit_test(test_items_lie_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
