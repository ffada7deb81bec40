// SPDX-License-Identifier: MIT
// Bits to coefficients (T.81 annex F.2).

#include <string.h>

#include "image/jpeg_decoder.h"

bool jpeg_decode_table_init(jpeg_decode_table *table, const jpeg_codes *codes) {
    uint32_t code = 0;
    uint32_t at = 0;
    memset(table->fast, 0, sizeof table->fast);
    table->symbols = codes->symbols;
    for (uint32_t length = 1; length <= JPEG_LENGTHS; length++, code <<= 1) {
        table->offset[length] = (int32_t)at - (int32_t)code;
        uint32_t count = codes->counts[length - 1];
        for (uint32_t n = 0; n < count; n++, code++, at++) {
            if (code >> length != 0) {
                return false;
            }
            if (length > JPEG_FAST_BITS) {
                continue;
            }
            uint32_t spare = JPEG_FAST_BITS - length;
            for (uint32_t rest = 0; rest < 1u << spare; rest++) {
                table->fast[code << spare | rest] =
                        (uint16_t)(length << 8 | codes->symbols[at]);
            }
        }
        table->limit[length] = code << (JPEG_LENGTHS - length);
    }
    return true;
}

void jpeg_reader_init(jpeg_reader *reader, const uint8_t *at,
        const uint8_t *end) {
    *reader = (jpeg_reader){.at = at, .end = end};
}

// The next byte of the scan, without what was stuffed in; -1 at a marker.
static int next_byte(jpeg_reader *r) {
    if (r->at == r->end) {
        return -1;
    }
    if (*r->at != 0xFF) {
        return *r->at++;
    }
    if (r->end - r->at < 2 || r->at[1] != 0) {
        return -1;
    }
    r->at += 2;
    return 0xFF;
}

// At least 25 bits, zeros behind the end.
static void fill(jpeg_reader *r) {
    while (r->count <= 24) {
        int byte = next_byte(r);
        if (byte < 0) {
            byte = 0;
            r->made += 8;
        }
        r->bits |= (uint32_t)byte << (24 - r->count);
        r->count += 8;
    }
}

static inline void skip(jpeg_reader *r, uint32_t count) {
    r->bits <<= count;
    r->count -= (int32_t)count;
}

// The symbol of the next code, or -1. Leaves at least 9 bits.
static inline int symbol(jpeg_reader *r, const jpeg_decode_table *table) {
    if (r->count < 16) {
        fill(r);
    }
    uint32_t entry = table->fast[r->bits >> (32 - JPEG_FAST_BITS)];
    if (entry != 0) {
        skip(r, entry >> 8);
        return entry & 255;
    }
    uint32_t code = r->bits >> 16;
    for (uint32_t length = JPEG_FAST_BITS + 1; length <= JPEG_LENGTHS;
            length++) {
        if (code < table->limit[length]) {
            skip(r, length);
            return table->symbols[(int32_t)(code >> (16 - length)) +
                    table->offset[length]];
        }
    }
    return -1;
}

// 1 … 16 bits as the value they stand for (T.81 F.2.2.1).
static inline int32_t value(jpeg_reader *r, uint32_t size) {
    if (r->count < 16) {
        fill(r);
    }
    int32_t bits = (int32_t)(r->bits >> (32 - size));
    // Those that begin with 0 are negative.
    int32_t low = (int32_t)r->bits < 0 ? 0 : 1 - (1 << size);
    skip(r, size);
    return bits + low;
}

// No picture has larger ones, and the transform's sums stay within 32 bits.
static inline int16_t limit(int32_t x) {
    return (int16_t)(x < -16384 ? -16384 : x > 16383 ? 16383 : x);
}

bool jpeg_read_block(jpeg_reader *reader, const jpeg_decode_table *dc_table,
        const jpeg_decode_table *ac_table,
        const uint16_t steps[JPEG_BLOCK_SAMPLES], int32_t *dc,
        int16_t coefficients[JPEG_BLOCK_SAMPLES], int *last) {
    jpeg_reader r = *reader;
    memset(coefficients, 0, JPEG_BLOCK_SAMPLES * sizeof *coefficients);
    int size = symbol(&r, dc_table);
    if (size < 0 || size > 11) {
        return false;
    }
    int32_t level = *dc + (size > 0 ? value(&r, (uint32_t)size) : 0);
    // The standard's range; also keeps the sum from running away.
    if (level < -32768 || level > 32767) {
        return false;
    }
    *dc = level;
    coefficients[0] = limit(level * steps[0]);
    *last = 0;
    for (int k = 1; k < JPEG_BLOCK_SAMPLES; k++) {
        int run = symbol(&r, ac_table);
        if (run < 0) {
            return false;
        }
        size = run & 15;
        run >>= 4;
        if (size == 0) {
            if (run != 15) {
                break;
            }
            k += 15;
            continue;
        }
        k += run;
        if (k >= JPEG_BLOCK_SAMPLES) {
            return false;
        }
        coefficients[jpeg_zigzag[k]] =
                limit(value(&r, (uint32_t)size) * steps[k]);
        *last = k;
    }
    *reader = r;
    return r.count >= r.made;
}

bool jpeg_read_restart(jpeg_reader *reader, uint32_t n) {
    jpeg_reader *r = reader;
    // What is read ahead is only what fills the last byte.
    if (r->made == 0 && r->count >= 8) {
        return false;
    }
    while (r->end - r->at >= 2 && r->at[0] == 0xFF && r->at[1] == 0xFF) {
        r->at++;
    }
    if (r->end - r->at < 2 || r->at[0] != 0xFF ||
            r->at[1] != JPEG_RST0 + (n & 7)) {
        return false;
    }
    jpeg_reader_init(r, r->at + 2, r->end);
    return true;
}
