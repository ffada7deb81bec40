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

// The tensor memory, and whether it is in use: a callback of a timer or a pin
// may come in the middle of an inference and want one of its own. claim: false
// where the memory is claimed already.
bool ml_arena_claim(void);
void ml_arena_release(void);
void *ml_arena(void);
size_t ml_arena_bytes(void);
