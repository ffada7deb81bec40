// SPDX-License-Identifier: MIT
// Quantises coefficients and writes them as Huffman codes (T.81 annex F.1).

#include "image/jpeg_encoder.h"

void jpeg_encode_table_init(jpeg_encode_table *table, int chroma) {
    const jpeg_codes *dc = &jpeg_standard_dc[chroma];
    const jpeg_codes *ac = &jpeg_standard_ac[chroma];
    uint32_t code = 0;
    uint32_t at = 0;
    for (uint32_t length = 1; length <= JPEG_LENGTHS; length++, code <<= 1) {
        for (uint32_t n = dc->counts[length - 1]; n > 0; n--, code++) {
            table->dc[dc->symbols[at++]] = code << 5 | length;
        }
    }
    code = 0;
    at = 0;
    for (uint32_t length = 1; length <= JPEG_LENGTHS; length++, code <<= 1) {
        for (uint32_t n = ac->counts[length - 1]; n > 0; n--, code++) {
            uint32_t symbol = ac->symbols[at++];
            table->ac[(symbol & 15) << 4 | symbol >> 4] = code << 5 | length;
        }
    }
}

// A byte of ones is followed by a zero, so that it is no marker.
static void store_byte(jpeg_writer *w, uint8_t byte) {
    if (w->end - w->at < (byte == 0xFF ? 2 : 1)) {
        w->full = true;
        return;
    }
    *w->at++ = byte;
    if (byte == 0xFF) {
        *w->at++ = 0;
    }
}

static void store_bytes(jpeg_writer *w, uint32_t word) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        store_byte(w, (uint8_t)(word >> shift));
    }
}

static inline void store(jpeg_writer *w, uint32_t word) {
    // Whether one of the bytes is 0xFF.
    bool stuffed = ((~word - 0x01010101u) & word & 0x80808080u) != 0;
    if (stuffed || w->end - w->at < 4) {
        store_bytes(w, word);
        return;
    }
    w->at[0] = (uint8_t)(word >> 24);
    w->at[1] = (uint8_t)(word >> 16);
    w->at[2] = (uint8_t)(word >> 8);
    w->at[3] = (uint8_t)word;
    w->at += 4;
}

// 1 … 31 bits.
static inline void put(jpeg_writer *w, uint32_t bits, uint32_t count) {
    w->room -= (int32_t)count;
    if (w->room >= 0) {
        w->word |= bits << w->room;
        return;
    }
    store(w, w->word | bits >> -w->room);
    w->room += 32;
    w->word = bits << w->room;
}

// A code and the value it announces: negative ones have all bits inverted.
static inline void put_value(jpeg_writer *w, uint32_t entry, int32_t value,
        uint32_t size) {
    uint32_t bits = (uint32_t)(value - (value < 0)) & ((1u << size) - 1);
    put(w, entry >> 5 << size | bits, (entry & 31) + size);
}

static inline uint32_t size_of(int32_t value) {
    uint32_t magnitude = (uint32_t)(value < 0 ? -value : value);
    return magnitude == 0 ? 0 : 32 - (uint32_t)__builtin_clz(magnitude);
}

// To the nearest number. The reciprocal has 33 fraction bits: what is shifted
// out with the upper half of the product leaves one, to round by.
static inline int32_t quantise(int32_t coefficient, int32_t reciprocal) {
    int32_t twice = (int32_t)((int64_t)coefficient * reciprocal >> 32);
    return (twice + 1) >> 1;
}

void jpeg_write_block(jpeg_writer *writer, const jpeg_encode_table *table,
        const int32_t coefficients[JPEG_BLOCK_SAMPLES],
        const int32_t reciprocals[JPEG_BLOCK_SAMPLES], int32_t *dc) {
    jpeg_writer w = *writer;
    int32_t level = quantise(coefficients[0], reciprocals[0]);
    int32_t change = level - *dc;
    uint32_t size = size_of(change);
    *dc = level;
    put_value(&w, table->dc[size], change, size);
    uint32_t run = 0;
    for (int k = 1; k < JPEG_BLOCK_SAMPLES; k++) {
        int32_t value = quantise(coefficients[jpeg_zigzag[k]], reciprocals[k]);
        if (value == 0) {
            run++;
            continue;
        }
        for (; run > 15; run -= 16) {
            put_value(&w, table->ac[15], 0, 0);
        }
        size = size_of(value);
        put_value(&w, table->ac[size << 4 | run], value, size);
        run = 0;
    }
    if (run > 0) {
        put_value(&w, table->ac[0], 0, 0);
    }
    *writer = w;
}

void jpeg_write_end(jpeg_writer *writer) {
    uint32_t word = writer->word | ((1u << writer->room) - 1u);
    for (int32_t bits = 32 - writer->room; bits > 0; bits -= 8) {
        store_byte(writer, (uint8_t)(word >> 24));
        word <<= 8;
    }
    writer->word = 0;
    writer->room = 32;
}
