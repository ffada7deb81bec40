// SPDX-License-Identifier: MIT
// A little decoding of Thumb-2 code: lengths, loads and stores.

#include "host/vcam/thumb.h"

unsigned thumb_count(const uint8_t *code, size_t bytes) {
    unsigned count = 0;
    for (size_t at = 0; at + 1 < bytes; count++) {
        at += thumb_length((uint16_t)(code[at] | code[at + 1] << 8));
    }
    return count;
}

static unsigned bits(uint32_t word, unsigned low, unsigned count) {
    return word >> low & ((1u << count) - 1);
}

static unsigned ones(unsigned list) {
    unsigned count = 0;
    for (; list; list &= list - 1) {
        count++;
    }
    return count;
}

// A5.2.4 and A5.2.5: single accesses, literal, multiple, push and pop.
static bool access16(uint32_t h, struct thumb_access *a) {
    static const uint8_t sizes[8] = {4, 2, 1, 1, 4, 2, 1, 2};
    unsigned op = bits(h, 12, 4);
    bool load = bits(h, 11, 1) != 0;
    a->store = !load;
    switch (op) {
    case 4:
        if (!load) {
            return false; // data processing
        }
        a->rn = 15;
        a->offset = (int32_t)bits(h, 0, 8) * 4;
        a->bytes = 4;
        return true;
    case 5: {
        unsigned kind = bits(h, 9, 3);
        a->rn = (int)bits(h, 3, 3);
        a->rm = (int)bits(h, 6, 3);
        a->bytes = sizes[kind];
        a->store = kind < 3;
        return true;
    }
    case 6:
    case 7:
    case 8:
        a->bytes = op == 6 ? 4 : op == 7 ? 1 : 2;
        a->rn = (int)bits(h, 3, 3);
        a->offset = (int32_t)(bits(h, 6, 5) * a->bytes);
        return true;
    case 9:
        a->rn = 13;
        a->offset = (int32_t)bits(h, 0, 8) * 4;
        a->bytes = 4;
        return true;
    case 11: {
        unsigned list = bits(h, 0, 8);
        if (bits(h, 9, 2) != 2) {
            return false;
        }
        a->rn = 13;
        a->align = 4;
        a->bytes = 4 * (ones(list) + bits(h, 8, 1));
        a->offset = load ? 0 : -(int32_t)a->bytes;
        return a->bytes != 0;
    }
    case 12:
        a->rn = (int)bits(h, 8, 3);
        a->align = 4;
        a->bytes = 4 * ones(bits(h, 0, 8));
        return a->bytes != 0;
    default:
        return false;
    }
}

// A5.3.5: LDM and STM of 32 bits.
static bool access_multiple(uint32_t first, uint32_t second,
        struct thumb_access *a) {
    unsigned mode = bits(first, 7, 2);
    if (mode != 1 && mode != 2) {
        return false;
    }
    a->rn = (int)bits(first, 0, 4);
    a->store = !bits(first, 4, 1);
    a->align = 4;
    a->bytes = 4 * ones(second);
    a->offset = mode == 2 ? -(int32_t)a->bytes : 0;
    return a->bytes != 0;
}

// A5.3.6: LDRD, STRD, exclusives and table branches.
static bool access_dual(uint32_t first, uint32_t second,
        struct thumb_access *a) {
    bool load = bits(first, 4, 1) != 0;
    a->rn = (int)bits(first, 0, 4);
    a->store = !load;
    a->align = 4;
    if (!bits(first, 8, 1) && !bits(first, 5, 1)) {
        if (!bits(first, 7, 1)) { // LDREX, STREX
            a->bytes = 4;
            a->offset = (int32_t)bits(second, 0, 8) * 4;
            return true;
        }
        switch (bits(second, 4, 4)) {
        case 0:
        case 1: // TBB, TBH
            a->rm = (int)bits(second, 0, 4);
            a->shift = bits(second, 4, 1);
            a->bytes = 1u << a->shift;
            a->align = 1;
            return load;
        case 4:
            a->bytes = 1;
            a->align = 1;
            return true;
        case 5:
            a->bytes = 2;
            a->align = 2;
            return true;
        default:
            return false;
        }
    }
    a->bytes = 8;
    if (bits(first, 8, 1)) {
        int32_t offset = (int32_t)bits(second, 0, 8) * 4;
        a->offset = bits(first, 7, 1) ? offset : -offset;
    }
    return true;
}

