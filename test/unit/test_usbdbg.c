// SPDX-License-Identifier: MIT
// The old protocol: the examples that SPEC.md lists, and telling both apart.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../support/link_rig.h"
#include "link/preview.h"

static struct link_rig rig;

static int set_up(void **state) {
    (void)state;
    link_rig_init(&rig);
    return 0;
}

#define SYNC "AA D5 00 00 00 00 00 00 B0 AC"
#define SYNC_ACK "AA D5 00 00 01 00 00 00 08 46"

static void talk(const char *request, const char *answer) {
    link_rig_send_hex(&rig, request);
    assert_true(link_rig_said(&rig, answer));
}

static void show(void) {
    preview_enable(true);
    link_rig_show(&rig, 320, 240, 1000);
}

static void identity(void **state) {
    (void)state;
    rig.version[0] = 4;
    rig.version[1] = 6;
    rig.version[2] = 20;
    talk("30 80 0C 00 00 00", "04 00 00 00 06 00 00 00 14 00 00 00");
    talk("30 83 40 00 00 00",
            "4F 4D 56 34 20 48 37 20 31 30 32 34 20 5B 48 37 3A 33 33 33 33 33"
            "33 33 33 32 32 32 32 32 32 32 32 31 31 31 31 31 31 31 31 5D 00 00"
            "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    talk("30 90 04 00 00 00", "77 00 00 00");
    rig.sensor = 0;
    talk("30 90 04 00 00 00", "FF 00 00 00");
}

static void frames(void **state) {
    (void)state;
    talk("30 81 0C 00 00 00", "00 00 00 00 00 00 00 00 00 00 00 00");
    talk("30 0D 04 00 00 00", "");
    talk("01 00 00 00", "");
    assert_true(preview_enabled());
    show();
    talk("30 81 0C 00 00 00", "40 01 00 00 F0 00 00 00 E8 03 00 00");
    assert_false(preview_ready());
    link_rig_send_hex(&rig, "30 82 E8 03 00 00");
    assert_int_equal(rig.out_bytes, 1000);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(rig.out[i], i & 255);
    }
    (void)link_rig_forget(&rig);
    // and there is room for the next
    link_rig_show(&rig, 160, 120, 10);
    talk("30 81 0C 00 00 00", "A0 00 00 00 78 00 00 00 0A 00 00 00");
    // more than there is: the rest is zero
    talk("30 82 0C 00 00 00", "00 01 02 03 04 05 06 07 08 09 00 00");
}

static void scripts(void **state) {
    (void)state;
    talk("30 05 09 00 00 00", "");
    talk("70 72 69 6E 74 28 31 29 0A", "");
    assert_int_equal(rig.execs, 1);
    assert_int_equal(rig.script_bytes, 9);
    assert_memory_equal(rig.script, "print(1)\n", 9);
    rig.running = true;
    link_rig_send_hex(&rig, "30 87 04 00 00 00");
    link_rig_pass(&rig, 30);
    assert_true(link_rig_said(&rig, "01 00 00 00"));
    // ignored while one runs
    talk("30 05 02 00 00 00 31 0A", "");
    assert_int_equal(rig.execs, 1);
    assert_int_equal(rig.script_bytes, 9);
    talk("30 06 00 00 00 00", "");
    assert_int_equal(rig.stops, 1);
    talk("30 11 02 00 00 00 68 69", "");
    assert_memory_equal(rig.typed, "hi", 2);
}

static void text(void **state) {
    (void)state;
    link_rig_print(&rig, "1\r\n");
    talk("30 8E 04 00 00 00", "03 00 00 00");
    talk("30 8F 03 00 00 00", "31 0D 0A");
    talk("30 8E 04 00 00 00", "00 00 00 00");
}

