// SPDX-License-Identifier: MIT
// Bytes of two or three pixels become halves in turns.

#include "nn/kernels/m7/widen.h"

#include "nn/kernels/m7/simd.h"

#ifdef __ARM_FEATURE_DSP

// r0, r4, r5 where the pixels are read, lr where the first one ends, r6
// groups.
#define WIDEN(third, load, lower, lower_set, upper, upper_set, next) \
    "push {r4-r11, lr}\n"                                            \
    "ldr r6, [sp, #36]\n"                                            \
    "add r2, r2, #3\n"                                               \
    "bic r2, r2, #3\n"                                               \
    "1:\n"                                                           \
    "add lr, r0, r2\n"                                               \
    "add r4, r0, r1\n" third "2:\n"                                  \
    "ldr r7, [r0], #4\n"                                             \
    "ldr r8, [r4], #4\n" load "sxtb16 r10, r7\n"                     \
    "sxtb16 r11, r8\n" lower "stm r3!, {" lower_set "}\n"            \
    "sxtb16 r7, r7, ror #8\n"                                        \
    "sxtb16 r8, r8, ror #8\n" upper "stm r3!, {" upper_set "}\n"     \
    "cmp r0, lr\n"                                                   \
    "bne.w 2b\n"                                                     \
    "sub r0, r0, r2\n"                                               \
    "add r0, r0, r1, lsl #1\n" next "subs r6, r6, #1\n"              \
    "bne.w 1b\n"                                                     \
    "mov r0, r3\n"                                                   \
    "pop {r4-r11, pc}\n"

__attribute__((naked, noinline)) uint32_t *m7_widen_2(const int8_t *from
        __attribute__((unused)),
        uint32_t apart __attribute__((unused)),
        uint32_t bytes __attribute__((unused)),
        uint32_t *to __attribute__((unused)),
        uint32_t groups __attribute__((unused))) {
    __asm__ volatile(WIDEN("", "", "", "r10, r11", "", "r7, r8", ""));
}

__attribute__((naked, noinline)) uint32_t *m7_widen_3(const int8_t *from
        __attribute__((unused)),
        uint32_t apart __attribute__((unused)),
        uint32_t bytes __attribute__((unused)),
        uint32_t *to __attribute__((unused)),
        uint32_t groups __attribute__((unused))) {
    __asm__ volatile(WIDEN("add r5, r4, r1\n", "ldr r9, [r5], #4\n",
            "sxtb16 r12, r9\n", "r10, r11, r12", "sxtb16 r9, r9, ror #8\n",
            "r7, r8, r9", "add r0, r0, r1\n"));
}

#else

static uint32_t *widen(const int8_t *from, uint32_t apart, uint32_t bytes,
        uint32_t *to, uint32_t groups, uint32_t size) {
    for (uint32_t g = 0; g < groups; g++) {
        for (uint32_t i = 0; i < bytes; i += 4, to += 2 * (size_t)size) {
            for (uint32_t k = 0; k < size; k++) {
                uint32_t word = m7_load(from + (size_t)k * apart + i);
                to[k] = m7_sxtb16(word);
                to[size + k] = m7_sxtb16_odd(word);
            }
        }
        from += (size_t)size * apart;
    }
    return to;
}

uint32_t *m7_widen_2(const int8_t *from, uint32_t apart, uint32_t bytes,
        uint32_t *to, uint32_t groups) {
    return widen(from, apart, bytes, to, groups, 2);
}

uint32_t *m7_widen_3(const int8_t *from, uint32_t apart, uint32_t bytes,
        uint32_t *to, uint32_t groups) {
    return widen(from, apart, bytes, to, groups, 3);
}

#endif
