// SPDX-License-Identifier: MIT
// Checked access to a FlatBuffers file.

#include "nn/flatbuffer.h"

// Whether size bytes from position lie inside the file.
static bool inside(const nn_flatbuffer *file, uint32_t position,
        uint32_t size) {
    return position <= file->bytes && size <= file->bytes - position;
}

uint32_t nn_flatbuffer_follow(const nn_flatbuffer *file, uint32_t position) {
    if (!inside(file, position, 4)) {
        return NN_NOWHERE;
    }
    uint32_t target = position + nn_load_u32(file->data + position);
    // an offset that leads around the end of 32 bits leads before position
    return target >= position + 4 && inside(file, target, 4) ? target
                                                             : NN_NOWHERE;
}

uint32_t nn_flatbuffer_find(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t size) {
    if (table == 0 || !inside(file, table, 4)) {
        return NN_NOWHERE;
    }
    // the vtable lies a signed distance before the table
    uint32_t vtable = table - nn_load_u32(file->data + table);
    if (!inside(file, vtable, 4)) {
        return NN_NOWHERE;
    }
    const uint8_t *v = file->data + vtable;
    uint32_t vtable_bytes = nn_load_u16(v);
    uint32_t table_bytes = nn_load_u16(v + 2);
    if (vtable_bytes < 4 || !inside(file, vtable, vtable_bytes) ||
            !inside(file, table, table_bytes)) {
        return NN_NOWHERE;
    }
    uint32_t entry = 4 + 2 * field;
    uint32_t offset = entry + 2 > vtable_bytes ? 0 : nn_load_u16(v + entry);
    if (offset == 0) {
        return 0;
    }
    return offset < 4 || offset + size > table_bytes ? NN_NOWHERE
                                                     : table + offset;
}

static bool read_field(const nn_flatbuffer *file, uint32_t table,
        const nn_field *f, nn_vector *value) {
    uint32_t size = f->kind == NN_NUMBER ? f->bytes : 4;
    uint32_t at = nn_flatbuffer_find(file, table, f->field, size);
    *value = (nn_vector){NULL, 0, 0};
    if (at == 0) {
        return true;
    }
    if (f->kind != NN_NUMBER) {
        at = nn_flatbuffer_follow(file, at);
    }
    if (at == NN_NOWHERE) {
        return false;
    }
    uint32_t count = size == 1 ? file->data[at] : nn_load_u32(file->data + at);
    if (f->kind == NN_VECTOR) {
        at += 4;
        if (count > (file->bytes - at) / f->bytes) {
            return false;
        }
    }
    *value = (nn_vector){file->data + at, at, count};
    return true;
}

uint32_t nn_flatbuffer_read(const nn_flatbuffer *file, uint32_t table,
        const nn_field *fields, uint32_t count, nn_vector *values) {
    uint32_t i = 0;
    while (i < count && read_field(file, table, &fields[i], &values[i])) {
        i++;
    }
    return i;
}

// What the host's reader of models asks for field by field.

int nn_flatbuffer_root(const nn_flatbuffer *file, uint32_t *table) {
    *table = nn_flatbuffer_follow(file, 0);
    return *table == NN_NOWHERE ? -1 : 0;
}

int nn_flatbuffer_element(const nn_flatbuffer *file, const nn_vector *vector,
        uint32_t i, uint32_t *table) {
    *table = nn_flatbuffer_follow(file, vector->position + 4 * i);
    return *table == NN_NOWHERE ? -1 : 0;
}

int nn_flatbuffer_field(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t size, uint32_t *position) {
    *position = nn_flatbuffer_find(file, table, field, size);
    return *position == NN_NOWHERE ? -1 : 0;
}

int nn_flatbuffer_u8(const nn_flatbuffer *file, uint32_t table, uint32_t field,
        uint8_t fallback, uint8_t *value) {
    uint32_t position = nn_flatbuffer_find(file, table, field, 1);
    if (position == NN_NOWHERE) {
        return -1;
    }
    *value = position == 0 ? fallback : file->data[position];
    return 0;
}

int nn_flatbuffer_u32(const nn_flatbuffer *file, uint32_t table, uint32_t field,
        uint32_t fallback, uint32_t *value) {
    uint32_t position = nn_flatbuffer_find(file, table, field, 4);
    if (position == NN_NOWHERE) {
        return -1;
    }
    *value = position == 0 ? fallback : nn_load_u32(file->data + position);
    return 0;
}

int nn_flatbuffer_table(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t *position) {
    uint32_t at = nn_flatbuffer_find(file, table, field, 4);
    *position = at == 0 ? 0 : nn_flatbuffer_follow(file, at);
    return *position == NN_NOWHERE ? -1 : 0;
}

int nn_flatbuffer_vector(const nn_flatbuffer *file, uint32_t table,
        uint32_t field, uint32_t element_bytes, nn_vector *vector) {
    // no table of the schema has more than a few dozen fields
    nn_field f = {(uint8_t)field, NN_VECTOR, (uint8_t)element_bytes};
    return read_field(file, table, &f, vector) ? 0 : -1;
}
