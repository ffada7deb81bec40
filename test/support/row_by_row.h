// SPDX-License-Identifier: MIT
// Runs one operator as a streamed section does, with no row more than it asks
// for.

#ifndef ROW_BY_ROW_H
#define ROW_BY_ROW_H

#include <stddef.h>

// For models of one row-local operator (folded ones aside), others pass: makes
// one output row at a time from rings that hold the rows which the operator
// says it reads, and fails the test unless the rows are those of right, the
// bytes of output 0. inputs[k] are the bytes of the model's input k.
void check_row_by_row(const void *file, size_t bytes, const void *const *inputs,
        const void *right);

#endif
