// SPDX-License-Identifier: MIT
// Memory for models outside Python's heap: tables that live as long as a
// model, and one arena that all models share, one inference at a time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Forgets everything: before each start of Python.
void ml_pool_reset(void);

// Memory for tables, 16-byte aligned, or NULL where no gap is wide enough.
void *ml_pool_take(size_t bytes);
void ml_pool_give(void *memory); // NULL is allowed

// The tensor memory; whoever runs a model owns it until the run ends.
void *ml_arena(void);
size_t ml_arena_bytes(void);
