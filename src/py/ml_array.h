// SPDX-License-Identifier: MIT
// Numbers with a shape: what models give and take. A small part of ulab's
// ndarray: shape, indices, slices, iteration, arithmetic by element.
#pragma once

#include "py/obj.h"

enum { ML_ARRAY_RANK = 6 };

typedef struct ml_array {
    mp_obj_base_t base;
    char typecode; // b B h H i q or f, as in the array module
    uint8_t rank;
    int32_t dim[ML_ARRAY_RANK];
    int32_t step[ML_ARRAY_RANK]; // elements from one index to the next
    uint8_t *data;               // of the first element
    mp_obj_t owner;              // keeps data alive, or None
} ml_array;

extern const mp_obj_type_t ml_array_type;

// An array of that shape around memory that owner keeps alive.
mp_obj_t ml_array_view(char typecode, size_t rank, const int32_t *dim,
        void *data, mp_obj_t owner);

// An array with memory of its own, not cleared.
ml_array *ml_array_new(char typecode, size_t rank, const int32_t *dim);

// Bytes of one element; 0 for letters that are no type's.
size_t ml_array_item(char typecode);
size_t ml_array_count(const ml_array *a);
