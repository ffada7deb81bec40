// SPDX-License-Identifier: MIT
// A little decoding of Thumb-2 code: lengths, loads and stores.
//
// Source of the encodings: Armv7-M Architecture Reference Manual (DDI 0403),
// chapters A5 (encoding tables) and A7 (instructions).
#ifndef HOST_VCAM_THUMB_H
#define HOST_VCAM_THUMB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes of an instruction, 2 or 4, from its first halfword.
static inline unsigned thumb_length(uint16_t first) {
    return first >> 11 >= 0x1du ? 4 : 2;
}

// How many instructions `bytes` of code hold.
unsigned thumb_count(const uint8_t *code, size_t bytes);

// A load or store: `bytes` from base register plus offset, base being `rn`
// (15 for the literal pool, with `offset` from the aligned pc) and, when
// `rm` is not negative, the index register shifted left by `shift`.
struct thumb_access {
    int rn, rm;
    unsigned shift;
    int32_t offset;
    unsigned bytes;
    unsigned align; // 1 when hardware takes any address, or 4
    bool store;
};

// What the instruction in `word` (first halfword in the low half) accesses;
// false when it is neither a load nor a store.
bool thumb_access(uint32_t word, struct thumb_access *access);

// The first byte accessed by an instruction at `pc` with these registers.
uint32_t thumb_address(const struct thumb_access *access, const uint32_t r[16],
        uint32_t pc);

// True for instructions of the FPU.
bool thumb_is_fp(uint32_t word);

// Registers that the instruction may change, at least those it does change,
// one bit a register. Branches count as changing the pc only.
unsigned thumb_writes(uint32_t word);

#endif
