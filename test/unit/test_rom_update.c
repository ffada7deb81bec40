// SPDX-License-Identifier: MIT
// Replacing the ROM: power may fail in every operation on the flash, and what
// is there then is the old ROM, the new one, or seen to be neither.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/random.h"
#include "host/romfs/romfs_write.h"
#include "rom/rom_update.h"
#include "rom/romfs.h"

enum { SECTOR = 4096, REGION = 4 * SECTOR };

// Flash whose power fails in operation number `cut`: the operation is done by
// half, and words that it was at may not be readable.
static struct {
    uint8_t bytes[REGION];
    bool torn[REGION / ROM_WORD];
    unsigned done, cut;
    bool off;
    random_source random;
} chip;

static bool fails(void) {
    chip.off = chip.off || ++chip.done == chip.cut;
    return chip.off;
}

static int chip_erase(uint32_t offset) {
    assert_true(offset % SECTOR == 0 && offset < REGION);
    if (chip.off) {
        return -1;
    }
    bool half = fails();
    if (half && random_once_in(&chip.random, 4)) {
        return -1; // hardly begun
    }
    for (uint32_t at = offset; at < offset + SECTOR; at++) {
        if (!half) {
            chip.bytes[at] = 0xFF;
            chip.torn[at / ROM_WORD] = false;
        } else if (random_once_in(&chip.random, 2)) {
            chip.bytes[at] |= (uint8_t)random_bits(&chip.random);
            chip.torn[at / ROM_WORD] |= random_once_in(&chip.random, 500);
        }
    }
    return half ? -1 : 0;
}

static int chip_program(uint32_t offset, const void *from, size_t bytes) {
    assert_true(offset % ROM_WORD == 0 && bytes == ROM_WORD);
    if (chip.off) {
        return -1;
    }
    bool half = fails();
    const uint8_t *word = from;
    for (size_t i = 0; i < ROM_WORD; i++) {
        assert_int_equal(chip.bytes[offset + i], 0xFF); // erased before
        if (!half || random_once_in(&chip.random, 2)) {
            chip.bytes[offset + i] &= word[i];
        }
    }
    chip.torn[offset / ROM_WORD] = half && random_once_in(&chip.random, 2);
    return half ? -1 : 0;
}

static int chip_read(uint32_t offset, void *to, size_t bytes) {
    assert_true(offset + bytes <= REGION);
    for (size_t i = 0; i < bytes; i++) {
        if (chip.torn[(offset + i) / ROM_WORD]) {
            return -1;
        }
    }
    memcpy(to, chip.bytes + offset, bytes);
    return 0;
}

static const rom_flash flash = {REGION, SECTOR, chip_erase, chip_program,
        chip_read};

static void blank(void) {
    memset(&chip, 0, sizeof(chip));
    memset(chip.bytes, 0xFF, sizeof(chip.bytes));
    chip.random = random_from(3);
}

static uint8_t old_image[REGION], new_image[REGION];
static size_t old_bytes, new_bytes;

static size_t make(uint8_t *image, const char *name, size_t bytes) {
    static uint8_t content[REGION];
    for (size_t i = 0; i < sizeof(content); i++) {
        content[i] = (uint8_t)(i * 7 + bytes);
    }
    romfs_source file = {name, content, bytes};
    size_t all = romfs_measure(&file, 1);
    assert_true(all <= REGION);
    romfs_write(&file, 1, image);
    return all;
}

static int set_up(void **state) {
    (void)state;
    old_bytes = make(old_image, "old.tflite", 9000);
    new_bytes = make(new_image, "new.tflite", 6001);
    blank();
    return 0;
}

static int update(const uint8_t *image, size_t bytes, size_t piece) {
    rom_update u;
    uint32_t left = 1;
    int err = rom_update_begin(&u, &flash, (uint32_t)bytes,
            romfs_crc(0, image, bytes));
    while (err == 0 && left > 0) {
        err = rom_update_erase(&u, &left);
    }
    for (size_t at = 0; err == 0 && at < bytes; at += piece) {
        size_t count = bytes - at < piece ? bytes - at : piece;
        err = rom_update_write(&u, (uint32_t)at, image + at, count);
    }
    return err != 0 ? err : rom_update_end(&u);
}

