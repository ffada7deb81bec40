// SPDX-License-Identifier: MIT
// Copies boxes of up to six dimensions between arrays of any strides.

#include "nn/kernels/move.h"

#include <assert.h>
#include <string.h>

void nn_move_start(nn_move *move, uint32_t element_bytes) {
    move->unit = element_bytes;
    move->rank = 0;
}

void nn_move_dim(nn_move *move, int32_t count, int64_t to, int64_t from) {
    if (count == 1) {
        return; // its steps, however wild, are never taken
    }
    if (move->rank == 0 && to == move->unit && from == move->unit) {
        move->unit *= (uint32_t)count;
        return;
    }
    if (move->rank > 0) {
        int64_t inner = move->dim[move->rank - 1].count;
        if (to == inner * move->dim[move->rank - 1].to &&
                from == inner * move->dim[move->rank - 1].from) {
            move->dim[move->rank - 1].count *= count;
            return;
        }
    }
    assert(move->rank < NN_MAX_RANK);
    move->dim[move->rank].count = count;
    move->dim[move->rank].to = (int32_t)to;
    move->dim[move->rank].from = (int32_t)from;
    move->rank++;
}

// Where the caller knows the unit, this becomes plain loads and stores.
static inline void line(uint8_t *to, int32_t to_step, const uint8_t *from,
        int32_t from_step, int32_t count, uint32_t unit) {
    for (; count > 0; count--) {
        memcpy(to, from, unit);
        to += to_step;
        from += from_step;
    }
}

static void any_line(uint8_t *to, int32_t to_step, const uint8_t *from,
        int32_t from_step, int32_t count, uint32_t unit) {
    switch (unit) {
    case 1:
        line(to, to_step, from, from_step, count, 1);
        break;
    case 2:
        line(to, to_step, from, from_step, count, 2);
        break;
    case 4:
        line(to, to_step, from, from_step, count, 4);
        break;
    case 8:
        line(to, to_step, from, from_step, count, 8);
        break;
    default:
        line(to, to_step, from, from_step, count, unit);
        break;
    }
}

void nn_move_run(const nn_move *move, uint8_t *to, const uint8_t *from) {
    if (move->rank == 0) {
        memcpy(to, from, move->unit);
        return;
    }
    int32_t at[NN_MAX_RANK] = {0};
    for (;;) {
        any_line(to, move->dim[0].to, from, move->dim[0].from,
                move->dim[0].count, move->unit);
        uint32_t d = 1;
        while (d < move->rank && at[d] == move->dim[d].count - 1) {
            to -= (ptrdiff_t)at[d] * move->dim[d].to;
            from -= (ptrdiff_t)at[d] * move->dim[d].from;
            at[d] = 0;
            d++;
        }
        if (d == move->rank) {
            return;
        }
        at[d]++;
        to += move->dim[d].to;
        from += move->dim[d].from;
    }
}
