// SPDX-License-Identifier: MIT
// What is known of a block of code before it runs: how many instructions it
// has, whether it uses the FPU, and which of its accesses must be aligned.
#ifndef HOST_VCAM_CPU_BLOCK_H
#define HOST_VCAM_CPU_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// An access whose address is a register's value at the block's start plus a
// constant: its alignment can be checked before the block runs.
struct cpu_aligned {
    uint32_t pc;
    uint8_t rn;
    int32_t offset;
};

enum { CPU_ALIGNED_MAX = 6 };

struct cpu_block {
    uint32_t pc;
    uint16_t bytes, count;
    uint16_t checksum; // of code that may change
    uint8_t aligned;
    bool fp;
    bool puzzle; // an access whose base the block computes itself
    uint32_t runs;
    uint32_t fp_pc;
    struct cpu_aligned access[CPU_ALIGNED_MAX];
};

// What every run of a block needs, kept small: a block that needs no more
// looks is counted from here.
struct cpu_block_brief {
    uint32_t pc;
    uint16_t bytes, count;
    uint8_t care; // CPU_CARE_ bits
};

enum {
    CPU_CARE_FP = 1,
    CPU_CARE_ALIGN = 2,
    CPU_CARE_CODE = 4,
    CPU_CARE_PROFILE = 8 // of every block
};

enum { CPU_BLOCK_BITS = 14 };

struct cpu_block_cache {
    struct cpu_block_brief brief[1 << CPU_BLOCK_BITS];
    struct cpu_block block[1 << CPU_BLOCK_BITS];
    bool seen[1 << 13]; // pages of fixed code, modulo the table's size
};

static inline uint32_t cpu_block_hash(uint32_t pc) {
    return (pc >> 1 ^ pc >> 14) & ((1u << CPU_BLOCK_BITS) - 1);
}

struct cpu_block_cache *cpu_block_cache_new(void);
void cpu_block_cache_free(struct cpu_block_cache *cache);
// Forgets what lies in a range of fixed code that has changed; false when
// no block of it has been seen.
bool cpu_block_cache_clear(struct cpu_block_cache *cache, uint32_t address,
        size_t size);

// The block of `bytes` bytes of `code` at `pc`. `fixed` says that the code
// cannot have changed since the cache was cleared.
struct cpu_block *cpu_block_find(struct cpu_block_cache *cache, uint32_t pc,
        const uint8_t *code, uint32_t bytes, bool fixed);

#endif