static void state_of_all(void **state) {
    (void)state;
    rig.running = true;
    link_rig_print(&rig, "1\r\n");
    show();
    talk("30 93 40 00 00 00",
            "07 00 00 00 40 01 00 00 F0 00 00 00 E8 03 00 00 31 0D 0A 00 00 00"
            "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
            "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    (void)link_rig_forget(&rig);
    link_rig_send_hex(&rig, "30 82 E8 03 00 00");
    assert_int_equal(link_rig_forget(&rig), 1000);
    // of the other sizes, and not a frame before its time
    link_rig_show(&rig, 320, 240, 1000);
    link_rig_send_hex(&rig, "30 93 3F 00 00 00");
    assert_int_equal(rig.out_bytes, 63);
    assert_int_equal(rig.out[0], 1);
    (void)link_rig_forget(&rig);
    link_rig_pass(&rig, 50);
    link_rig_send_hex(&rig, "30 93 FF 01 00 00");
    assert_int_equal(rig.out_bytes, 511);
    assert_int_equal(rig.out[0], 5);
}

static void resetting(void **state) {
    (void)state;
    talk("30 0C 00 00 00 00", "");
    assert_int_equal(rig.resets, 1);
    talk("30 0E 00 00 00 00", "");
    assert_int_equal(rig.boots, 1);
}

// An old IDE's first words and what it asks again and again.
static void session_of_an_old_ide(void **state) {
    (void)state;
    talk("30 80 0C 00 00 00", "05 00 00 00 00 00 00 00 00 00 00 00");
    talk("30 0D 04 00 00 00 01 00 00 00", "");
    for (int i = 0; i < 50; i++) {
        link_rig_pass(&rig, 5);
        talk("30 81 0C 00 00 00", "00 00 00 00 00 00 00 00 00 00 00 00");
        talk("30 8E 04 00 00 00", "00 00 00 00");
        talk("30 87 04 00 00 00", "00 00 00 00");
    }
}

static void running_alone_is_an_old_question(void **state) {
    (void)state;
    talk("30 87 04 00 00 00", "");
    link_rig_pass(&rig, 25);
    assert_true(link_rig_said(&rig, "00 00 00 00"));
}

static void question_of_both_in_pieces(void **state) {
    (void)state;
    talk("30 87 04 00 00 00", "");
    talk("AA", "");
    link_rig_pass(&rig, 5);
    talk("D5 00 00 00 00 04 00 04 B5 00 00 00 00 75 CA 70 FF", SYNC_ACK);
}

static void a_sync_ends_the_old_protocol(void **state) {
    (void)state;
    talk("30 80 0C 00 00 00", "05 00 00 00 00 00 00 00 00 00 00 00");
    talk(SYNC, SYNC_ACK);
    // even in a script, which has no zeros
    link_host_reset(&rig.host);
    talk("30 05 00 10 00 00 70 72 69 6E 74", "");
    talk(SYNC, SYNC_ACK);
    assert_int_equal(rig.execs, 0);
    // and with it the answers to a new session are those of the new one
    link_host_reset(&rig.host);
    talk("30 80 0C 00 00 00", "05 00 00 00 00 00 00 00 00 00 00 00");
}

static void text_of_a_script_is_no_packet(void **state) {
    (void)state;
    // "AA D5" in a comment, as some UTF-8 has it, and a request
    talk("30 05 0C 00 00 00 23 CA AA D5 AA D5 30 30 80 0C 31 0A", "");
    assert_int_equal(rig.execs, 1);
    assert_int_equal(rig.script_bytes, 12);
}

static void what_makes_no_sense_is_skipped(void **state) {
    (void)state;
    talk("30 80 30 80 0C 00 00 00", "05 00 00 00 00 00 00 00 00 00 00 00");
    talk("FF 30 FF 00 00 00 00 30 80 0C 00 00 00",
            "05 00 00 00 00 00 00 00 00 00 00 00");
    // a script longer than the camera's memory is none
    talk("30 05 FF FF FF 7F", "");
    talk("30 80 0C 00 00 00", "05 00 00 00 00 00 00 00 00 00 00 00");
}

static void an_answer_that_nobody_reads_is_given_up(void **state) {
    (void)state;
    rig.deaf = true;
    link_rig_send_hex(&rig, "30 83 40 00 00 00");
    link_rig_pass(&rig, USBDBG_STUCK_MS + 1);
    rig.deaf = false;
    talk("30 8E 04 00 00 00", "00 00 00 00");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(identity, set_up),
            cmocka_unit_test_setup(frames, set_up),
            cmocka_unit_test_setup(scripts, set_up),
            cmocka_unit_test_setup(text, set_up),
            cmocka_unit_test_setup(state_of_all, set_up),
            cmocka_unit_test_setup(resetting, set_up),
            cmocka_unit_test_setup(session_of_an_old_ide, set_up),
            cmocka_unit_test_setup(running_alone_is_an_old_question, set_up),
            cmocka_unit_test_setup(question_of_both_in_pieces, set_up),
            cmocka_unit_test_setup(a_sync_ends_the_old_protocol, set_up),
            cmocka_unit_test_setup(text_of_a_script_is_no_packet, set_up),
            cmocka_unit_test_setup(what_makes_no_sense_is_skipped, set_up),
            cmocka_unit_test_setup(an_answer_that_nobody_reads_is_given_up,
                    set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
