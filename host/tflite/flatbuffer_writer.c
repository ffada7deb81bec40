// SPDX-License-Identifier: MIT
// Writes flatbuffers from the end to the beginning.

#include "host/tflite/flatbuffer_writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024, LENGTH_BYTES = 4 };

// offsets are signed 32-bit numbers in places
static const size_t MAX_BYTES = 0x7FFFFFF0;

static uint8_t *front(const fbw *w) {
    return w->data + w->capacity - w->used;
}

// Makes room for bytes in front of what is there and returns it, or NULL.
static uint8_t *take(fbw *w, size_t bytes) {
    if (w->failed || bytes > MAX_BYTES - w->used) {
        w->failed = true;
        return NULL;
    }
    if (bytes > w->capacity - w->used) {
        size_t capacity = w->capacity ? w->capacity : FIRST_CAPACITY;
        while (capacity - w->used < bytes) {
            capacity *= 2;
        }
        uint8_t *data = malloc(capacity);
        if (!data) {
            w->failed = true;
            return NULL;
        }
        if (w->used) {
            memcpy(data + capacity - w->used, front(w), w->used);
        }
        free(w->data);
        w->data = data;
        w->capacity = capacity;
    }
    w->used += bytes;
    return front(w);
}

// Zeros so that, after another bytes, the front is aligned.
static void pad(fbw *w, size_t bytes, size_t align) {
    if (align > w->align) {
        w->align = align;
    }
    size_t rest = (w->used + bytes) % align;
    size_t fill = rest ? align - rest : 0;
    uint8_t *at = fill ? take(w, fill) : NULL;
    if (at) {
        memset(at, 0, fill);
    }
}

static void put(fbw *w, const void *value, size_t bytes) {
    uint8_t *at = bytes ? take(w, bytes) : NULL;
    if (at) {
        memcpy(at, value, bytes);
    }
}

static void put_u32(fbw *w, uint32_t value) {
    put(w, &value, sizeof value);
}

static fbw_ref here(const fbw *w) {
    return w->failed ? 0 : (fbw_ref)w->used;
}

fbw_ref fbw_vector(fbw *w, const void *data, size_t count, size_t element_bytes,
        size_t align) {
    assert(!w->in_table);
    if (count > MAX_BYTES / element_bytes) {
        w->failed = true;
        return 0;
    }
    size_t bytes = count * element_bytes;
    pad(w, bytes, align > LENGTH_BYTES ? align : LENGTH_BYTES);
    put(w, data, bytes);
    put_u32(w, (uint32_t)count);
    return here(w);
}

fbw_ref fbw_i32_vector(fbw *w, const int32_t *data, size_t count) {
    return fbw_vector(w, data, count, sizeof *data, sizeof *data);
}

fbw_ref fbw_f32_vector(fbw *w, const float *data, size_t count) {
    return fbw_vector(w, data, count, sizeof *data, sizeof *data);
}

fbw_ref fbw_i64_vector(fbw *w, const int64_t *data, size_t count) {
    return fbw_vector(w, data, count, sizeof *data, sizeof *data);
}

fbw_ref fbw_ref_vector(fbw *w, const fbw_ref *refs, size_t count) {
    assert(!w->in_table);
    pad(w, count * sizeof *refs, sizeof *refs);
    for (size_t i = count; i-- > 0;) {
        assert(w->failed || refs[i]);
        // an offset counts from the place where it stands
        put_u32(w, (uint32_t)w->used + LENGTH_BYTES - refs[i]);
    }
    put_u32(w, (uint32_t)count);
    return here(w);
}

fbw_ref fbw_string(fbw *w, const char *text) {
    size_t length = strlen(text);
    assert(!w->in_table);
    pad(w, length + 1, LENGTH_BYTES);
    put(w, text, length + 1);
    put_u32(w, (uint32_t)length);
    return here(w);
}

void fbw_table_begin(fbw *w) {
    assert(!w->in_table);
    w->in_table = true;
    w->table_start = w->used;
    w->field_count = 0;
    memset(w->fields, 0, sizeof w->fields);
}

