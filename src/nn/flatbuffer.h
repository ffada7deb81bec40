// SPDX-License-Identifier: MIT
// Checked access to a FlatBuffers file. Source of the format: "FlatBuffer
// Internals" in the FlatBuffers documentation.
//
// A position is a byte offset from the start of the file; 0 stands for "not
// there", since no object can start there. Every function checks what it
// reads against the file's end, so a hostile file can yield nonsense values
// but never a read outside.

#ifndef NN_FLATBUFFER_H
#define NN_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct nn_flatbuffer {
    const uint8_t *data;
    uint32_t bytes;
} nn_flatbuffer;

// A position behind the end of every file: what would lie there, or where a
// damaged offset leads, cannot be read.
#define NN_NOWHERE UINT32_MAX

// A vector: count elements of the size that was asked for, from data.
typedef struct nn_vector {
    const uint8_t *data; // NULL where the field is not there
    uint32_t position;   // of element 0
    uint32_t count;
} nn_vector;

// Loads from bytes that may be unaligned. The file is little-endian, and so is
// whoever runs this: constants are used where they lie.
static inline uint16_t nn_load_u16(const uint8_t *bytes) {
    uint16_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static inline uint32_t nn_load_u32(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static inline int32_t nn_load_i32(const uint8_t *bytes) {
    int32_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static inline int64_t nn_load_i64(const uint8_t *bytes) {
    int64_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static inline float nn_load_f32(const uint8_t *bytes) {
    float value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

// The position of a field's inline bytes (size of them), 0 where the table
// leaves the field out, NN_NOWHERE where there is no table or vtable or field
// run over the end.
uint32_t nn_flatbuffer_find(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t size);

// Where the offset that is stored at position leads, or NN_NOWHERE. The root
// table's lies at 0, those of a vector of tables are its elements.
uint32_t nn_flatbuffer_follow(const nn_flatbuffer *file, uint32_t position);

// A field to read: a number of so many bytes (1, 4 or 8), a table, or a vector
// of elements of so many bytes.
typedef enum nn_field_kind { NN_NUMBER, NN_SUBTABLE, NN_VECTOR } nn_field_kind;
typedef struct nn_field {
    uint8_t field;
    uint8_t kind; // nn_field_kind
    uint8_t bytes;
} nn_field;

// Reads count fields of a table into values, whose members say of a number its
// position and, as count, its value (of 8 bytes the lower half), of a table its
// position. All of it is 0 where a field is not there. Returns the number of
// fields read before one that is damaged: that one is 0, those behind it are
// not set.
uint32_t nn_flatbuffer_read(const nn_flatbuffer *file, uint32_t table,
        const nn_field *fields, uint32_t count, nn_vector *values);

// The same one by one, as the host reads models. Each returns 0, or -1 where
// the file is damaged.

// The root table.
int nn_flatbuffer_root(const nn_flatbuffer *file, uint32_t *table);

// The position that nn_flatbuffer_find() gives.
int nn_flatbuffer_field(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t size, uint32_t *position);

// Scalars; fallback where the field is left out.
int nn_flatbuffer_u8(const nn_flatbuffer *file, uint32_t table, uint32_t field,
        uint8_t fallback, uint8_t *value);
int nn_flatbuffer_u32(const nn_flatbuffer *file, uint32_t table, uint32_t field,
        uint32_t fallback, uint32_t *value);

// The table that a field points to, 0 where it is left out.
int nn_flatbuffer_table(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t *position);

// A vector (or string, element size 1) that a field points to.
int nn_flatbuffer_vector(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t element_bytes, nn_vector *vector);

// Element i of a vector of tables.
int nn_flatbuffer_element(const nn_flatbuffer *file, const nn_vector *vector,
        uint32_t i, uint32_t *table);

#endif
