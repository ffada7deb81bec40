// SPDX-License-Identifier: MIT
// Memory for models outside Python's heap.

#include "src/py/ml_pool.h"

#include "memory.h"
#include "nn/graph.h"

// A piece in use. Pieces hang together in the order of their addresses.
typedef struct piece {
    struct piece *next;
    uint32_t bytes;     // with this head
    uint32_t unused[2]; // what follows is aligned like the head
} piece;

_Static_assert(sizeof(piece) == NN_ALIGN, "tables must stay aligned");

static piece *first;
static bool claimed;

static uint8_t *pool_start(void) {
    return (uint8_t *)(uintptr_t)MEM_TABLES_ADDR;
}

static uint8_t *pool_end(void) {
    return pool_start() + MEM_TABLES_BYTES;
}

void ml_pool_reset(void) {
    first = NULL;
    claimed = false;
}

void *ml_pool_take(size_t bytes) {
    if (bytes > MEM_TABLES_BYTES) {
        return NULL;
    }
    uint32_t need = sizeof(piece) + ((bytes + NN_ALIGN - 1) & ~(NN_ALIGN - 1U));
    uint8_t *gap = pool_start();
    piece **link = &first;
    for (;; link = &(*link)->next) {
        uint8_t *end = *link != NULL ? (uint8_t *)*link : pool_end();
        if ((size_t)(end - gap) >= need) {
            break;
        }
        if (*link == NULL) {
            return NULL;
        }
        gap = end + (*link)->bytes;
    }
    piece *taken = (piece *)(void *)gap;
    *taken = (piece){.next = *link, .bytes = need};
    *link = taken;
    return taken + 1;
}

void ml_pool_give(void *memory) {
    for (piece **link = &first; *link != NULL; link = &(*link)->next) {
        if ((void *)(*link + 1) == memory) {
            *link = (*link)->next;
            return;
        }
    }
}

bool ml_arena_claim(void) {
    bool was = claimed;
    claimed = true;
    return !was;
}

void ml_arena_release(void) {
    claimed = false;
}

void *ml_arena(void) {
    return (void *)(uintptr_t)MEM_ARENA_ADDR;
}

size_t ml_arena_bytes(void) {
    return MEM_ARENA_BYTES;
}
