// SPDX-License-Identifier: MIT
// ROMFS images: bytes as SPEC.md has them, and every damage noticed.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/romfs/romfs_write.h"
#include "rom/romfs.h"

static const romfs_source files[] = {
        {"a.tflite", "0123456789", 10},
        {"a.txt", "face\n", 5},
};
enum { FILES = sizeof(files) / sizeof(files[0]), IMAGE_MAX = 256 };

static size_t make_image(uint8_t *image) {
    size_t bytes = romfs_measure(files, FILES);
    assert_true(bytes <= IMAGE_MAX);
    romfs_write(files, FILES, image);
    return bytes;
}

static void crc_is_that_of_zlib(void **state) {
    (void)state;
    assert_int_equal(romfs_crc(0, "123456789", 9), 0xCBF43926);
    uint32_t half = romfs_crc(0, "1234", 4);
    assert_int_equal(romfs_crc(half, "56789", 5), 0xCBF43926);
}

static void begins_as_specified(void **state) {
    (void)state;
    uint8_t image[IMAGE_MAX];
    size_t bytes = make_image(image);
    static const uint8_t mark[] = {0xD2, 0xCD, 0x31, 0x80};
    static const uint8_t seal[] = {1, 0x80, 0x80, 8, 'B', 'Z', 'C', '1'};
    assert_memory_equal(image, mark, sizeof(mark));
    assert_memory_equal(image + 16, seal, sizeof(seal));
    // the length: two groups of 7 bits are enough here
    assert_int_equal((image[14] & 0x7F) << 7 | image[15], bytes - 16);
    assert_int_equal(bytes % 2, 0);
}

static void lists_what_was_written(void **state) {
    (void)state;
    uint8_t image[IMAGE_MAX];
    romfs rom;
    romfs_file file = {0};
    size_t bytes = make_image(image);
    assert_int_equal(romfs_open(&rom, image, bytes), 0);
    assert_true(rom.sealed);
    for (size_t i = 0; i < FILES; i++) {
        assert_true(romfs_next(&rom, &file));
        assert_int_equal(file.name_bytes, strlen(files[i].name));
        assert_memory_equal(file.name, files[i].name, file.name_bytes);
        assert_int_equal(file.bytes, files[i].bytes);
        assert_memory_equal(file.data, files[i].data, file.bytes);
        assert_int_equal((file.data - image) % ROMFS_ALIGN, 0);
    }
    assert_false(romfs_next(&rom, &file));
}

// Only a change in the mark itself makes an image one of other tools'.
static void every_changed_byte_is_noticed(void **state) {
    (void)state;
    uint8_t image[IMAGE_MAX];
    size_t bytes = make_image(image);
    for (size_t i = 0; i < bytes; i++) {
        for (int bits = 1; bits < 256; bits++) {
            romfs rom;
            image[i] ^= (uint8_t)bits;
            int err = romfs_open(&rom, image, bytes);
            bool in_mark = i >= ROMFS_SEAL_AT && i < ROMFS_CRC_AT;
            assert_true(in_mark ? err == 0 && !rom.sealed : err != 0);
            image[i] ^= (uint8_t)bits;
        }
    }
}

static void every_cut_is_noticed(void **state) {
    (void)state;
    uint8_t image[IMAGE_MAX];
    size_t bytes = make_image(image);
    for (size_t cut = 0; cut < bytes; cut++) {
        // memory of just that size, so that a read behind it is seen
        uint8_t *part = malloc(cut + 1);
        romfs rom;
        assert_non_null(part);
        memcpy(part + 1, image, cut);
        assert_int_not_equal(romfs_open(&rom, part + 1, cut), 0);
        free(part);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(crc_is_that_of_zlib),
            cmocka_unit_test(begins_as_specified),
            cmocka_unit_test(lists_what_was_written),
            cmocka_unit_test(every_changed_byte_is_noticed),
            cmocka_unit_test(every_cut_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
