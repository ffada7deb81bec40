// SPDX-License-Identifier: MIT
// ELF files for the virtual camera: a small good one, and broken ones.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/vcam/symbols.h"

enum {
    PHDR = 52,
    CODE = PHDR + 32,
    SYMBOLS = CODE + 16,
    NAMES = SYMBOLS + 4 * 16,
    SECTIONS = NAMES + 24,
    SIZE = SECTIONS + 3 * 40
};

static void put16(uint8_t *p, uint32_t value) {
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *p, uint32_t value) {
    put16(p, value);
    put16(p + 2, value >> 16);
}

static void symbol(uint8_t *p, uint32_t name, uint32_t address, uint32_t size,
        uint8_t type, uint32_t section) {
    put32(p, name);
    put32(p + 4, address);
    put32(p + 8, size);
    p[12] = type;
    put16(p + 14, section);
}

// One segment of 16 bytes at 0x08040000; functions "reset" and "main", and
// a variable; one name that is undefined.
static void make(uint8_t elf[SIZE]) {
    static const uint8_t ident[7] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    static const char names[24] = "\0reset\0main\0var\0gone";
    memset(elf, 0, SIZE);
    memcpy(elf, ident, sizeof ident);
    put16(elf + 18, 40);
    put32(elf + 28, PHDR);
    put32(elf + 32, SECTIONS);
    put16(elf + 42, 32);
    put16(elf + 44, 1);
    put16(elf + 46, 40);
    put16(elf + 48, 3);
    uint8_t *p = elf + PHDR;
    put32(p, 1);
    put32(p + 4, CODE);
    put32(p + 8, 0x24000000);
    put32(p + 12, 0x08040000);
    put32(p + 16, 16);
    put32(p + 20, 16);
    for (int i = 0; i < 16; i++) {
        elf[CODE + i] = (uint8_t)(i + 1);
    }
    symbol(elf + SYMBOLS, 1, 0x08040009, 0, 2, 1);
    symbol(elf + SYMBOLS + 16, 7, 0x08040101, 8, 2, 1);
    symbol(elf + SYMBOLS + 32, 12, 0x24000000, 4, 1, 1);
    symbol(elf + SYMBOLS + 48, 16, 0x08040200, 4, 2, 0);
    memcpy(elf + NAMES, names, sizeof names);
    p = elf + SECTIONS + 40;
    put32(p + 4, 2);
    put32(p + 16, SYMBOLS);
    put32(p + 20, 64);
    put32(p + 24, 2);
    p += 40;
    put32(p + 4, 3);
    put32(p + 16, NAMES);
    put32(p + 20, 24);
}

static void names(void **state) {
    (void)state;
    uint8_t elf[SIZE];
    struct vcam_symbols *s = NULL;
    uint32_t at = 99;
    make(elf);
    assert_int_equal(vcam_symbols_load(&s, elf, SIZE), 0);
    memset(elf, 0, SIZE); // it keeps what it needs
    assert_string_equal(vcam_symbol_at(s, 0x08040102, &at), "main");
    assert_int_equal(at, 2);
    // Behind the end of main, only what has no size is near enough.
    assert_string_equal(vcam_symbol_at(s, 0x08040108, &at), "reset");
    assert_string_equal(vcam_symbol_at(s, 0x08040010, &at), "reset");
    assert_int_equal(at, 8);
    assert_null(vcam_symbol_at(s, 0x08040000, &at));
    assert_int_equal(vcam_symbol_find(s, "main"), 0x08040100);
    assert_int_equal(vcam_symbol_find(s, "gone"), 0);
    assert_null(vcam_symbol_at(NULL, 0, &at));
    vcam_symbols_free(s);
}

static void placing(void **state) {
    (void)state;
    uint8_t elf[SIZE];
    uint8_t flash[64];
    make(elf);
    memset(flash, 0xff, sizeof flash);
    assert_int_equal(vcam_elf_place(elf, SIZE, 0x0803fff0, flash, sizeof flash),
            0);
    assert_int_equal(flash[15], 0xff);
    assert_int_equal(flash[16], 1);
    assert_int_equal(flash[31], 16);
    assert_int_equal(flash[32], 0xff);
    assert_int_equal(vcam_elf_place(elf, SIZE, 0x08040000, flash, 15), -EINVAL);
    assert_int_equal(vcam_elf_place(elf, SIZE, 0x08040001, flash, 64), -EINVAL);
}

// Every byte changed in turn, and every length: errors or not, but nothing
// out of bounds (the sanitizers watch).
static void broken(void **state) {
    (void)state;
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    uint8_t flash[64];
    unsigned refused = 0;
    for (size_t i = 0; i < SIZE; i++) {
        for (size_t v = 0; v < sizeof values; v++) {
            uint8_t *elf = malloc(SIZE);
            assert_non_null(elf);
            make(elf);
            elf[i] = values[v];
            struct vcam_symbols *s = NULL;
            refused += vcam_symbols_load(&s, elf, SIZE) != 0;
            refused += vcam_elf_place(elf, SIZE, 0x08040000, flash,
                               sizeof flash) != 0;
            uint32_t at;
            (void)vcam_symbol_at(s, 0x08040100, &at);
            vcam_symbols_free(s);
            free(elf);
        }
    }
    assert_true(refused > 100);
    for (size_t size = 0; size < SIZE; size++) {
        uint8_t *elf = malloc(SIZE);
        assert_non_null(elf);
        make(elf);
        uint8_t *cut = malloc(size + 1);
        assert_non_null(cut);
        memcpy(cut, elf, size);
        struct vcam_symbols *s = NULL;
        assert_int_equal(vcam_symbols_load(&s, cut, size), -EINVAL);
        free(cut);
        free(elf);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names),
            cmocka_unit_test(placing), cmocka_unit_test(broken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
