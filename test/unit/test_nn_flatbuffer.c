// SPDX-License-Identifier: MIT
// FlatBuffers by hand: right ones, cut ones, and offsets that lead outside.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn/flatbuffer.h"

enum { VTABLE = 4, TABLE = 16, VECTOR = 32, CHILD = 48, SIZE = 56 };

// A table of four fields: a number, a byte, a vector of three bytes, a vector
// of one table that shares the vtable of an empty one.
static const uint8_t example[SIZE] = {
        16, 0, 0, 0,               // 0: the root lies at 16
        12, 0, 16, 0,              // 4: vtable: 12 bytes, table 16 bytes,
        4, 0, 14, 0, 8, 0, 0, 0,   // 8: field 0 at 4, 1 at 14, 2 at 8, no 3
        12, 0, 0, 0,               // 16: the vtable lies 12 before
        0x78, 0x56, 0x34, 0x92,    // 20: field 0
        8, 0, 0, 0,                // 24: field 2, 8 further: 32
        0, 0, 200, 0,              // 28: field 1 at 30
        3, 0, 0, 0, 10, 11, 12, 0, // 32: three bytes
        1, 0, 0, 0, 4, 0, 0, 0,    // 40: a vector of one offset: 48
        44, 0, 0, 0, 0, 0, 0, 0,   // 48: a table with the same vtable
};

static nn_flatbuffer whole(void) {
    return (nn_flatbuffer){example, SIZE};
}

static void test_loads_are_little_endian(void **state) {
    (void)state;
    const uint8_t bytes[] = {0xFF, 1, 2, 3, 0x84, 5, 6, 7, 0x88};
    assert_int_equal(nn_load_u16(bytes + 1), 0x0201);
    assert_int_equal(nn_load_u32(bytes + 1), 0x84030201);
    assert_int_equal(nn_load_i32(bytes + 1), (int32_t)0x84030201);
    assert_true(nn_load_i64(bytes + 1) == (int64_t)0x8807060584030201);
    const uint8_t half[] = {0, 0, 0, 0x3F};
    assert_true(nn_load_f32(half) == 0.5F);
}

static void test_fields_are_found(void **state) {
    (void)state;
    nn_flatbuffer file = whole();
    uint32_t root;
    uint32_t number;
    uint32_t position;
    uint8_t byte;
    nn_vector vector;
    assert_int_equal(nn_flatbuffer_root(&file, &root), 0);
    assert_int_equal(root, TABLE);
    assert_int_equal(nn_flatbuffer_u32(&file, root, 0, 5, &number), 0);
    assert_int_equal(number, 0x92345678);
    assert_int_equal(nn_flatbuffer_u8(&file, root, 1, 5, &byte), 0);
    assert_int_equal(byte, 200);
    assert_int_equal(nn_flatbuffer_vector(&file, root, 2, 1, &vector), 0);
    assert_int_equal(vector.count, 3);
    assert_int_equal(vector.position, VECTOR + 4);
    assert_int_equal(vector.data[2], 12);
    // left out in the vtable, and behind its end
    for (uint32_t field = 3; field < 70000; field += 33000) {
        assert_int_equal(nn_flatbuffer_field(&file, root, field, 8, &position),
                0);
        assert_int_equal(position, 0);
        assert_int_equal(nn_flatbuffer_u32(&file, root, field, 5, &number), 0);
        assert_int_equal(number, 5);
        assert_int_equal(nn_flatbuffer_u8(&file, root, field, 6, &byte), 0);
        assert_int_equal(byte, 6);
        assert_int_equal(nn_flatbuffer_vector(&file, root, field, 4, &vector),
                0);
        assert_null(vector.data);
        assert_int_equal(vector.count, 0);
        assert_int_equal(nn_flatbuffer_table(&file, root, field, &position), 0);
        assert_int_equal(position, 0);
    }
}

static void test_elements_are_tables(void **state) {
    (void)state;
    nn_flatbuffer file = whole();
    nn_vector vector = {example + 44, 44, 1};
    uint32_t table;
    uint32_t position;
    assert_int_equal(nn_flatbuffer_element(&file, &vector, 0, &table), 0);
    assert_int_equal(table, CHILD);
    // its vtable speaks of 16 bytes, 8 are left
    assert_int_equal(nn_flatbuffer_field(&file, table, 0, 4, &position), -1);
}

