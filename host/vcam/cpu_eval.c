// SPDX-License-Identifier: MIT
// A look ahead at a block of code: where will its accesses go?
//
// Encodings: Armv7-M Architecture Reference Manual (DDI 0403), A5 and A7.

#include "host/vcam/cpu_eval.h"

#include <string.h>

#include "host/vcam/thumb.h"

struct eval {
    uint32_t *r;
    unsigned known; // registers, one bit each
    bool stored;    // memory may differ from what is seen now
    cpu_eval_memory *memory;
    void *context;
};

static unsigned bits(uint32_t word, unsigned low, unsigned count) {
    return word >> low & ((1u << count) - 1);
}

static bool knows(const struct eval *e, unsigned reg) {
    return e->known >> reg & 1;
}

static void put(struct eval *e, unsigned reg, bool known, uint32_t value) {
    e->r[reg] = value;
    e->known = (e->known & ~(1u << reg)) | (unsigned)known << reg;
}

// A word from memory into a register.
static void load(struct eval *e, const struct thumb_access *a, uint32_t pc,
        unsigned reg) {
    bool known = (a->rn == 15 || knows(e, (unsigned)a->rn)) &&
            (a->rm < 0 || knows(e, (unsigned)a->rm)) &&
            (a->rn == 15 || !e->stored);
    uint32_t value = 0;
    if (known) {
        const uint8_t *from =
                e->memory(e->context, thumb_address(a, e->r, pc), 4);
        if (from) {
            memcpy(&value, from, sizeof value);
        }
        known = from != NULL;
    }
    put(e, reg, known, value);
}

// A5.3.2: what a modified immediate constant stands for.
static uint32_t expand(uint32_t first, uint32_t second) {
    unsigned imm = bits(first, 10, 1) << 11 | bits(second, 12, 3) << 8 |
            bits(second, 0, 8);
    uint32_t byte = imm & 0xff;
    if (imm >> 10 == 0) {
        static const uint32_t repeat[4] = {1, 0x00010001, 0x01000100,
                0x01010101};
        return byte * repeat[imm >> 8 & 3];
    }
    unsigned turn = imm >> 7;
    uint32_t value = 0x80 | (imm & 0x7f);
    return value >> turn | value << (32 - turn);
}

static bool alu16(struct eval *e, uint32_t h) {
    unsigned d = bits(h, 0, 3);
    unsigned m = bits(h, 3, 3);
    unsigned n = bits(h, 6, 3);
    unsigned wide = bits(h, 8, 3);
    uint32_t imm = bits(h, 0, 8);
    switch (h >> 11) {
    case 0: // LSL
        put(e, d, knows(e, m), e->r[m] << bits(h, 6, 5));
        return true;
    case 1: // LSR
        put(e, d, knows(e, m) && bits(h, 6, 5), e->r[m] >> bits(h, 6, 5));
        return true;
    case 3: { // ADD and SUB of a register or three bits
        uint32_t other = bits(h, 10, 1) ? n : e->r[n];
        bool known = knows(e, m) && (bits(h, 10, 1) || knows(e, n));
        put(e, d, known, bits(h, 9, 1) ? e->r[m] - other : e->r[m] + other);
        return true;
    }
    case 4:
        put(e, wide, true, imm);
        return true;
    case 5: // CMP
        return true;
    case 6:
        put(e, wide, knows(e, wide), e->r[wide] + imm);
        return true;
    case 7:
        put(e, wide, knows(e, wide), e->r[wide] - imm);
        return true;
    case 21: // ADD from the stack pointer
        put(e, wide, knows(e, 13), e->r[13] + 4 * imm);
        return true;
    default:
        break;
    }
    unsigned high = bits(h, 7, 1) << 3 | d;
    unsigned from = bits(h, 3, 4);
    if ((h & 0xff00) == 0x4600) { // MOV
        put(e, high, knows(e, from), e->r[from]);
        return true;
    }
    if ((h & 0xff00) == 0x4400) { // ADD
        put(e, high, knows(e, high) && knows(e, from), e->r[high] + e->r[from]);
        return true;
    }
    if ((h & 0xffc0) == 0x4340) { // MUL
        put(e, d, knows(e, d) && knows(e, m), e->r[d] * e->r[m]);
        return true;
    }
    return (h & 0xff00) == 0x4500 || (h & 0xffc0) == 0x4280; // CMP
}

// Shifted registers (A5.3.11), with LSL only.
static bool shifted32(struct eval *e, uint32_t first, uint32_t second) {
    unsigned d = bits(second, 8, 4);
    unsigned n = bits(first, 0, 4);
    unsigned m = bits(second, 0, 4);
    unsigned by = bits(second, 12, 3) << 2 | bits(second, 6, 2);
    if (bits(second, 4, 2) != 0 || d == 15) {
        return false;
    }
    uint32_t value = e->r[m] << by;
    bool known = knows(e, m);
    switch (bits(first, 5, 4)) {
    case 2: // ORR, or MOV and LSL
        put(e, d, known && n == 15, value);
        return true;
    case 8:
        put(e, d, known && knows(e, n), e->r[n] + value);
        return true;
    case 13:
        put(e, d, known && knows(e, n), e->r[n] - value);
        return true;
    default:
        return false;
    }
}

