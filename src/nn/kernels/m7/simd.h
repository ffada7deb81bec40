// SPDX-License-Identifier: MIT
// Instructions of the Cortex-M7 on halves and bytes of a word (Armv7-M
// Architecture Reference Manual, DDI 0403E, chapter A7), and the same in
// plain C for tests on other machines.

#ifndef NN_KERNELS_M7_SIMD_H
#define NN_KERNELS_M7_SIMD_H

#include <stdint.h>
#include <string.h>

// Four neighbouring bytes, aligned or not.
static inline uint32_t m7_load(const void *from) {
    uint32_t word;
    memcpy(&word, from, sizeof(word));
    return word;
}

static inline void m7_store(void *to, uint32_t word) {
    memcpy(to, &word, sizeof(word));
}

// Bytes 0 … count-1 alone, for the end of what may be read.
static inline uint32_t m7_load_some(const void *from, uint32_t count) {
    const uint8_t *bytes = from;
    uint32_t word = 0;
    for (uint32_t i = 0; i < count; i++) {
        word |= (uint32_t)bytes[i] << 8 * i;
    }
    return word;
}

#ifdef __ARM_FEATURE_DSP

// Halves of a plus bytes 0 and 2 of b.
static inline uint32_t m7_sxtab16(uint32_t a, uint32_t b) {
    uint32_t r;
    __asm__("sxtab16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

// Halves of a plus bytes 1 and 3 of b.
static inline uint32_t m7_sxtab16_odd(uint32_t a, uint32_t b) {
    uint32_t r;
    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

// Bytes 0 and 2, or 1 and 3, as halves.
static inline uint32_t m7_sxtb16(uint32_t b) {
    uint32_t r;
    __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(b));
    return r;
}

static inline uint32_t m7_sxtb16_odd(uint32_t b) {
    uint32_t r;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(b));
    return r;
}

// Sum plus the products of both halves.
static inline int32_t m7_smlad(uint32_t a, uint32_t b, int32_t sum) {
    int32_t r;
    __asm__("smlad %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
    return r;
}

// Sum plus the upper word of a product, rounded.
static inline int32_t m7_smmlar(int32_t a, int32_t b, int32_t sum) {
    int32_t r;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
    return r;
}

static inline int32_t m7_ssat8(int32_t x) {
    int32_t r;
    __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(x));
    return r;
}

// Both halves as the nearest numbers of 0 … 255.
static inline uint32_t m7_usat16(uint32_t x) {
    uint32_t r;
    __asm__("usat16 %0, #8, %1" : "=r"(r) : "r"(x));
    return r;
}

// Sums of bytes, kept within -128 … 127.
static inline uint32_t m7_qadd8(uint32_t a, uint32_t b) {
    uint32_t r;
    __asm__("qadd8 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

// The lower halves of a and b; the upper halves of a and b.
static inline uint32_t m7_lower(uint32_t a, uint32_t b) {
    uint32_t r;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(a), "r"(b));
    return r;
}

static inline uint32_t m7_upper(uint32_t a, uint32_t b) {
    uint32_t r;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(r) : "r"(b), "r"(a));
    return r;
}

#else

static inline uint32_t m7_halves(int32_t low, int32_t high) {
    return (uint16_t)low | (uint32_t)(uint16_t)high << 16;
}

static inline uint32_t m7_sxtab16(uint32_t a, uint32_t b) {
    return m7_halves((int16_t)a + (int8_t)b,
            (int16_t)(a >> 16) + (int8_t)(b >> 16));
}

static inline uint32_t m7_sxtab16_odd(uint32_t a, uint32_t b) {
    return m7_sxtab16(a, b >> 8);
}

static inline uint32_t m7_sxtb16(uint32_t b) {
    return m7_sxtab16(0, b);
}

static inline uint32_t m7_sxtb16_odd(uint32_t b) {
    return m7_sxtab16(0, b >> 8);
}

static inline int32_t m7_smlad(uint32_t a, uint32_t b, int32_t sum) {
    int64_t low = (int16_t)a * (int16_t)b;
    int64_t high = (int16_t)(a >> 16) * (int16_t)(b >> 16);
    return (int32_t)(uint32_t)(sum + low + high);
}

static inline int32_t m7_smmlar(int32_t a, int32_t b, int32_t sum) {
    int64_t rounded = (int64_t)a * b + ((int64_t)1 << 31);
    return (int32_t)((uint32_t)sum + (uint32_t)(rounded >> 32));
}

static inline int32_t m7_ssat8(int32_t x) {
    return x < INT8_MIN ? INT8_MIN : x > INT8_MAX ? INT8_MAX : x;
}

static inline uint32_t m7_usat16(uint32_t x) {
    int32_t low = (int16_t)x;
    int32_t high = (int16_t)(x >> 16);
    return m7_halves(low < 0          ? 0
                    : low > UINT8_MAX ? UINT8_MAX
                                      : low,
            high < 0                   ? 0
                    : high > UINT8_MAX ? UINT8_MAX
                                       : high);
}

static inline uint32_t m7_qadd8(uint32_t a, uint32_t b) {
    uint32_t sums = 0;
    for (uint32_t bit = 0; bit < 32; bit += 8) {
        int32_t sum = (int8_t)(a >> bit) + (int8_t)(b >> bit);
        sums |= (uint32_t)(uint8_t)m7_ssat8(sum) << bit;
    }
    return sums;
}

static inline uint32_t m7_lower(uint32_t a, uint32_t b) {
    return (a & 0xFFFF) | b << 16;
}

static inline uint32_t m7_upper(uint32_t a, uint32_t b) {
    return a >> 16 | (b & 0xFFFF0000);
}

#endif

// Both halves x.
static inline uint32_t m7_both(int32_t x) {
    return (uint32_t)(uint16_t)x * 0x00010001U;
}

#endif
