// SPDX-License-Identifier: MIT
// Packets of the OMV protocol to the byte: the examples that SPEC.md lists.

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
#define NO_ACKS                                                         \
    "AA D5 01 00 00 02 10 00 C8 4F 0B 00 00 00 F2 01 00 00 00 00 00 00" \
    "00 00 00 00 96 1D 2D 19"

// A request and its answer.
static void talk(const char *request, const char *answer) {
    link_rig_send_hex(&rig, request);
    assert_true(link_rig_said(&rig, answer));
}

// A session without acknowledgements whose next request has this number.
static void session(uint8_t sequence) {
    talk(SYNC, SYNC_ACK);
    rig.host.protocol.caps &= ~(unsigned)OMV_CAP_ACK;
    rig.host.protocol.sequence = sequence;
}

static void checksums(void **state) {
    (void)state;
    const char *digits = "123456789";
    assert_int_equal(omv_crc16(OMV_CRC16_INIT, digits, 9), 0xE541);
    assert_int_equal(omv_crc32(OMV_CRC32_INIT, digits, 9), 0x41B403D3);
    assert_int_equal(omv_crc16(OMV_CRC16_INIT, "", 1), 0xAA1E);
    assert_int_equal(omv_crc32(OMV_CRC32_INIT, "", 1), 0xDA3BBD1B);
    uint32_t half = omv_crc32(OMV_CRC32_INIT, digits, 4);
    assert_int_equal(omv_crc32(half, digits + 4, 5), 0x41B403D3);
}

static void connecting(void **state) {
    (void)state;
    talk(SYNC, SYNC_ACK);
    talk("AA D5 00 00 00 01 00 00 C3 DD",
            "AA D5 00 00 08 01 10 00 EF 0B 0F 00 00 00 F2 01 00 00 00 00 00 00"
            "00 00 00 00 0E 3C 70 3C");
    talk("AA D5 00 00 01 01 00 00 7B 37", "");
    talk(NO_ACKS, "AA D5 01 00 01 02 00 00 A0 C3");
    talk("AA D5 02 00 00 04 00 00 AF 5E",
            "AA D5 02 00 00 04 10 00 7F 38 01 00 02 01 00 03 05 00 00 00 00 00"
            "00 00 00 00 65 5C F2 99");
    talk("AA D5 03 00 00 12 00 00 88 15",
            "AA D5 03 00 00 12 4C 00 5B 5D 71 C2 1F 41 11 11 11 11 22 22 22 22"
            "33 33 33 33 04 12 C5 37 77 00 00 00 00 00 00 00 00 00 00 00 00 00"
            "00 00 00 00 00 00 50 00 04 00 00 00 00 00 00 00 00 00 00 00 00 00"
            "00 00 00 00 20 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 18 C6"
            "74 24");
    talk("AA D5 04 00 00 20 00 00 90 D5",
            "AA D5 04 00 00 20 40 00 9F B7 00 40 75 73 62 00 00 00 00 00 00 00"
            "00 00 00 00 01 06 73 74 64 69 6E 00 00 00 00 00 00 00 00 00 02 01"
            "73 74 64 6F 75 74 00 00 00 00 00 00 00 00 03 19 73 74 72 65 61 6D"
            "00 00 00 00 00 00 00 00 AC 38 BA DF");
}

static void uploading_and_running(void **state) {
    (void)state;
    session(5);
    talk("AA D5 05 01 00 28 04 00 17 8F 03 00 00 00 D4 CC 85 B0",
            "AA D5 05 01 01 28 00 00 1B 7C");
    talk("AA D5 06 01 00 27 11 00 DC 89 00 00 00 00 09 00 00 00 70 72 69 6E 74"
         "28 31 29 0A FF A3 02 A1",
            "AA D5 06 01 01 27 00 00 D9 03");
    assert_int_equal(rig.script_bytes, 9);
    assert_memory_equal(rig.script, "print(1)\n", 9);
    talk("AA D5 07 01 00 28 04 00 8B 41 02 00 00 00 4B 31 29 8A",
            "AA D5 07 01 01 28 00 00 87 B2");
    assert_int_equal(rig.execs, 1);
    (void)omv_protocol_event(&rig.host.protocol, 0, OMV_EVENT_SOFT_REBOOT,
            false);
    link_rig_pass(&rig, 1);
    assert_true(link_rig_said(&rig,
            "AA D5 08 00 20 13 02 00 3C C1 02 00 D5 4A 11 C4"));
    session(0);
    rig.running = true;
    link_rig_pass(&rig, 1);
    assert_true(link_rig_said(&rig,
            "AA D5 00 01 20 29 02 00 12 20 01 00 B0 FB 68 82"));
    session(12);
    talk("AA D5 0C 01 00 28 04 00 B7 20 01 00 00 00 EA 37 DC C5",
            "AA D5 0C 01 01 28 00 00 BB D3");
    assert_int_equal(rig.stops, 1);
}