static bool alu32(struct eval *e, uint32_t first, uint32_t second) {
    unsigned d = bits(second, 8, 4);
    unsigned n = bits(first, 0, 4);
    uint32_t plain = bits(first, 10, 1) << 11 | bits(second, 12, 3) << 8 |
            bits(second, 0, 8);
    if ((first & 0xfe00) == 0xea00) {
        return shifted32(e, first, second);
    }
    if ((first & 0xfff0) == 0xfb00 && bits(second, 4, 4) == 0) { // MLA, MUL
        unsigned a = bits(second, 12, 4);
        unsigned m = bits(second, 0, 4);
        bool known = knows(e, n) && knows(e, m) && (a == 15 || knows(e, a));
        put(e, d, known, e->r[n] * e->r[m] + (a == 15 ? 0 : e->r[a]));
        return true;
    }
    if ((first & 0xf800) != 0xf000 || bits(second, 15, 1) || d == 15) {
        return false;
    }
    switch (first & 0xfbf0) {
    case 0xf240: // MOVW
        put(e, d, true, n << 12 | plain);
        return true;
    case 0xf2c0: // MOVT
        put(e, d, knows(e, d), (e->r[d] & 0xffff) | (n << 12 | plain) << 16);
        return true;
    case 0xf200: // ADDW
        put(e, d, n != 15 && knows(e, n), e->r[n] + plain);
        return true;
    case 0xf2a0: // SUBW
        put(e, d, n != 15 && knows(e, n), e->r[n] - plain);
        return true;
    default:
        break;
    }
    switch (first & 0xfbe0) {
    case 0xf040: // ORR, or MOV
        put(e, d, n == 15, expand(first, second));
        return true;
    case 0xf100:
        put(e, d, knows(e, n), e->r[n] + expand(first, second));
        return true;
    case 0xf1a0:
        put(e, d, knows(e, n), e->r[n] - expand(first, second));
        return true;
    default:
        return false;
    }
}

// The effect of one instruction that is always executed.
static void follow(struct eval *e, uint32_t word, const struct thumb_access *a,
        uint32_t pc) {
    uint32_t first = word & 0xffff;
    uint32_t second = word >> 16;
    bool wide = thumb_length((uint16_t)first) == 4;
    if (!a) {
        if (!(wide ? alu32(e, first, second) : alu16(e, first))) {
            e->known &= ~thumb_writes(word);
        }
        return;
    }
    if (a->store) {
        e->stored = true;
    }
    unsigned group = first >> 11;
    bool word16 = !wide && a->align == 1 && a->bytes == 4 && !a->store;
    bool plain32 = wide && (first & 0xfff0) == 0xf8d0;
    if (word16) {
        bool low = group == 9 || group == 19;
        load(e, a, pc, low ? bits(first, 8, 3) : bits(first, 0, 3));
    } else if (plain32 && bits(second, 12, 4) != 15) {
        load(e, a, pc, bits(second, 12, 4));
    } else {
        bool store16 = !wide && a->align == 1 && a->store;
        bool fp = thumb_is_fp(word) && wide;
        bool back = bits(first, 5, 1); // VLDM and VSTM write Rn back
        if (fp && !back) {
            return;
        }
        e->known &= store16 ? e->known : ~thumb_writes(word);
    }
}

bool cpu_eval_misaligned(const uint8_t *code, uint32_t bytes, uint32_t pc,
        uint32_t r[16], cpu_eval_memory *memory, void *context, uint32_t *at_pc,
        uint32_t *address) {
    struct eval e = {.r = r,
            .known = 0x7fff,
            .memory = memory,
            .context = context};
    unsigned it = 0; // instructions left in an IT block
    for (uint32_t at = 0; at + 1 < bytes;) {
        uint32_t word = (uint32_t)code[at] | (uint32_t)code[at + 1] << 8;
        unsigned length = thumb_length((uint16_t)word);
        if (length == 4 && at + 3 < bytes) {
            word |= (uint32_t)code[at + 2] << 16 | (uint32_t)code[at + 3] << 24;
        }
        struct thumb_access a;
        bool access = thumb_access(word, &a);
        bool known = access && it == 0 && a.align == 4 && a.rn != 15 &&
                a.rm < 0 && knows(&e, (unsigned)a.rn);
        if (known) {
            *address = thumb_address(&a, r, pc + at);
            if (*address & 3) {
                *at_pc = pc + at;
                return true;
            }
        }
        if ((word & 0xff00) == 0xbf00 && (word & 0xf)) {
            // One instruction for each place up to the lowest set bit.
            it = word & 1 ? 4 : word & 2 ? 3 : word & 4 ? 2 : 1;
        } else if (it) {
            it--;
            e.known &= ~thumb_writes(word);
            e.stored = true;
        } else {
            follow(&e, word, access ? &a : NULL, pc + at);
        }
        at += length;
    }
    return false;
}
