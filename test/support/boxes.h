// SPDX-License-Identifier: MIT
// Tensors of random shapes whose elements are told apart, for tests of
// operators that only move them.

#ifndef BOXES_H
#define BOXES_H

#include "test/support/model.h"
#include "test/support/random.h"

// Sizes of low … high dimensions; images of rank 4 mostly come alone.
static inline model_list boxes_shape(random_source *r, int low, int high) {
    model_list dims = {.count = (uint32_t)random_in(r, low, high)};
    for (uint32_t i = 0; i < dims.count; i++) {
        dims.value[i] = random_in(r, 1, dims.count > 4 ? 4 : 6);
    }
    if (dims.count == 4 && !random_once_in(r, 3)) {
        dims.value[0] = 1;
    }
    return dims;
}

static inline size_t boxes_count(model_list dims) {
    size_t count = 1;
    for (uint32_t i = 0; i < dims.count; i++) {
        count *= (size_t)dims.value[i];
    }
    return count;
}

// One of the types that can be moved.
static inline nn_type boxes_type(random_source *r) {
    static const nn_type types[] = {NN_INT8, NN_UINT8, NN_INT16, NN_INT32,
            NN_INT64, NN_FLOAT32};
    return types[random_in(r, 0, 5)];
}

// Splits place, counted through a tensor of these sizes, into indices.
static inline void boxes_indices(model_list dims, size_t place, int32_t *at) {
    for (uint32_t i = dims.count; i-- > 0;) {
        at[i] = (int32_t)(place % (size_t)dims.value[i]);
        place /= (size_t)dims.value[i];
    }
}

static inline size_t boxes_place(model_list dims, const int32_t *at) {
    size_t place = 0;
    for (uint32_t i = 0; i < dims.count; i++) {
        place = place * (size_t)dims.value[i] + (size_t)at[i];
    }
    return place;
}

#endif
