// SPDX-License-Identifier: MIT
// Results with named fields, for scripts of every OpenMV release: a field is
// an attribute (result.mean), a call (result.mean()), a place (result[0]) and
// can be unpacked.
#pragma once

#include "py/obj.h"

// Several fields may name one place.
typedef struct result_field {
    qstr_short_t name;
    uint8_t place;
} result_field;

typedef struct result_kind {
    const result_field *fields;
    size_t count;
} result_kind;

// A result of n items.
mp_obj_t result_new(const result_kind *kind, size_t n, const mp_obj_t *items);

// A value that may also be called, and then is itself. Numbers behave as
// numbers, but on the right of < and its like next to a plain number.
mp_obj_t result_value(mp_obj_t value);