static void reading_text(void **state) {
    (void)state;
    session(0);
    rig.running = true;
    preview_enable(true);
    link_rig_show(&rig, 320, 240, 1000);
    link_rig_print(&rig, "1\r\n");
    rig.host.channels.noticed_frame = true;
    rig.host.channels.was_running = true;
    link_rig_pass(&rig, 1);
    assert_true(link_rig_said(&rig, "AA D5 00 02 20 29 00 00 45 CB"));
    talk("AA D5 00 00 00 21 00 00 94 C0",
            "AA D5 00 00 00 21 04 00 20 D9 0E 00 00 00 46 56 AB 4F");
    talk("AA D5 01 02 00 25 00 00 AF 21",
            "AA D5 01 02 00 25 04 00 1B 38 03 00 00 00 D4 CC 85 B0");
    talk("AA D5 02 02 00 26 08 00 80 28 00 00 00 00 03 00 00 00 EE B9 0E 14",
            "AA D5 02 02 00 26 03 00 5F 11 31 0D 0A 71 FD C7 88");
}

static void streaming(void **state) {
    (void)state;
    session(3);
    talk("AA D5 03 03 00 22 00 00 5E 1D",
            "AA D5 03 03 02 22 02 00 BB 3D 04 00 1F 28 E2 48");
    session(4);
    preview_enable(true);
    link_rig_show(&rig, 320, 240, 1000);
    rig.host.channels.noticed_frame = true;
    talk("AA D5 04 03 00 22 00 00 FB D0", "AA D5 04 03 01 22 00 00 43 3A");
    assert_false(preview_ready()); // it is locked
    talk(SYNC, SYNC_ACK);
    link_rig_show(&rig, 320, 240, 1000);
    assert_true(preview_ready()); // the SYNC unlocked it: there is a new one
}

static void controlling_the_stream(void **state) {
    (void)state;
    session(9);
    talk("AA D5 09 03 00 28 08 00 A4 B3 00 00 00 00 01 00 00 00 D0 42 57 61",
            "AA D5 09 03 01 28 00 00 74 6A");
    assert_true(preview_enabled());
    session(10);
    talk("AA D5 0A 03 00 28 08 00 76 1A 01 00 00 00 00 00 00 00 9C F2 1D 8D",
            "AA D5 0A 03 01 28 00 00 A6 C3");
    session(11);
    talk("AA D5 0B 03 00 28 0C 00 8C 64 02 00 00 00 40 01 00 00 F0 00 00 00 89"
         "BF 5D F3",
            "AA D5 0B 03 01 28 00 00 E8 A4");
}

static void resetting(void **state) {
    (void)state;
    session(13);
    talk("AA D5 0D 00 00 10 00 00 6B 95", "");
    assert_int_equal(rig.resets, 1);
    session(14);
    talk("AA D5 0E 00 00 11 00 00 CA 4D", "");
    assert_int_equal(rig.boots, 1);
}

static void frame_header(void **state) {
    (void)state;
    uint8_t header[32];
    (void)link_rig_hex("40 01 00 00 F0 00 00 00 00 00 06 06 E8 03 00 00 20 00"
                       "00 00 00 00 F0 41 00 00 00 00 00 00 00 00",
            header, sizeof(header));
    rig.now = 0;
    preview_enable(true);
    // 30 frames a second, on average
    for (int i = 0; i < 300; i++) {
        rig.now = (uint32_t)((i + 1) * 100 / 3);
        link_rig_show(&rig, 320, 240, 1000);
    }
    uint32_t bytes;
    const uint8_t *data = preview_data(&bytes);
    assert_int_equal(bytes, 1032);
    assert_memory_equal(data, header, 20);
    float fps;
    memcpy(&fps, data + 20, sizeof(fps));
    assert_true(fps > 29.5F && fps < 30.5F);
    assert_memory_equal(data + 24, header + 24, 8);
}

// Channel 3 as in the example: 100 bytes that count.
static int counting_map(void *context, uint32_t offset, uint32_t bytes,
        const uint8_t **at) {
    (void)context;
    static uint8_t numbers[100];
    for (size_t i = 0; i < sizeof(numbers); i++) {
        numbers[i] = (uint8_t)i;
    }
    *at = numbers + offset;
    return offset + bytes <= sizeof(numbers) ? 0 : -OMV_STATUS_FAILED;
}

