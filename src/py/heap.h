// SPDX-License-Identifier: MIT
// Large pieces of Python's heap.
#pragma once

#include <stddef.h>

// Memory of the heap, not cleared. MemoryError says what it was for, how many
// bytes were needed and how long the longest free piece is.
void *heap_take(const char *what, size_t bytes);

// The same, but NULL instead of an exception.
void *heap_try(size_t bytes);

// Raises the MemoryError of heap_take().
void heap_lacks(const char *what, size_t bytes);
