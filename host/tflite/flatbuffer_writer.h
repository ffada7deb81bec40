// SPDX-License-Identifier: MIT
// Writes flatbuffers, any schema: tables, vectors, strings.
//
// Format: FlatBuffers internals, "Format" (tables, vtables, vectors). The
// buffer grows from its end to its beginning, so children are written before
// the table or vector that refers to them, and a reference is an object's
// distance from the end. Scalars are stored in the machine's order, which
// must be little-endian.

#ifndef FLATBUFFER_WRITER_H
#define FLATBUFFER_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FBW_MAX_FIELDS = 32 };

// Something that was written; 0: nothing.
typedef uint32_t fbw_ref;

// Zero-initialise before use. When memory runs out, or the buffer passes
// 2 GB, failed is set and everything after it does nothing, so only the
// result of fbw_finish() needs a check.
typedef struct fbw {
    uint8_t *data;
    size_t capacity;
    size_t used;
    size_t align; // the largest alignment asked for
    fbw_ref *vtables;
    size_t vtable_count;
    size_t table_start; // used bytes before the fields of the open table
    uint32_t fields[FBW_MAX_FIELDS]; // of the open table; 0: not there
    uint32_t field_count;
    bool in_table;
    bool failed;
} fbw;

// A vector of count elements of element_bytes each, copied from data; its
// first element is aligned to align bytes (a power of two).
fbw_ref fbw_vector(fbw *w, const void *data, size_t count, size_t element_bytes,
        size_t align);
fbw_ref fbw_i32_vector(fbw *w, const int32_t *data, size_t count);
fbw_ref fbw_f32_vector(fbw *w, const float *data, size_t count);
fbw_ref fbw_i64_vector(fbw *w, const int64_t *data, size_t count);
// A vector of references to tables or strings; none may be 0.
fbw_ref fbw_ref_vector(fbw *w, const fbw_ref *refs, size_t count);
fbw_ref fbw_string(fbw *w, const char *text);

// One table is open at a time; field numbers are below FBW_MAX_FIELDS. A
// field is written even where its value equals the schema's default, and a
// reference of 0 is left out.
void fbw_table_begin(fbw *w);
void fbw_field_u8(fbw *w, uint32_t field, uint8_t value);
void fbw_field_i32(fbw *w, uint32_t field, int32_t value);
void fbw_field_u32(fbw *w, uint32_t field, uint32_t value);
void fbw_field_f32(fbw *w, uint32_t field, float value);
void fbw_field_ref(fbw *w, uint32_t field, fbw_ref ref);
fbw_ref fbw_table_end(fbw *w);

// Ends the buffer with its root table and the four letters of identifier.
// Returns its first byte (free it with fbw_free) or NULL; *bytes is its size.
const uint8_t *fbw_finish(fbw *w, fbw_ref root, const char *identifier,
        size_t *bytes);
void fbw_free(fbw *w);

#endif