// A5.3.7 to A5.3.10: single loads and stores of 32 bits.
static bool access_single(uint32_t first, uint32_t second,
        struct thumb_access *a) {
    unsigned size = bits(first, 5, 2);
    if (size == 3) {
        return false;
    }
    a->rn = (int)bits(first, 0, 4);
    a->store = !bits(first, 4, 1);
    a->bytes = 1u << size;
    if (a->rn == 15) {
        int32_t offset = (int32_t)bits(second, 0, 12);
        a->offset = bits(first, 7, 1) ? offset : -offset;
        return !a->store;
    }
    if (bits(first, 7, 1)) {
        a->offset = (int32_t)bits(second, 0, 12);
        return true;
    }
    if (!bits(second, 11, 1)) {
        a->rm = (int)bits(second, 0, 4);
        a->shift = bits(second, 4, 2);
        return bits(second, 6, 5) == 0;
    }
    if (bits(second, 10, 1)) { // an index, or the unprivileged forms
        int32_t offset = (int32_t)bits(second, 0, 8);
        a->offset = bits(second, 9, 1) ? offset : -offset;
    }
    return true;
}

// A6.5: loads and stores of the FPU.
static bool access_fp(uint32_t first, uint32_t second, struct thumb_access *a) {
    unsigned op = bits(first, 4, 5);
    int32_t offset = (int32_t)bits(second, 0, 8) * 4;
    if (bits(second, 9, 3) != 5 || bits(first, 9, 1) || (op & 0x1a) == 0) {
        return false;
    }
    a->rn = (int)bits(first, 0, 4);
    a->store = !(op & 1);
    a->align = 4;
    if ((op & 0x12) == 0x10) { // VLDR, VSTR
        a->bytes = bits(second, 8, 1) ? 8 : 4;
        a->offset = op & 8 ? offset : -offset;
        return true;
    }
    a->bytes = (unsigned)offset & ~(bits(second, 8, 1) ? 7u : 3u);
    a->offset = (op & 0x1a) == 0x12 ? -offset : 0; // decrement before
    return a->bytes != 0;
}

bool thumb_access(uint32_t word, struct thumb_access *access) {
    uint32_t first = word & 0xffff;
    uint32_t second = word >> 16;
    *access = (struct thumb_access){.rm = -1, .align = 1};
    if (thumb_length((uint16_t)first) == 2) {
        return access16(first, access);
    }
    switch (first >> 9) {
    case 0x74:
        return bits(first, 6, 1) ? access_dual(first, second, access)
                                 : access_multiple(first, second, access);
    case 0x76:
    case 0x77:
        return thumb_is_fp(word) && access_fp(first, second, access);
    case 0x7c:
        return access_single(first, second, access);
    default:
        return false;
    }
}

uint32_t thumb_address(const struct thumb_access *access, const uint32_t r[16],
        uint32_t pc) {
    uint32_t base = access->rn == 15 ? (pc + 4) & ~3u : r[access->rn];
    if (access->rn == 15 && access->rm >= 0) {
        base = pc + 4; // a table branch
    }
    if (access->rm >= 0) {
        base += r[access->rm] << access->shift;
    }
    return base + (uint32_t)access->offset;
}

bool thumb_is_fp(uint32_t word) {
    // Coprocessors 10 and 11: 111x 11xx, and 101x in bits 8 to 11.
    return (word & 0xec00) == 0xec00 && bits(word >> 16, 9, 3) == 5;
}

unsigned thumb_writes(uint32_t word) {
    uint32_t h = word & 0xffff;
    if (thumb_length((uint16_t)h) == 4) {
        uint32_t second = word >> 16;
        // Rn for write-back, and every place of a destination.
        unsigned mask = 1u << bits(h, 0, 4) | 1u << bits(second, 12, 4) |
                1u << bits(second, 8, 4);
        if (h >> 9 == 0x74 && !bits(h, 6, 1)) {
            mask |= second;
        }
        return mask;
    }
    switch (h >> 12) {
    case 4:
        if (bits(h, 10, 2) == 1 && bits(h, 8, 2) != 1) {
            return 1u << (bits(h, 0, 3) | bits(h, 7, 1) << 3);
        }
        return h >> 11 == 9 ? 1u << bits(h, 8, 3) : 1u << bits(h, 0, 3);
    case 2:
    case 3:
    case 9:
    case 10:
        return 1u << bits(h, 8, 3);
    case 11:
        return bits(h, 9, 2) == 2 ? bits(h, 0, 8) | 1u << 13
                                  : 1u << 13 | 1u << bits(h, 0, 3);
    case 12:
        return bits(h, 0, 8) | 1u << bits(h, 8, 3);
    default:
        return 1u << bits(h, 0, 3);
    }
}
