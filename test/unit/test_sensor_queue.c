// SPDX-License-Identifier: MIT
// Frame buffers between an interrupt and a script: who has which, and what is
// counted.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/queue.h"
#include "test/support/random.h"

static void one_buffer_waits_for_the_script(void **state) {
    (void)state;
    queue q = {0};
    assert_int_equal(queue_start(&q, 1), 0);
    assert_int_equal(queue_take(&q), QUEUE_NONE);
    assert_int_equal(queue_done(&q, true, 7), QUEUE_NONE);
    assert_int_equal(queue_take(&q), 0);
    assert_int_equal(q.time[0], 7);
    // While the script has it, frames pass by.
    assert_int_equal(queue_done(&q, true, 8), QUEUE_NONE);
    assert_int_equal(queue_done(&q, true, 9), QUEUE_NONE);
    queue_release(&q);
    assert_int_equal(queue_done(&q, true, 10), 0);
    assert_int_equal(queue_done(&q, true, 11), QUEUE_NONE);
    assert_int_equal(queue_take(&q), 0);
    assert_int_equal(q.sent, 5);
    assert_int_equal(q.dropped, 3);
    assert_int_equal(q.broken, 0);
}

static void a_buffer_given_back_in_time_is_filled_next(void **state) {
    (void)state;
    queue q = {0};
    queue_start(&q, 1);
    queue_done(&q, true, 1);
    assert_int_equal(queue_refill(&q), QUEUE_NONE);
    assert_int_equal(queue_take(&q), 0);
    assert_int_equal(queue_refill(&q), QUEUE_NONE);
    queue_release(&q);
    assert_int_equal(queue_refill(&q), 0);
    queue_refilled(&q, 0);
    assert_int_equal(queue_refill(&q), QUEUE_NONE);
    assert_int_equal(queue_done(&q, true, 2), QUEUE_NONE);
    assert_int_equal(queue_take(&q), 0);
    assert_int_equal(q.dropped, 0);
}

static void two_buffers_take_turns(void **state) {
    (void)state;
    queue q = {0};
    queue_start(&q, 2);
    assert_int_equal(queue_done(&q, true, 1), 1);
    assert_int_equal(queue_take(&q), 0);
    assert_int_equal(queue_done(&q, true, 2), QUEUE_NONE);
    queue_release(&q);
    assert_int_equal(queue_take(&q), 1);
    assert_int_equal(queue_done(&q, true, 3), 0);
    assert_int_equal(q.dropped, 1);
}

static void three_buffers_have_the_newest_ready(void **state) {
    (void)state;
    queue q = {0};
    queue_start(&q, 3);
    assert_int_equal(queue_done(&q, true, 1), 1);
    assert_int_equal(queue_take(&q), 0);
    assert_int_equal(queue_done(&q, true, 2), 2);
    assert_int_equal(queue_done(&q, true, 3), 1);
    assert_int_equal(queue_done(&q, true, 4), 2);
    assert_int_equal(q.dropped, 2);
    queue_release(&q);
    assert_int_equal(queue_take(&q), 1);
    assert_int_equal(q.time[1], 4);
}

static void a_broken_frame_is_filled_again(void **state) {
    (void)state;
    queue q = {0};
    queue_start(&q, 2);
    assert_int_equal(queue_done(&q, false, 1), 0);
    assert_false(queue_ready(&q));
    assert_int_equal(queue_done(&q, true, 2), 1);
    // What is ready stays ready when the next one breaks.
    assert_int_equal(queue_done(&q, false, 3), 1);
    assert_int_equal(queue_take(&q), 0);
    assert_int_equal(q.sent, 3);
    assert_int_equal(q.broken, 2);
    assert_int_equal(q.dropped, 2);
}

static void a_flushed_frame_is_not_taken(void **state) {
    (void)state;
    queue q = {0};
    queue_start(&q, 1);
    queue_done(&q, true, 1);
    assert_true(queue_ready(&q));
    queue_flush(&q);
    assert_false(queue_ready(&q));
    queue_flush(&q);
    assert_int_equal(queue_done(&q, true, 2), 0);
    assert_int_equal(queue_done(&q, true, 3), QUEUE_NONE);
    assert_int_equal(queue_take(&q), 0);
    assert_int_equal(q.dropped, 2);
}

// Whatever happens: the interrupt never fills what the script holds, and every
// frame was taken, dropped or is still ready.
static void nothing_is_lost_or_overwritten(void **state) {
    (void)state;
    for (unsigned buffers = 1; buffers <= QUEUE_MAX; buffers++) {
        queue q = {0};
        uint32_t taken = 0;
        int held = QUEUE_NONE;
        random_source random = random_from(buffers);
        queue_start(&q, buffers);
        for (int step = 0; step < 20000; step++) {
            switch (random_in(&random, 0, 3)) {
            case 0:
            case 1: {
                bool whole = !random_once_in(&random, 8);
                int next = queue_done(&q, whole, (uint32_t)step);
                assert_true(next == QUEUE_NONE || next < (int)buffers);
                assert_true(next == QUEUE_NONE || next != held);
                break;
            }
            case 2:
                queue_release(&q);
                held = QUEUE_NONE;
                break;
            default:
                if (held == QUEUE_NONE) {
                    held = queue_take(&q);
                    taken += held != QUEUE_NONE;
                }
                break;
            }
        }
        assert_int_equal(q.sent, taken + q.dropped + queue_ready(&q));
        assert_true(taken > 1000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(one_buffer_waits_for_the_script),
            cmocka_unit_test(a_buffer_given_back_in_time_is_filled_next),
            cmocka_unit_test(two_buffers_take_turns),
            cmocka_unit_test(three_buffers_have_the_newest_ready),
            cmocka_unit_test(a_broken_frame_is_filled_again),
            cmocka_unit_test(a_flushed_frame_is_not_taken),
            cmocka_unit_test(nothing_is_lost_or_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
