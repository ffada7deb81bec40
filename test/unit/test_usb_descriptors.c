// SPDX-License-Identifier: MIT
// The USB descriptors against the specifications that they follow.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "link/usb_descriptors.h"

static unsigned word(const uint8_t *at) {
    return at[0] | (unsigned)at[1] << 8;
}

// USB 2.0 section 9.6.1; the class triple is that of the ECN on interface
// association.
static void test_device(void **state) {
    (void)state;
    const uint8_t *d = usb_device_descriptor();
    assert_int_equal(d[0], 18);
    assert_int_equal(d[1], 1);
    assert_int_equal(word(d + 2), 0x0200);
    assert_memory_equal(d + 4, "\xef\x02\x01\x40", 4);
    assert_int_equal(word(d + 8), 0x37c5);
    assert_int_equal(word(d + 10), 0x1204);
    assert_int_equal(d[17], 1);
}

struct walk {
    unsigned interfaces, endpoints, associations;
    uint8_t class[8], first_endpoint[8], endpoints_of[8];
    const uint8_t *endpoint[16];
};

// Section 9.6.3: descriptors follow one another and fill the length exactly.
static struct walk walk_config(void) {
    struct walk w = {0};
    const uint8_t *d = usb_config_descriptor();
    unsigned total = word(d + 2);
    assert_int_equal(d[0], 9);
    assert_int_equal(d[1], 2);
    unsigned at = 0;
    while (at < total) {
        const uint8_t *p = d + at;
        assert_in_range(p[0], 2, total - at);
        if (p[1] == 4) {
            assert_int_equal(p[0], 9);
            assert_int_equal(p[2], w.interfaces); // numbered from 0
            assert_int_equal(p[3], 0);
            w.class[w.interfaces] = p[5];
            w.first_endpoint[w.interfaces] = (uint8_t)w.endpoints;
            w.endpoints_of[w.interfaces] = p[4];
            w.interfaces++;
        } else if (p[1] == 5) {
            assert_int_equal(p[0], 7);
            w.endpoint[w.endpoints++] = p;
        } else if (p[1] == 11) {
            assert_int_equal(p[0], 8);
            assert_int_equal(p[2], w.interfaces); // stands before the first
            assert_int_equal(p[3], 2);
            w.associations++;
        }
        at += p[0];
    }
    assert_int_equal(at, total);
    return w;
}

static void test_configuration(void **state) {
    (void)state;
    const uint8_t *d = usb_config_descriptor();
    struct walk w = walk_config();
    assert_int_equal(d[4], w.interfaces);
    assert_int_equal(w.interfaces, 3);
    assert_int_equal(w.associations, 1);
    assert_int_equal(d[5], 1);           // a configuration is not number 0
    assert_int_equal(d[7] & 0x9f, 0x80); // reserved bits; no remote wake-up
    assert_true(d[8] * 2 <= 500);
    assert_memory_equal(w.class, "\x02\x0a\x08", 3);
    for (unsigned i = 0; i < w.interfaces; i++) {
        unsigned end =
                i + 1 < w.interfaces ? w.first_endpoint[i + 1] : w.endpoints;
        assert_int_equal(end - w.first_endpoint[i], w.endpoints_of[i]);
    }
}

// Section 9.6.6 and 5.7.3, 5.8.3: addresses are unique and not 0; bulk at full
// speed is 8 to 64 bytes, a power of two; an interrupt has an interval.
static void test_endpoints(void **state) {
    (void)state;
    struct walk w = walk_config();
    uint32_t used = 0;
    for (unsigned i = 0; i < w.endpoints; i++) {
        const uint8_t *e = w.endpoint[i];
        unsigned size = word(e + 4);
        unsigned bit = (e[2] & 15u) + (e[2] & 0x80 ? 16 : 0);
        assert_in_range(e[2] & 15, 1, 8);
        assert_false(used >> bit & 1);
        used |= 1u << bit;
        assert_true(size >= 8 && size <= 64 && !(size & (size - 1)));
        if (e[3] == 3) {
            assert_true(e[6] >= 1);
        } else {
            assert_int_equal(e[3], 2);
        }
    }
    assert_int_equal(w.endpoints, 5);
}

// CDC 1.2 section 5.2.3, PSTN 1.2 section 5.3: header first, one union that
// joins the two interfaces, line coding and state among the capabilities.
static void test_serial_port(void **state) {
    (void)state;
    const uint8_t *d = usb_config_descriptor();
    unsigned seen = 0;
    for (unsigned at = 0; at < word(d + 2); at += d[at]) {
        const uint8_t *p = d + at;
        if (p[1] != 0x24) {
            continue;
        }
        assert_true(seen != 0 || p[2] == 0);
        seen |= 1u << p[2];
        if (p[2] == 0) {
            assert_int_equal(p[0], 5);
            assert_int_equal(word(p + 3), 0x0120);
        } else if (p[2] == 2) {
            assert_int_equal(p[0], 4);
            assert_true(p[3] & 2);
        } else if (p[2] == 6) {
            assert_int_equal(p[0], 5);
            assert_int_equal(p[3], USB_INTERFACE_CDC);
            assert_int_equal(p[4], USB_INTERFACE_CDC_DATA);
        }
    }
    assert_int_equal(seen, 1u << 0 | 1u << 1 | 1u << 2 | 1u << 6);
}

static const uint8_t UID[USB_UID_BYTES] = {0x3b, 0x00, 0x36, 0x00, 0x14, 0x51,
        0x38, 0x34, 0x35, 0x34, 0x36, 0x38};

static void test_strings(void **state) {
    (void)state;
    static const char *const texts[] = {NULL, "OpenMV",
            "OpenMV Virtual Comm Port in FS Mode", "386C34703438", "VCP Config",
            "VCP Interface"};
    uint16_t to[64];
    assert_int_equal(usb_string_descriptor(0, UID, to, 64), 4);
    assert_int_equal(to[0], 0x0304);
    assert_int_equal(to[1], 0x0409);
    for (unsigned i = 1; i < USB_STRINGS; i++) {
        size_t bytes = usb_string_descriptor(i, UID, to, 64);
        assert_int_equal(bytes, 2 + 2 * strlen(texts[i]));
        assert_int_equal(to[0], 0x0300 | bytes);
        for (size_t k = 0; texts[i][k]; k++) {
            assert_int_equal(to[1 + k], texts[i][k]);
        }
    }
    assert_int_equal(usb_string_descriptor(USB_STRINGS, UID, to, 64), 0);
    assert_int_equal(usb_string_descriptor(0xee, UID, to, 64), 0);
    // No room: shorter, and never past the end.
    to[5] = 0xbeef;
    assert_int_equal(usb_string_descriptor(2, UID, to, 5), 10);
    assert_int_equal(to[5], 0xbeef);
    assert_int_equal(usb_string_descriptor(0, UID, to, 1), 0);
}

// Sums wrap at a byte, as in ST's bootloader.
static void test_serial_number_wraps(void **state) {
    (void)state;
    uint8_t uid[USB_UID_BYTES] = {0xff, 0, 0xff, 0, 0, 0, 1, 2, 3, 4, 5, 6};
    char text[USB_SERIAL_CHARS];
    usb_serial(uid, text);
    assert_string_equal(text, "060404020201");
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_device),
            cmocka_unit_test(test_configuration),
            cmocka_unit_test(test_endpoints),
            cmocka_unit_test(test_serial_port),
            cmocka_unit_test(test_strings),
            cmocka_unit_test(test_serial_number_wraps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
