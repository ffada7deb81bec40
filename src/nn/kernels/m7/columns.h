// SPDX-License-Identifier: MIT
// Columns of four channels of the image, a channel after the other.

#ifndef NN_KERNELS_M7_COLUMNS_H
#define NN_KERNELS_M7_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

// Assembly knows the places of the fields.
typedef struct m7_columns {
    const int8_t *first;  // four channels of the first column, kernel row i
    const int8_t *second; // i + 1
    uint32_t first_step;  // bytes between columns, or 0
    uint32_t second_step;
    uint32_t *to[4];
    uint32_t *end; // of to[0]: two columns away from it, or four, …
} m7_columns;

// A word of each channel holds it in both rows.
void m7_columns_pairs(const m7_columns *c);
// The first row alone: channels 0 and 2 to to[0], 1 and 3 to to[1].
void m7_columns_singles(const m7_columns *c);

// Words between the columns of two channels: what assembly can reach.
enum { M7_COLUMNS_PITCH = 51 };

// Columns of three rows.
typedef struct m7_columns_rows {
    const int8_t *row[3]; // four channels of the first column
    uint32_t step[3];     // bytes between columns, or 0
    uint32_t *to;
    uint32_t *end; // of to: two columns away from it, or four, …
} m7_columns_rows;

// The first two rows as of m7_columns_pairs(), and behind them the third as of
// m7_columns_singles().
void m7_columns_3x3(const m7_columns_rows *c);

#endif