static rom_state look(uint32_t *bytes) {
    return rom_look(&flash, chip.bytes, bytes);
}

static void replaces_one_image_by_another(void **state) {
    (void)state;
    uint32_t bytes;
    assert_int_equal(look(&bytes), ROM_EMPTY);
    for (size_t piece = 1; piece < 700; piece += 97) {
        assert_int_equal(update(old_image, old_bytes, piece), 0);
        assert_int_equal(look(&bytes), ROM_MODELS);
        assert_int_equal(bytes, old_bytes);
        assert_memory_equal(chip.bytes, old_image, old_bytes);
        assert_int_equal(update(new_image, new_bytes, piece), 0);
        assert_int_equal(look(&bytes), ROM_MODELS);
        assert_memory_equal(chip.bytes, new_image, new_bytes);
    }
    assert_int_equal(update(new_image, 0, 1), 0);
    assert_int_equal(look(&bytes), ROM_UNFINISHED); // old sectors remain
}

static void what_does_not_belong_is_refused(void **state) {
    (void)state;
    rom_update u;
    uint32_t left;
    assert_int_equal(rom_update_begin(&u, &flash, REGION + 1, 0),
            ROM_UPDATE_ERR_SIZE);
    assert_int_equal(rom_update_erase(&u, &left), ROM_UPDATE_ERR_ORDER);
    assert_int_equal(rom_update_begin(&u, &flash, SECTOR + 1, 0), 0);
    assert_int_equal(rom_update_write(&u, 0, "x", 1), ROM_UPDATE_ERR_ORDER);
    assert_int_equal(rom_update_end(&u), ROM_UPDATE_ERR_ORDER);
    assert_int_equal(rom_update_erase(&u, &left), 0);
    assert_int_equal(left, 1);
    assert_int_equal(rom_update_erase(&u, &left), 0);
    assert_int_equal(left, 0);
    assert_int_equal(rom_update_erase(&u, &left), ROM_UPDATE_ERR_ORDER);
    assert_int_equal(rom_update_write(&u, 1, "x", 1), ROM_UPDATE_ERR_ORDER);
    assert_int_equal(rom_update_write(&u, 0, old_image, SECTOR), 0);
    assert_int_equal(rom_update_write(&u, SECTOR, old_image, 2),
            ROM_UPDATE_ERR_ORDER);
    assert_int_equal(rom_update_end(&u), ROM_UPDATE_ERR_ORDER);
    assert_int_equal(rom_update_write(&u, SECTOR, old_image, 1), 0);
    assert_int_equal(rom_update_end(&u), ROM_UPDATE_ERR_DAMAGED);
    uint32_t bytes;
    assert_int_equal(look(&bytes), ROM_UNFINISHED);
}

// Every operation, several times over, for what a half-done one leaves differs.
static void power_may_fail_in_every_operation(void **state) {
    (void)state;
    unsigned kept = 0;
    unsigned lost = 0;
    for (unsigned cut = 1;; cut++) {
        unsigned tries = cut < 4 ? 40 : 2;
        for (unsigned k = 0; k < tries; k++) {
            blank();
            chip.random = random_from(cut * 100 + k);
            assert_int_equal(update(old_image, old_bytes, 490), 0);
            chip.cut = chip.done + cut;
            int err = update(new_image, new_bytes, 490);
            if (err == 0) {
                assert_true(kept > 0 && lost > 0);
                return; // all operations were cut
            }
            uint32_t bytes;
            rom_state is = look(&bytes);
            if (is == ROM_MODELS) {
                bool old = memcmp(chip.bytes, old_image, old_bytes) == 0;
                bool new = memcmp(chip.bytes, new_image, new_bytes) == 0;
                assert_true(old || new);
                kept++;
            } else {
                assert_true(is == ROM_UNFINISHED || is == ROM_DAMAGED);
                lost++;
            }
            // and it can be done again
            chip.off = false;
            chip.cut = 0;
            assert_int_equal(update(new_image, new_bytes, 490), 0);
            assert_int_equal(look(&bytes), ROM_MODELS);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(replaces_one_image_by_another, set_up),
            cmocka_unit_test_setup(what_does_not_belong_is_refused, set_up),
            cmocka_unit_test_setup(power_may_fail_in_every_operation, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
