// SPDX-License-Identifier: MIT
// Checked access to a FlatBuffers file.

#include "nn/flatbuffer.h"

#include <string.h>

uint16_t nn_load_u16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t nn_load_u32(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
            (uint32_t)bytes[3] << 24;
}

int32_t nn_load_i32(const uint8_t *bytes) {
    return (int32_t)nn_load_u32(bytes);
}

int64_t nn_load_i64(const uint8_t *bytes) {
    return (int64_t)(nn_load_u32(bytes) |
            (uint64_t)nn_load_u32(bytes + 4) << 32);
}

float nn_load_f32(const uint8_t *bytes) {
    uint32_t bits = nn_load_u32(bytes);
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

// Whether size bytes from position lie inside the file.
static int inside(const nn_flatbuffer *file, uint32_t position, uint32_t size) {
    return position <= file->bytes && size <= file->bytes - position;
}

// Follows the unsigned offset that is stored at position.
static int follow(const nn_flatbuffer *file, uint32_t position,
        uint32_t *target) {
    if (!inside(file, position, 4)) {
        return -1;
    }
    uint32_t offset = nn_load_u32(file->data + position);
    if (offset < 4 || !inside(file, position, offset)) {
        return -1;
    }
    *target = position + offset;
    return inside(file, *target, 4) ? 0 : -1;
}

int nn_flatbuffer_root(const nn_flatbuffer *file, uint32_t *table) {
    return follow(file, 0, table);
}

int nn_flatbuffer_field(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t size, uint32_t *position) {
    *position = 0;
    if (!inside(file, table, 4)) {
        return -1;
    }
    // the vtable lies a signed distance before the table
    int64_t vtable = (int64_t)table - nn_load_i32(file->data + table);
    if (vtable < 0 || vtable > file->bytes ||
            !inside(file, (uint32_t)vtable, 4)) {
        return -1;
    }
    const uint8_t *v = file->data + vtable;
    uint32_t vtable_bytes = nn_load_u16(v);
    uint32_t table_bytes = nn_load_u16(v + 2);
    if (vtable_bytes < 4 || !inside(file, (uint32_t)vtable, vtable_bytes) ||
            !inside(file, table, table_bytes)) {
        return -1;
    }
    uint32_t entry = 4 + 2 * field;
    if (entry + 2 > vtable_bytes) {
        return 0;
    }
    uint32_t offset = nn_load_u16(v + entry);
    if (offset == 0) {
        return 0;
    }
    if (offset < 4 || offset > table_bytes || size > table_bytes - offset) {
        return -1;
    }
    *position = table + offset;
    return 0;
}

int nn_flatbuffer_u8(const nn_flatbuffer *file, uint32_t table, uint32_t field,
        uint8_t fallback, uint8_t *value) {
    uint32_t position;
    if (nn_flatbuffer_field(file, table, field, 1, &position) != 0) {
        return -1;
    }
    *value = position == 0 ? fallback : file->data[position];
    return 0;
}

int nn_flatbuffer_u32(const nn_flatbuffer *file, uint32_t table, uint32_t field,
        uint32_t fallback, uint32_t *value) {
    uint32_t position;
    if (nn_flatbuffer_field(file, table, field, 4, &position) != 0) {
        return -1;
    }
    *value = position == 0 ? fallback : nn_load_u32(file->data + position);
    return 0;
}

int nn_flatbuffer_table(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t *position) {
    uint32_t at;
    if (nn_flatbuffer_field(file, table, field, 4, &at) != 0) {
        return -1;
    }
    *position = 0;
    return at == 0 ? 0 : follow(file, at, position);
}

int nn_flatbuffer_vector(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t element_bytes, nn_vector *vector) {
    uint32_t at;
    *vector = (nn_vector){NULL, 0, 0};
    if (nn_flatbuffer_table(file, table, field, &at) != 0) {
        return -1;
    }
    if (at == 0) {
        return 0;
    }
    uint32_t count = nn_load_u32(file->data + at);
    if (count > (file->bytes - at - 4) / element_bytes) {
        return -1;
    }
    *vector = (nn_vector){file->data + at + 4, at + 4, count};
    return 0;
}

int nn_flatbuffer_element(const nn_flatbuffer *file, const nn_vector *vector,
        uint32_t i, uint32_t *table) {
    return follow(file, vector->position + 4 * i, table);
}

static int read_number(const nn_flatbuffer *file, uint32_t table,
        const nn_field *f, nn_vector *value) {
    int err = nn_flatbuffer_field(file, table, f->field, f->bytes,
            &value->position);
    if (err == 0 && value->position != 0) {
        const uint8_t *bytes = file->data + value->position;
        value->count = f->bytes == 1 ? *bytes : nn_load_u32(bytes);
    }
    return err;
}

uint32_t nn_flatbuffer_read(const nn_flatbuffer *file, uint32_t table,
        const nn_field *fields, uint32_t count, nn_vector *values) {
    memset(values, 0, count * sizeof(*values));
    for (uint32_t i = 0; i < count; i++, values++) {
        const nn_field *f = &fields[i];
        int err = f->kind == NN_NUMBER ? read_number(file, table, f, values)
                : f->kind == NN_VECTOR
                ? nn_flatbuffer_vector(file, table, f->field, f->bytes, values)
                : nn_flatbuffer_table(file, table, f->field, &values->position);
        if (err != 0) {
            return i;
        }
    }
    return count;
}
