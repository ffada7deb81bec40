// SPDX-License-Identifier: MIT
// Who may write to the drive: the USB host or Python.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "link/usb_share.h"

static void test_host_writes_when_python_rests(void **state) {
    (void)state;
    struct usb_share s = {0};
    assert_int_equal(usb_share_host_writes(&s, 5), USB_SHARE_YES);
    assert_int_equal(usb_share_host_writes(&s, 6), USB_SHARE_YES);
    assert_false(usb_share_tell_host(&s, 5000));
}

static void test_open_file_protects(void **state) {
    (void)state;
    struct usb_share s = {0};
    usb_share_opened(&s);
    usb_share_opened(&s);
    assert_int_equal(usb_share_host_writes(&s, 0), USB_SHARE_PROTECTED);
    usb_share_closed(&s);
    assert_int_equal(usb_share_host_writes(&s, 0), USB_SHARE_PROTECTED);
    assert_false(s.host_wrote);
    usb_share_closed(&s);
    assert_int_equal(usb_share_host_writes(&s, 0), USB_SHARE_YES);
    // Closing once too often harms nothing.
    usb_share_closed(&s);
    usb_share_opened(&s);
    assert_int_equal(usb_share_host_writes(&s, 0), USB_SHARE_PROTECTED);
}

static void test_host_with_old_memory_is_refused_once(void **state) {
    (void)state;
    struct usb_share s = {0};
    usb_share_python_wrote(&s, 100);
    assert_int_equal(usb_share_host_writes(&s, 101), USB_SHARE_CHANGED);
    assert_int_equal(usb_share_host_writes(&s, 102), USB_SHARE_YES);
    // Writing while a file is open: protected first, changed afterwards.
    usb_share_opened(&s);
    usb_share_python_wrote(&s, 200);
    assert_int_equal(usb_share_host_writes(&s, 201), USB_SHARE_PROTECTED);
    usb_share_closed(&s);
    assert_int_equal(usb_share_host_writes(&s, 202), USB_SHARE_CHANGED);
    assert_int_equal(usb_share_host_writes(&s, 203), USB_SHARE_YES);
}

static void test_host_is_told_when_python_is_quiet(void **state) {
    (void)state;
    struct usb_share s = {0};
    uint32_t start = UINT32_MAX - 10; // the clock wraps meanwhile
    usb_share_opened(&s);
    usb_share_python_wrote(&s, start);
    assert_false(usb_share_tell_host(&s, start + USB_SHARE_QUIET_MS));
    usb_share_closed(&s);
    assert_false(usb_share_tell_host(&s, start + USB_SHARE_QUIET_MS - 1));
    assert_true(usb_share_tell_host(&s, start + USB_SHARE_QUIET_MS));
    assert_false(usb_share_tell_host(&s, start + 2 * USB_SHARE_QUIET_MS));
}

static void test_python_waits_for_a_burst(void **state) {
    (void)state;
    struct usb_share s = {0};
    assert_false(usb_share_python_waits(&s, 0));
    (void)usb_share_host_writes(&s, 1000);
    assert_true(usb_share_python_waits(&s, 1000));
    assert_true(usb_share_python_waits(&s, 999 + USB_SHARE_BURST_MS));
    assert_false(usb_share_python_waits(&s, 1000 + USB_SHARE_BURST_MS));
}

static void test_new_host_remembers_nothing(void **state) {
    (void)state;
    struct usb_share s = {0};
    (void)usb_share_host_writes(&s, 10);
    usb_share_python_wrote(&s, 20);
    usb_share_opened(&s);
    usb_share_begin(&s);
    assert_false(usb_share_python_waits(&s, 11));
    // But Python's files are still open.
    assert_int_equal(usb_share_host_writes(&s, 30), USB_SHARE_PROTECTED);
    usb_share_closed(&s);
    assert_int_equal(usb_share_host_writes(&s, 31), USB_SHARE_YES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_host_writes_when_python_rests),
            cmocka_unit_test(test_open_file_protects),
            cmocka_unit_test(test_host_with_old_memory_is_refused_once),
            cmocka_unit_test(test_host_is_told_when_python_is_quiet),
            cmocka_unit_test(test_python_waits_for_a_burst),
            cmocka_unit_test(test_new_host_remembers_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
