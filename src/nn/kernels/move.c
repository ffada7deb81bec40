// SPDX-License-Identifier: MIT
// Copies boxes of up to six dimensions between arrays of any strides.

#include "nn/kernels/move.h"

#include <assert.h>
#include <string.h>

void nn_move_start(nn_move *move, uint32_t element_bytes) {
    move->rank = 1;
    move->dim[0].count = (int32_t)element_bytes;
    move->dim[0].to = 1;
    move->dim[0].from = 1;
    move->dim[1].count = 1; // if no other comes
    move->dim[1].to = 0;
    move->dim[1].from = 0;
}

void nn_move_dim(nn_move *move, int32_t count, int32_t to, int32_t from) {
    if (count == 1) {
        return;
    }
    uint32_t inner = move->rank - 1;
    int64_t size = move->dim[inner].count;
    if (to == size * move->dim[inner].to &&
            from == size * move->dim[inner].from) {
        move->dim[inner].count *= count;
        return;
    }
    assert(move->rank <= NN_MAX_RANK);
    move->dim[move->rank].count = count;
    move->dim[move->rank].to = to;
    move->dim[move->rank].from = from;
    move->rank++;
}

// Where the caller knows the unit, this becomes plain loads and stores.
static inline __attribute__((always_inline)) void line(const nn_move *move,
        uint8_t *to, const uint8_t *from, uint32_t unit) {
    const nn_moved_dim dim = move->dim[1];
    for (int32_t i = dim.count; i > 0; i--) {
        memcpy(to, from, unit);
        to += dim.to;
        from += dim.from;
    }
}

static void run_dim(const nn_move *move, const nn_moved_dim *dim, uint8_t *to,
        const uint8_t *from) {
    uint32_t unit = (uint32_t)move->dim[0].count;
    if (dim > &move->dim[1]) {
        for (int32_t i = dim->count; i > 0; i--) {
            run_dim(move, dim - 1, to, from);
            to += dim->to;
            from += dim->from;
        }
    } else if (unit == 1) {
        line(move, to, from, 1);
    } else if (unit == 4) {
        line(move, to, from, 4);
    } else if (unit == 8) {
        line(move, to, from, 8);
    } else {
        line(move, to, from, unit);
    }
}

void nn_move_run(const nn_move *move, uint8_t *to, const uint8_t *from) {
    run_dim(move, &move->dim[move->rank - 1], to, from);
}

void nn_move_fill(uint8_t *to, uint32_t bytes, const uint8_t *element,
        uint32_t element_bytes) {
    if (element_bytes == 1) {
        memset(to, element[0], bytes);
        return;
    }
    for (uint32_t i = 0; i < bytes; i += element_bytes) {
        memcpy(to + i, element, element_bytes);
    }
}