static void fragments(void **state) {
    (void)state;
    static const struct omv_channel_ops ops = {.map = counting_map};
    static const struct omv_channel channel = {"numbers", 1, &ops, NULL};
    session(5);
    rig.host.protocol.max_payload = 50;
    (void)omv_protocol_register(&rig.host.protocol, 3, &channel);
    talk("AA D5 05 03 00 26 08 00 5E B8 00 00 00 00 64 00 00 00 F6 FA 54 8E",
            "AA D5 05 03 10 26 32 00 2B B4 00 01 02 03 04 05 06 07 08 09 0A 0B"
            "0C 0D 0E 0F 10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F 20 21"
            "22 23 24 25 26 27 28 29 2A 2B 2C 2D 2E 2F 30 31 DD 6C 2D 07"
            "AA D5 06 03 00 26 32 00 4E 85 32 33 34 35 36 37 38 39 3A 3B 3C 3D"
            "3E 3F 40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F 50 51 52 53"
            "54 55 56 57 58 59 5A 5B 5C 5D 5E 5F 60 61 62 63 13 38 1C 11");
}

static void wrong_sequence(void **state) {
    (void)state;
    session(7);
    talk("AA D5 00 00 00 01 00 00 C3 DD",
            "AA D5 00 00 02 01 02 00 26 FD 06 00 DE 22 81 9A");
}

// A request without payload; its answer's payload, so many bytes.
static const uint8_t *ask(uint8_t opcode, size_t bytes) {
    uint8_t packet[OMV_HEADER_BYTES] = {OMV_MARK_0, OMV_MARK_1,
            rig.host.protocol.sequence, 0, 0, opcode};
    omv_put16(packet + 8, omv_crc16(OMV_CRC16_INIT, packet, 8));
    (void)link_rig_forget(&rig);
    link_rig_send(&rig, packet, sizeof(packet));
    assert_int_equal(rig.out_bytes, OMV_OVERHEAD + bytes);
    assert_int_equal(rig.out[5], opcode);
    assert_int_equal(rig.out[4], 0);
    assert_int_equal(omv_get16(rig.out + 6), bytes);
    return rig.out + OMV_HEADER_BYTES;
}

static void expect_words(const uint8_t *at, const uint32_t *words,
        size_t count) {
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(omv_get32(at + 4 * i), words[i]);
    }
}

// Sent, received, checksums, sequences, again, transport, events, reserved.
static void statistics(void **state) {
    (void)state;
    session(0);
    link_rig_send_hex(&rig, "AA D5 00 00 00 01 00 00 C3 DC"); // damaged
    link_rig_send_hex(&rig, "AA D5 02 00 00 04 00 00 AF 5E"); // not the next
    const uint32_t words[8] = {2, 2, 1, 1, 0, 0, 0, 0};
    expect_words(ask(0x03, 32), words, 8);
    assert_int_equal(omv_protocol_event(&rig.host.protocol, 0,
                             OMV_EVENT_SOFT_REBOOT, false),
            0);
    link_rig_pass(&rig, 1);
    const uint32_t later[8] = {4, 3, 1, 1, 0, 0, 1, 0};
    expect_words(ask(0x03, 32), later, 8);
}

// How many, then of each: type, flags, total, used, free, persistent, peak.
static void memory(void **state) {
    (void)state;
    session(0);
    const uint32_t words[13] = {2, 0, 510976, 1000, 509976, 0, 2000,
            1 | 3U << 16, 172032, 0, 172032, 0, 0};
    expect_words(ask(0x14, 52), words, 13);
}

static void the_question_of_a_new_ide(void **state) {
    (void)state;
    talk("30 87 04 00 00 00 AA D5 00 00 00 00 04 00 04 B5 00 00 00 00 75 CA 70"
         "FF",
            SYNC_ACK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(checksums, set_up),
            cmocka_unit_test_setup(connecting, set_up),
            cmocka_unit_test_setup(uploading_and_running, set_up),
            cmocka_unit_test_setup(reading_text, set_up),
            cmocka_unit_test_setup(streaming, set_up),
            cmocka_unit_test_setup(controlling_the_stream, set_up),
            cmocka_unit_test_setup(resetting, set_up),
            cmocka_unit_test_setup(frame_header, set_up),
            cmocka_unit_test_setup(fragments, set_up),
            cmocka_unit_test_setup(wrong_sequence, set_up),
            cmocka_unit_test_setup(statistics, set_up),
            cmocka_unit_test_setup(memory, set_up),
            cmocka_unit_test_setup(the_question_of_a_new_ide, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
