// SPDX-License-Identifier: MIT
// Random graphs: whole, streamed and operator by operator give the same bytes.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "test/support/graph.h"
#include "test/support/rig.h"

enum { GRAPHS = 500, SEEDS = 200 };

// A random model, loaded, and what it must give.
typedef struct sample {
    model m;
    rig r;
    evaluation right;
    uint32_t seed;
} sample;

static void sample_open(sample *s, uint32_t seed) {
    memset(s, 0, sizeof *s);
    s->seed = seed;
    graph_options options = graph_draw(seed);
    graph_make(&s->m, seed, &options);
    size_t bytes;
    nn_error error;
    const uint8_t *inputs[RIG_INPUTS];
    const uint8_t *file = model_file(&s->m, &bytes);
    if (rig_open(&s->r, file, bytes, &error)) {
        fail_msg("graph %u: %s", seed, error.text);
    }
    rig_fill(&s->r, seed);
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

// Plans and runs; returns the arena's bytes.
static uint32_t run(sample *s, nn_plan_options options) {
    nn_error error;
    if (rig_plan(&s->r, &options, &error)) {
        fail_msg("graph %u: %s", s->seed, error.text);
    }
    rig_start(&s->r, &s->right);
    assert_int_equal(rig_run(&s->r, &error), 0);
    if (!rig_check(&s->r)) {
        fail_msg("graph %u: %s, op %u, row %u", s->seed, s->r.wrong,
                s->r.wrong_op, s->r.wrong_row);
    }
    assert_true(s->r.plan.live_bytes <= s->r.plan.arena_bytes);
    return s->r.plan.arena_bytes;
}

static void test_paths_agree(void **state) {
    (void)state;
    uint64_t smaller = 0;
    for (uint32_t seed = 0; seed < GRAPHS; seed++) {
        sample s;
        sample_open(&s, seed);
        uint32_t whole = run(&s, (nn_plan_options){.whole = true});
        uint32_t least = run(&s, (nn_plan_options){0});
        assert_true(least <= whole);
        smaller += least < whole;
        uint32_t kept = run(&s,
                (nn_plan_options){.whole_input = true,
                        .outputs_by_caller = UINT32_MAX});
        assert_true(kept <= least);
        sample_close(&s);
    }
    // else nothing was streamed
    assert_true(smaller > GRAPHS / 3);
}

static void test_budgets_are_kept(void **state) {
    (void)state;
    enum { STEPS = 6 };
    for (uint32_t seed = 0; seed < GRAPHS; seed += 2) {
        sample s;
        sample_open(&s, seed);
        uint32_t least = run(&s, (nn_plan_options){0});
        uint32_t whole = run(&s, (nn_plan_options){.whole = true});
        for (uint32_t i = 0; i <= STEPS; i++) {
            uint32_t budget = least + (whole - least) / STEPS * i;
            uint32_t used = run(&s, (nn_plan_options){.budget = budget});
            if (used > budget) {
                fail_msg("graph %u: budget %u, arena %u", seed, budget, used);
            }
        }
        // what cannot be met comes out as small as it can be
        assert_int_equal(run(&s, (nn_plan_options){.budget = 1}), least);
        sample_close(&s);
    }
}

static void test_nothing_streams_where_memory_is_plenty(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < GRAPHS; seed += 5) {
        sample s;
        sample_open(&s, seed);
        run(&s, (nn_plan_options){.budget = INT32_MAX});
        assert_int_equal(s.r.plan.stage_count, s.r.plan.order_count);
        sample_close(&s);
    }
}

// Two inferences of different models that take turns, and one that is begun
// anew in the middle.
static void test_runs_can_be_interrupted(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < GRAPHS; seed += 10) {
        sample a;
        sample b;
        nn_error error;
        int more_a = 1;
        int more_b = 1;
        uint32_t restart = 20;
        sample_open(&a, seed);
        sample_open(&b, seed + 1);
        assert_int_equal(rig_plan(&a.r, NULL, &error), 0);
        assert_int_equal(rig_plan(&b.r, NULL, &error), 0);
        rig_start(&a.r, &a.right);
        rig_start(&b.r, &b.right);
        while (more_a > 0 || more_b > 0) {
            more_a = more_a > 0 ? nn_run_step(&a.r.run, &error) : more_a;
            more_b = more_b > 0 ? nn_run_step(&b.r.run, &error) : more_b;
            if (--restart == 0) {
                rig_start(&b.r, &b.right);
                more_b = 1;
            }
        }
        assert_int_equal(more_a, 0);
        assert_int_equal(more_b, 0);
        assert_true(rig_check(&a.r));
        assert_true(rig_check(&b.r));
        // complete stays complete
        assert_int_equal(nn_run_step(&a.r.run, &error), 0);
        sample_close(&a);
        sample_close(&b);
    }
}

static void test_failing_rows_end_the_run(void **state) {
    (void)state;
    sample s;
    nn_error error;
    sample_open(&s, 3);
    assert_int_equal(rig_plan(&s.r, NULL, &error), 0);
    for (uint32_t row = 0; row < s.r.sources[0].rows; row++) {
        rig_start(&s.r, &s.right);
        s.r.sources[0].fail_at = row;
        assert_int_equal(rig_run(&s.r, &error), NN_ERR_INPUT);
        char text[NN_ERROR_TEXT];
        snprintf(text, sizeof text, "the source of input 0 failed at row %u",
                row);
        assert_string_equal(error.text, text);
        // and can go on once the row is there
        s.r.sources[0].fail_at = UINT32_MAX;
        assert_int_equal(rig_run(&s.r, &error), 0);
        assert_true(rig_check(&s.r));
    }
    sample_close(&s);
}

// What the fuzz target begins with.
static void test_seeds_are_written(void **state) {
    (void)state;
    mkdir("build", 0777);
    mkdir("build/test", 0777);
    mkdir("build/test/corpus", 0777);
    mkdir("build/test/corpus/model", 0777);
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        model m = {0};
        graph_options options = {.ops = 1 + seed % 4,
                .side = (int32_t)(1 + seed % 8),
                .channels = (int32_t)(1 + seed % 4),
                .batch = 1 + seed % 16 / 15,
                .inputs = 1 + seed % 4 / 3};
        graph_make(&m, seed, &options);
        size_t bytes;
        const uint8_t *file = model_file(&m, &bytes);
        char path[64];
        snprintf(path, sizeof path, "build/test/corpus/model/graph%u", seed);
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        assert_int_equal(fwrite(file, 1, bytes, out), bytes);
        assert_int_equal(fclose(out), 0);
        model_free(&m);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_paths_agree),
            cmocka_unit_test(test_budgets_are_kept),
            cmocka_unit_test(test_nothing_streams_where_memory_is_plenty),
            cmocka_unit_test(test_runs_can_be_interrupted),
            cmocka_unit_test(test_failing_rows_end_the_run),
            cmocka_unit_test(test_seeds_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
