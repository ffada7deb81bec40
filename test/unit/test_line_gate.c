// SPDX-License-Identifier: MIT
// Text for a reader that sleeps: whole lines or none, and one wait a sleep.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "link/line_gate.h"

static char out[1 << 18];
static size_t out_size;
static size_t space; // what the reader would take now
static int waits;
static size_t woken; // room that waiting brings

static size_t room(void) {
    return space;
}

static size_t put(const char *text, size_t count) {
    size_t n = count < space ? count : space;
    memcpy(out + out_size, text, n);
    out_size += n;
    space -= n;
    return n;
}

static bool wait_for_room(void) {
    waits++;
    space = woken;
    return woken > 0;
}

static struct line_gate gate;

static int setup(void **state) {
    (void)state;
    gate = (struct line_gate){.room = room,
            .write = put,
            .wait = wait_for_room};
    out_size = 0;
    waits = 0;
    woken = 0;
    space = 0;
    return 0;
}

static void say(const char *text) {
    line_gate_write(&gate, text, strlen(text));
}

static void expect_out(const char *text) {
    assert_int_equal(out_size, strlen(text));
    assert_memory_equal(out, text, out_size);
}

static void test_slow_reader_gets_all(void **state) {
    (void)state;
    woken = 3;
    say("one line\r\ntwo");
    say(" lines\r\n");
    expect_out("one line\r\ntwo lines\r\n");
    assert_int_equal(gate.dropped, 0);
}

static void test_sleeper_is_waited_for_once(void **state) {
    (void)state;
    space = 5;
    say("a\r\nbcdef\r\n");
    assert_int_equal(waits, 1);
    for (int i = 0; i < 100; i++) {
        say("more\r\n");
    }
    assert_int_equal(waits, 1);
    space = 1000;
    say("again\r\n");
    expect_out("a\r\nbcdef\r\nagain\r\n");
    assert_int_equal(gate.dropped, 100);
}

static void test_line_that_ends_after_waking_is_whole(void **state) {
    (void)state;
    space = 2;
    say("abc");
    say("def");
    space = 1000;
    say("ghi\n");
    expect_out("abcdefghi\n");
}

static void test_waking_in_a_dropped_line_waits_for_the_next(void **state) {
    (void)state;
    say("lost\nhalf of a");
    space = 1000;
    say(" line\nwhole\n");
    expect_out("whole\n");
}

static void test_too_long_a_rest_still_ends(void **state) {
    (void)state;
    char line[3 * LINE_GATE_TAIL];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = 0;
    space = 1;
    say(line);
    space = 100000;
    say("yyy\nnext\n");
    assert_int_equal(out_size, 1 + LINE_GATE_TAIL + 5);
    assert_memory_equal(out + out_size - 6, "\nnext\n", 6);
}

static void test_reset_owes_nothing(void **state) {
    (void)state;
    space = 1;
    say("abc\nlost");
    line_gate_reset(&gate);
    space = 100;
    say("new\n");
    expect_out("anew\n");
}

// Whatever the reader does: its text is whole lines of those written, in their
// order.
static void test_nothing_is_ever_torn(void **state) {
    (void)state;
    uint32_t random = 1;
    for (int i = 0; i < 3000; i++) {
        char line[64];
        int size = snprintf(line, sizeof line, "line %d %.*s\n", i, i % 30,
                "-----------------------------");
        for (int at = 0; at < size;) {
            random = random * 1664525u + 1013904223u;
            int n = 1 + (int)(random >> 28);
            n = n < size - at ? n : size - at;
            space += random >> 8 & 63;
            space = random >> 16 & 7 ? space % 100 : 0;
            woken = random >> 20 & 1 ? 9 : 0;
            line_gate_write(&gate, line + at, (size_t)n);
            at += n;
        }
    }
    space = sizeof out - out_size;
    say("the end\n");
    out[out_size] = 0;
    int last = -1;
    int lines = 0;
    for (char *p = strtok(out, "\n"); p; p = strtok(NULL, "\n")) {
        if (strcmp(p, "the end") == 0) {
            continue;
        }
        char same[64];
        assert_memory_equal(p, "line ", 5);
        int i = (int)strtol(p + 5, NULL, 10);
        assert_true(i > last);
        last = i;
        (void)snprintf(same, sizeof same, "line %d %.*s", i, i % 30,
                "-----------------------------");
        assert_string_equal(p, same);
        lines++;
    }
    assert_int_equal(lines + gate.dropped, 3000);
    assert_true(lines > 100 && gate.dropped > 100);
}

static void test_who_is_ended_leaves_a_whole_line(void **state) {
    (void)state;
    space = 100;
    say("half");
    line_gate_end(&gate);
    line_gate_end(&gate);
    say("next\r\n");
    expect_out("half\r\nnext\r\n");
    assert_int_equal(waits, 0);
}

static void test_who_is_ended_waits_for_nobody(void **state) {
    (void)state;
    space = 5;
    say("half");
    line_gate_end(&gate); // one byte fits
    assert_int_equal(waits, 0);
    space = 100;
    say("next\r\n");
    expect_out("half\r\nnext\r\n");
}

static void test_a_dropped_line_ends_too(void **state) {
    (void)state;
    space = 1;
    say("abcdef\r\nlost");
    line_gate_end(&gate);
    space = 100;
    say("next\r\n");
    expect_out("abcdef\r\nnext\r\n");
}

static void test_who_comes_next_is_waited_for(void **state) {
    (void)state;
    space = 3;
    say("abcd");
    line_gate_end(&gate); // "d" and the end of the line are owed
    woken = 1;
    assert_int_equal(waits, 1);
    say("next\r\n");
    assert_int_equal(waits, 1 + 9);
    expect_out("abcd\r\nnext\r\n");
    woken = 0;
    line_gate_end(&gate);
    say("lost\r\n");
    say("lost\r\n");
    assert_int_equal(waits, 11);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_slow_reader_gets_all, setup),
            cmocka_unit_test_setup(test_sleeper_is_waited_for_once, setup),
            cmocka_unit_test_setup(test_line_that_ends_after_waking_is_whole,
                    setup),
            cmocka_unit_test_setup(
                    test_waking_in_a_dropped_line_waits_for_the_next, setup),
            cmocka_unit_test_setup(test_too_long_a_rest_still_ends, setup),
            cmocka_unit_test_setup(test_reset_owes_nothing, setup),
            cmocka_unit_test_setup(test_nothing_is_ever_torn, setup),
            cmocka_unit_test_setup(test_who_is_ended_leaves_a_whole_line,
                    setup),
            cmocka_unit_test_setup(test_who_is_ended_waits_for_nobody, setup),
            cmocka_unit_test_setup(test_a_dropped_line_ends_too, setup),
            cmocka_unit_test_setup(test_who_comes_next_is_waited_for, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
