// SPDX-License-Identifier: MIT
// Numbers that look random and are the same on every machine.

#ifndef RANDOM_H
#define RANDOM_H

#include <stddef.h>
#include <stdint.h>

// Any start but 0 (xorshift64*, Vigna 2016).
typedef struct random_source {
    uint64_t state;
} random_source;

static inline random_source random_from(uint64_t seed) {
    return (random_source){(seed + 1) * 0x9E3779B97F4A7C15u | 1};
}

static inline uint32_t random_bits(random_source *r) {
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return (uint32_t)((r->state * 0x2545F4914F6CDD1Du) >> 32);
}

// low … high, both included.
static inline int32_t random_in(random_source *r, int32_t low, int32_t high) {
    uint32_t span = (uint32_t)(high - low) + 1;
    return low + (int32_t)(span == 0 ? random_bits(r) : random_bits(r) % span);
}

// Once in n times.
static inline int random_once_in(random_source *r, uint32_t n) {
    return random_bits(r) % n == 0;
}

static inline float random_float(random_source *r, float low, float high) {
    return low + (high - low) * (float)(random_bits(r) >> 8) / (float)(1 << 24);
}

static inline void random_fill(random_source *r, void *memory, size_t bytes) {
    uint8_t *at = memory;
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(random_bits(r) >> 24);
    }
}

#endif
