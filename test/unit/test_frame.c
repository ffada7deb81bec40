// SPDX-License-Identifier: MIT
// The frame buffer's memory: how many buffers, where, and the scratch behind.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/frame.h"

// The camera's: board/openmv4/memory.txt, region frame.
#define BYTES 172032

static uint8_t memory[BYTES] __attribute__((aligned(FRAME_ALIGN)));
static uint8_t foreign[320000] __attribute__((aligned(FRAME_ALIGN)));

static int fresh(void **state) {
    (void)state;
    frame_init(memory, BYTES);
    return 0;
}

static void check_count(size_t bytes, unsigned wanted, unsigned want) {
    unsigned got = 99;
    assert_int_equal(frame_configure(bytes, wanted, &got), 0);
    assert_int_equal(got, want);
    assert_int_equal(frame_buffers(), want);
    assert_int_equal(frame_buffer_bytes(), bytes);
    for (unsigned i = 0; i < want; i++) {
        uint8_t *at = frame_buffer(i);
        assert_int_equal((uintptr_t)at % FRAME_ALIGN, 0);
        assert_true(at >= memory && at + bytes <= memory + BYTES);
        if (i > 0) {
            assert_true(at >= frame_buffer(i - 1) + bytes);
        }
    }
    assert_null(frame_buffer(want));
}

static void takes_as_many_buffers_as_is_sensible(void **state) {
    (void)state;
    check_count(320 * 240 * 2, 0, 1); // QVGA RGB565
    check_count(320 * 240, 0, 2);     // QVGA gray: 18,432 bytes of scratch
    check_count(160 * 120 * 2, 0, 3); // QQVGA RGB565
    check_count(30 * 20, 0, 3);
    check_count(BYTES, 0, 1);
    check_count(BYTES / 2, 0, 1); // two would leave no scratch
    check_count(BYTES / 2, 2, 2); // unless they are asked for
}

static void refuses_what_does_not_fit_and_stays(void **state) {
    (void)state;
    unsigned got = 99;
    check_count(1000, 2, 2);
    assert_int_equal(frame_configure(640 * 480, 0, &got), FRAME_ERR_MEMORY);
    assert_int_equal(frame_configure(640 * 480 * 2, 1, &got), FRAME_ERR_MEMORY);
    assert_int_equal(frame_configure(320 * 240 * 2, 2, &got), FRAME_ERR_MEMORY);
    assert_int_equal(frame_configure(SIZE_MAX, 3, &got), FRAME_ERR_MEMORY);
    assert_int_equal(frame_configure(SIZE_MAX - 40, 0, &got), FRAME_ERR_MEMORY);
    assert_int_equal(frame_configure(0, 1, &got), FRAME_ERR_INVALID);
    assert_int_equal(frame_configure(10, 4, &got), FRAME_ERR_INVALID);
    assert_int_equal(got, 99);
    assert_int_equal(frame_buffers(), 2);
    assert_int_equal(frame_buffer_bytes(), 1000);
    assert_int_equal(frame_needed(1000, 2), 2048);
    assert_int_equal(frame_bytes(), BYTES);
}

static void scratch_is_a_stack_behind_the_buffers(void **state) {
    (void)state;
    unsigned got;
    assert_int_equal(frame_configure(320 * 240 * 2, 1, &got), 0);
    size_t all = frame_scratch_free();
    assert_int_equal(all, BYTES - 320 * 240 * 2);
    size_t before = frame_scratch_mark();
    uint8_t *a = frame_scratch_take(100);
    size_t between = frame_scratch_mark();
    uint8_t *b = frame_scratch_take(1);
    assert_true(a >= frame_buffer(0) + 320 * 240 * 2);
    assert_true(b >= a + 100);
    memset(a, 1, 100);
    assert_int_equal((uintptr_t)b % FRAME_ALIGN, 0);
    assert_null(frame_scratch_take(frame_scratch_free() + 1));
    assert_null(frame_scratch_take(SIZE_MAX));
    frame_scratch_release(between);
    uint8_t *rest = frame_scratch_take(frame_scratch_free());
    assert_ptr_equal(rest, b);
    assert_int_equal(frame_scratch_free(), 0);
    assert_non_null(frame_scratch_take(0));
    frame_scratch_release(before);
    assert_int_equal(frame_scratch_free(), all);
}

static void buffers_stay_while_scratch_is_taken(void **state) {
    (void)state;
    unsigned got;
    assert_int_equal(frame_configure(100, 1, &got), 0);
    size_t mark = frame_scratch_mark();
    assert_non_null(frame_scratch_take(10));
    assert_int_equal(frame_configure(200, 1, &got), FRAME_ERR_BUSY);
    assert_int_equal(frame_borrow(foreign, sizeof(foreign)), FRAME_ERR_BUSY);
    assert_int_equal(frame_buffer_bytes(), 100);
    frame_scratch_release(mark);
    assert_int_equal(frame_configure(200, 1, &got), 0);
}

static void a_borrowed_buffer_leaves_all_for_scratch(void **state) {
    (void)state;
    assert_int_equal(frame_borrow(foreign, sizeof(foreign)), 0);
    assert_int_equal(frame_buffers(), 1);
    assert_ptr_equal(frame_buffer(0), foreign);
    assert_int_equal(frame_buffer_bytes(), sizeof(foreign));
    assert_int_equal(frame_scratch_free(), BYTES);
    assert_int_equal(frame_borrow(foreign + 1, 100), FRAME_ERR_INVALID);
    assert_int_equal(frame_borrow(NULL, 100), FRAME_ERR_INVALID);
    check_count(1000, 0, 3);
    assert_ptr_equal(frame_buffer(0), memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(takes_as_many_buffers_as_is_sensible, fresh),
            cmocka_unit_test_setup(refuses_what_does_not_fit_and_stays, fresh),
            cmocka_unit_test_setup(scratch_is_a_stack_behind_the_buffers,
                    fresh),
            cmocka_unit_test_setup(buffers_stay_while_scratch_is_taken, fresh),
            cmocka_unit_test_setup(a_borrowed_buffer_leaves_all_for_scratch,
                    fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
