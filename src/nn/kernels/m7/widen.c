// SPDX-License-Identifier: MIT
// Bytes of two or three pixels become halves in turns.

#include "nn/kernels/m7/widen.h"

#include "nn/kernels/m7/simd.h"

#ifdef __ARM_FEATURE_DSP

// Two words of each pixel a turn; where their number is odd, the first turn is
// entered in its middle. r0, r4, r5 where the pixels are read, r1 from the end
// of a group's to the next group's, r2 one more than the words of a pixel, r3
// where halves go, r6 groups, lr turns.
#define PLACES_2       \
    "add r4, r0, r1\n" \
    "lsl r1, r1, #1\n"
#define PLACES_3       \
    "add r4, r0, r1\n" \
    "add r5, r4, r1\n" \
    "add r1, r1, r1, lsl #1\n"
#define NEXT_2         \
    "add r0, r0, r1\n" \
    "add r4, r4, r1\n"
#define NEXT_3 NEXT_2 "add r5, r5, r1\n"
#define WIDEN(places, word, next)                        \
    "push {r4-r11, lr}\n"                                \
    "ldr r6, [sp, #36]\n"                                \
    "add r2, r2, #3\n"                                   \
    "lsr r2, r2, #2\n" places "sub r1, r1, r2, lsl #2\n" \
    "add r2, r2, #1\n"                                   \
    "1:\n"                                               \
    "lsrs lr, r2, #1\n"                                  \
    "bcc.w 3f\n"                                         \
    "2:\n" word "3:\n" word "subs lr, lr, #1\n"          \
    "bne.w 2b\n"                                         \
    "ldr r7, [sp, #40]\n"                                \
    "add r3, r3, r7\n" next "subs r6, r6, #1\n"          \
    "bne.w 1b\n"                                         \
    "pop {r4-r11, pc}\n"
#define WORD_2                  \
    "ldr r9, [r0], #4\n"        \
    "ldr r10, [r4], #4\n"       \
    "sxtb16 r7, r9\n"           \
    "sxtb16 r8, r10\n"          \
    "sxtb16 r9, r9, ror #8\n"   \
    "sxtb16 r10, r10, ror #8\n" \
    "stm r3!, {r7-r10}\n"
#define WORD_3                  \
    "ldr r10, [r0], #4\n"       \
    "ldr r11, [r4], #4\n"       \
    "ldr r12, [r5], #4\n"       \
    "sxtb16 r7, r10\n"          \
    "sxtb16 r8, r11\n"          \
    "sxtb16 r9, r12\n"          \
    "sxtb16 r10, r10, ror #8\n" \
    "sxtb16 r11, r11, ror #8\n" \
    "sxtb16 r12, r12, ror #8\n" \
    "stm r3!, {r7-r12}\n"

#define UNUSED __attribute__((unused))

__attribute__((naked, noinline)) void m7_widen_2(const int8_t *from UNUSED,
        uint32_t apart UNUSED, uint32_t bytes UNUSED, uint32_t *to UNUSED,
        uint32_t groups UNUSED, uint32_t gap UNUSED) {
    __asm__ volatile(WIDEN(PLACES_2, WORD_2, NEXT_2));
}

__attribute__((naked, noinline)) void m7_widen_3(const int8_t *from UNUSED,
        uint32_t apart UNUSED, uint32_t bytes UNUSED, uint32_t *to UNUSED,
        uint32_t groups UNUSED, uint32_t gap UNUSED) {
    __asm__ volatile(WIDEN(PLACES_3, WORD_3, NEXT_3));
}

#else

static void widen(const int8_t *from, uint32_t apart, uint32_t bytes,
        uint32_t *to, uint32_t groups, uint32_t gap, uint32_t size) {
    for (uint32_t g = 0; g < groups; g++) {
        for (uint32_t i = 0; i < bytes; i += 4, to += 2 * (size_t)size) {
            for (uint32_t k = 0; k < size; k++) {
                uint32_t word = m7_load(from + (size_t)k * apart + i);
                to[k] = m7_sxtb16(word);
                to[size + k] = m7_sxtb16_odd(word);
            }
        }
        from += (size_t)size * apart;
        to += gap / sizeof(*to);
    }
}

void m7_widen_2(const int8_t *from, uint32_t apart, uint32_t bytes,
        uint32_t *to, uint32_t groups, uint32_t gap) {
    widen(from, apart, bytes, to, groups, gap, 2);
}

void m7_widen_3(const int8_t *from, uint32_t apart, uint32_t bytes,
        uint32_t *to, uint32_t groups, uint32_t gap) {
    widen(from, apart, bytes, to, groups, gap, 3);
}

#endif