static void add_field(fbw *w, uint32_t field, const void *value, size_t bytes) {
    assert(w->in_table && field < FBW_MAX_FIELDS && !w->fields[field]);
    pad(w, bytes, bytes);
    put(w, value, bytes);
    w->fields[field] = (uint32_t)w->used;
    if (field >= w->field_count) {
        w->field_count = field + 1;
    }
}

void fbw_field_u8(fbw *w, uint32_t field, uint8_t value) {
    add_field(w, field, &value, sizeof value);
}

void fbw_field_i32(fbw *w, uint32_t field, int32_t value) {
    add_field(w, field, &value, sizeof value);
}

void fbw_field_u32(fbw *w, uint32_t field, uint32_t value) {
    add_field(w, field, &value, sizeof value);
}

void fbw_field_f32(fbw *w, uint32_t field, float value) {
    add_field(w, field, &value, sizeof value);
}

void fbw_field_ref(fbw *w, uint32_t field, fbw_ref ref) {
    if (!ref) {
        return;
    }
    // aligned first, for the padding is part of the distance
    pad(w, sizeof ref, sizeof ref);
    fbw_field_u32(w, field, (uint32_t)w->used + (uint32_t)sizeof ref - ref);
}

// An equal vtable that was written before, or 0.
static fbw_ref find_vtable(const fbw *w, const uint16_t *vtable, size_t bytes) {
    for (size_t i = 0; i < w->vtable_count; i++) {
        size_t at = w->vtables[i];
        if (at >= bytes && !memcmp(w->data + w->capacity - at, vtable, bytes)) {
            return w->vtables[i];
        }
    }
    return 0;
}

static void remember_vtable(fbw *w) {
    fbw_ref *list =
            realloc(w->vtables, (w->vtable_count + 1) * sizeof *w->vtables);
    if (!list) {
        w->failed = true;
        return;
    }
    w->vtables = list;
    w->vtables[w->vtable_count++] = (fbw_ref)w->used;
}

fbw_ref fbw_table_end(fbw *w) {
    assert(w->in_table);
    w->in_table = false;
    // the table begins with the signed distance to its vtable
    pad(w, sizeof(int32_t), sizeof(int32_t));
    put_u32(w, 0);
    if (w->failed) {
        return 0;
    }
    size_t table = w->used;
    uint16_t vtable[2 + FBW_MAX_FIELDS] = {0};
    size_t bytes = (2 + w->field_count) * sizeof vtable[0];
    vtable[0] = (uint16_t)bytes;
    vtable[1] = (uint16_t)(table - w->table_start);
    for (uint32_t i = 0; i < w->field_count; i++) {
        vtable[2 + i] = (uint16_t)(w->fields[i] ? table - w->fields[i] : 0);
    }
    fbw_ref shared = find_vtable(w, vtable, bytes);
    if (!shared) {
        put(w, vtable, bytes);
        if (w->failed) {
            return 0;
        }
        remember_vtable(w);
        shared = (fbw_ref)w->used;
    }
    // positive when the vtable lies in front of the table
    int32_t distance = (int32_t)shared - (int32_t)table;
    memcpy(w->data + w->capacity - table, &distance, sizeof distance);
    return w->failed ? 0 : (fbw_ref)table;
}

const uint8_t *fbw_finish(fbw *w, fbw_ref root, const char *identifier,
        size_t *bytes) {
    assert(!w->in_table && strlen(identifier) == 4);
    pad(w, 4 + sizeof root, w->align > 4 ? w->align : 4);
    put(w, identifier, 4);
    put_u32(w, (uint32_t)w->used + (uint32_t)sizeof root - root);
    if (w->failed) {
        return NULL;
    }
    *bytes = w->used;
    return front(w);
}

void fbw_free(fbw *w) {
    free(w->data);
    free(w->vtables);
    memset(w, 0, sizeof *w);
}
