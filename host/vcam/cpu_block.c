// SPDX-License-Identifier: MIT
// What is known of a block of code before it runs.

#include "host/vcam/cpu_block.h"

#include <stdlib.h>
#include <string.h>

#include "host/vcam/thumb.h"

enum { PAGE_BITS = 10, PAGES = 1 << 13 };

struct cpu_block_cache *cpu_block_cache_new(void) {
    return calloc(1, sizeof(struct cpu_block_cache));
}

void cpu_block_cache_free(struct cpu_block_cache *cache) {
    free(cache);
}

bool cpu_block_cache_clear(struct cpu_block_cache *cache, uint32_t address,
        size_t size) {
    bool seen = false;
    uint32_t last = (uint32_t)((address + size - 1) >> PAGE_BITS);
    for (uint32_t page = address >> PAGE_BITS; page <= last; page++) {
        seen |= cache->seen[page % PAGES];
    }
    if (seen) {
        memset(cache, 0, sizeof *cache);
    }
    return seen;
}

static uint32_t word_at(const uint8_t *code, uint32_t left) {
    uint32_t word = (uint32_t)code[0] | (uint32_t)code[1] << 8;
    if (left >= 4) {
        word |= (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24;
    }
    return word;
}

static uint16_t sum(const uint8_t *code, uint32_t bytes) {
    uint32_t total = bytes;
    for (uint32_t i = 0; i + 1 < bytes; i += 2) {
        total = total * 31 + (uint32_t)(code[i] | code[i + 1] << 8);
    }
    return (uint16_t)(total ^ total >> 16);
}

static void note_access(struct cpu_block *block, uint32_t pc, uint32_t word,
        unsigned changed) {
    struct thumb_access a;
    if (!thumb_access(word, &a) || a.align != 4 || a.rn == 15 || a.rm >= 0) {
        return;
    }
    // The stack pointer is aligned by construction.
    if (a.rn == 13) {
        return;
    }
    if ((changed >> a.rn & 1) || block->aligned == CPU_ALIGNED_MAX) {
        block->puzzle = true;
        return;
    }
    block->access[block->aligned++] = (struct cpu_aligned){.pc = pc,
            .rn = (uint8_t)a.rn,
            .offset = a.offset};
}

static void analyse(struct cpu_block *block, const uint8_t *code) {
    unsigned changed = 0;
    bool conditional = false;
    for (uint32_t at = 0; at + 1 < block->bytes; block->count++) {
        uint32_t word = word_at(code + at, block->bytes - at);
        uint32_t pc = block->pc + at;
        if (thumb_is_fp(word) && thumb_length((uint16_t)word) == 4 &&
                !block->fp) {
            block->fp = true;
            block->fp_pc = pc;
        }
        // What an IT may skip is not looked at.
        conditional |= (word & 0xff00) == 0xbf00 && (word & 0xf) != 0;
        if (!conditional) {
            note_access(block, pc, word, changed);
        }
        changed |= thumb_writes(word);
        at += thumb_length((uint16_t)word);
    }
}

struct cpu_block *cpu_block_find(struct cpu_block_cache *cache, uint32_t pc,
        const uint8_t *code, uint32_t bytes, bool fixed) {
    uint32_t hash = cpu_block_hash(pc);
    struct cpu_block *block = &cache->block[hash];
    uint16_t checksum = fixed ? 0 : sum(code, bytes);
    if (block->pc == pc && block->bytes == bytes && bytes != 0 &&
            block->checksum == checksum) {
        return block;
    }
    *block = (struct cpu_block){.pc = pc,
            .bytes = (uint16_t)bytes,
            .checksum = checksum};
    analyse(block, code);
    cache->brief[hash] = (struct cpu_block_brief){.pc = pc,
            .bytes = block->bytes,
            .count = block->count,
            .care = (uint8_t)(CPU_CARE_PROFILE | (block->fp ? CPU_CARE_FP : 0) |
                    (block->aligned || block->puzzle ? CPU_CARE_ALIGN : 0) |
                    (fixed ? 0 : CPU_CARE_CODE))};
    if (fixed) {
        cache->seen[(pc >> PAGE_BITS) % PAGES] = true;
        cache->seen[((pc + bytes - 1) >> PAGE_BITS) % PAGES] = true;
    }
    return block;
}