// Whatever is asked of a cut file is refused or answered as before.
static void test_cut_files_are_refused(void **state) {
    (void)state;
    for (uint32_t size = 0; size < SIZE; size++) {
        uint8_t *bytes = malloc(size ? size : 1);
        assert_non_null(bytes);
        memcpy(bytes, example, size);
        nn_flatbuffer file = {bytes, size};
        uint32_t root = 0;
        uint32_t number = 0;
        nn_vector vector;
        int found = nn_flatbuffer_root(&file, &root);
        assert_int_equal(found, size < TABLE + 4 ? -1 : 0);
        found = nn_flatbuffer_u32(&file, TABLE, 0, 0, &number);
        assert_int_equal(found, size < TABLE + 16 ? -1 : 0);
        found = nn_flatbuffer_vector(&file, TABLE, 2, 1, &vector);
        assert_int_equal(found, size < VECTOR + 7 ? -1 : 0);
        free(bytes);
    }
}

static int field_of(uint32_t at, uint32_t value, uint32_t field,
        uint32_t size) {
    uint8_t bytes[SIZE];
    uint32_t position;
    memcpy(bytes, example, SIZE);
    memcpy(bytes + at, &value, 2);
    if (at == TABLE) {
        memcpy(bytes + at, &value, 4);
    }
    nn_flatbuffer file = {bytes, SIZE};
    return nn_flatbuffer_field(&file, TABLE, field, size, &position);
}

static void test_tables_stay_inside(void **state) {
    (void)state;
    // the vtable: before the file, behind it, across its end
    assert_int_equal(field_of(TABLE, TABLE + 1, 0, 4), -1);
    assert_int_equal(field_of(TABLE, 0x80000000, 0, 4), -1);
    assert_int_equal(field_of(TABLE, 0x7FFFFFFF, 0, 4), -1);
    assert_int_equal(field_of(TABLE, (uint32_t)(TABLE - (SIZE - 2)), 0, 4), -1);
    // its length, the table's length
    assert_int_equal(field_of(VTABLE, 3, 0, 4), -1);
    assert_int_equal(field_of(VTABLE, SIZE, 0, 4), -1);
    assert_int_equal(field_of(VTABLE + 2, SIZE - TABLE + 1, 0, 4), -1);
    assert_int_equal(field_of(VTABLE + 2, SIZE - TABLE, 0, 4), 0);
    // a field inside the offset to the vtable, behind the table, across its end
    assert_int_equal(field_of(VTABLE + 4, 3, 0, 4), -1);
    assert_int_equal(field_of(VTABLE + 4, 17, 0, 1), -1);
    assert_int_equal(field_of(VTABLE + 4, 13, 0, 4), -1);
    assert_int_equal(field_of(VTABLE + 4, 12, 0, 4), 0);
    assert_int_equal(field_of(VTABLE + 4, 12, 0, 8), -1);
}

static int vector_of(uint32_t at, uint32_t value, uint32_t element_bytes) {
    uint8_t bytes[SIZE];
    nn_vector vector;
    memcpy(bytes, example, SIZE);
    for (uint32_t i = 0; i < 4; i++) {
        bytes[at + i] = (uint8_t)(value >> 8 * i);
    }
    nn_flatbuffer file = {bytes, SIZE};
    return nn_flatbuffer_vector(&file, TABLE, 2, element_bytes, &vector);
}

static void test_vectors_stay_inside(void **state) {
    (void)state;
    enum { OFFSET = 24, REST = SIZE - VECTOR - 4 };
    assert_int_equal(vector_of(VECTOR, REST, 1), 0);
    assert_int_equal(vector_of(VECTOR, REST + 1, 1), -1);
    assert_int_equal(vector_of(VECTOR, REST / 8 + 1, 8), -1);
    assert_int_equal(vector_of(VECTOR, 0x20000001, 8), -1);
    assert_int_equal(vector_of(VECTOR, UINT32_MAX, 1), -1);
    // the offset: onto itself, into itself, behind the end, around
    assert_int_equal(vector_of(OFFSET, 0, 1), -1);
    assert_int_equal(vector_of(OFFSET, 3, 1), -1);
    assert_int_equal(vector_of(OFFSET, SIZE - OFFSET - 3, 1), -1);
    assert_int_equal(vector_of(OFFSET, SIZE, 1), -1);
    assert_int_equal(vector_of(OFFSET, UINT32_MAX - OFFSET + 5, 1), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_loads_are_little_endian),
            cmocka_unit_test(test_fields_are_found),
            cmocka_unit_test(test_elements_are_tables),
            cmocka_unit_test(test_cut_files_are_refused),
            cmocka_unit_test(test_tables_stay_inside),
            cmocka_unit_test(test_vectors_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
