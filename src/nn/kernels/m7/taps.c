// SPDX-License-Identifier: MIT
// Three by three taps of one channel for groups of neighbouring pixels.

#include "nn/kernels/m7/taps.h"

#ifdef __ARM_FEATURE_DSP

_Static_assert(offsetof(m7_taps, bias) == 12, "taps");
_Static_assert(offsetof(m7_taps, scale) == 28, "taps");
_Static_assert(offsetof(m7_taps, stride) == 40, "taps");
_Static_assert(offsetof(m7_taps, pairs) == 48, "taps");
_Static_assert(offsetof(m7_taps, groups) == 56, "taps");

// r0 … r2 weights, r4 … r9 columns, sums in r10, r11, r12 and r3, which is the
// bias before.
#define FOUR(weight, a, b, c, d, s0, s1, s2, s3) \
    "smlad r10, " a ", " weight ", " s0 "\n"     \
    "smlad r11, " b ", " weight ", " s1 "\n"     \
    "smlad r12, " c ", " weight ", " s2 "\n"     \
    "smlad r3, " d ", " weight ", " s3 "\n"
#define TWO(weight, a, b, s0)                \
    "smlad r10, " a ", " weight ", " s0 "\n" \
    "smlad r3, " b ", " weight ", r3\n"

// A doubled sum becomes an int8 number, see m7_apply().
#define FINISH(sum, place)           \
    "smmlar r9, " sum ", r0, r1\n"   \
    "add r9, r9, " sum ", asr #31\n" \
    "asr r9, r9, r2\n"               \
    "ssat r9, #8, r9\n"              \
    "strb.w r9, [r5" place "]\n"

#define TAPS(first, second, finish)                                         \
    "push {r4-r11, lr}\n"                                                   \
    "push {r0}\n"                                                           \
    "1:\n"                                                                  \
    "ldr r12, [sp]\n"                                                       \
    "ldr lr, [r12, #48]\n"                                                  \
    "ldm r12, {r0, r1, r2, r3}\n"                                           \
    "ldm lr, {r4, r5, r6, r7, r8, r9}\n" first "ldr lr, [sp]\n"             \
    "ldr r4, [lr, #52]\n"                                                   \
    "add lr, lr, #16\n"                                                     \
    "ldm lr!, {r0, r1, r2}\n"                                               \
    "ldm r4, {r4, r5, r6, r7, r8, r9}\n" second                             \
    "ldm lr, {r0, r1, r2, r4, r5, r6, r7, r8}\n" finish "add r6, r6, #16\n" \
    "add r7, r7, #16\n"                                                     \
    "add lr, lr, #16\n"                                                     \
    "subs r8, r8, #1\n"                                                     \
    "stm lr, {r5, r6, r7, r8}\n"                                            \
    "bne.w 1b\n"                                                            \
    "pop {r0}\n"                                                            \
    "pop {r4-r11, pc}\n"

__attribute__((naked, noinline)) void m7_taps_4(
        m7_taps *t __attribute__((unused))) {
    __asm__ volatile(TAPS(FOUR("r0", "r4", "r5", "r6", "r7", "r3", "r3", "r3",
                                  "r3") FOUR("r1", "r5", "r6", "r7", "r8",
                                  "r10", "r11", "r12", "r3") FOUR("r2", "r6",
                                  "r7", "r8", "r9", "r10", "r11", "r12", "r3"),
            FOUR("r0", "r4", "r5", "r6", "r7", "r10", "r11", "r12", "r3")
                    FOUR("r1", "r5", "r6", "r7", "r8", "r10", "r11", "r12",
                            "r3") FOUR("r2", "r6", "r7", "r8", "r9", "r10",
                            "r11", "r12", "r3"),
            FINISH("r10", "") FINISH("r11", ", r4") FINISH("r12",
                    ", r4, lsl #1") "add r5, r5, r4, lsl #1\n"
                                    "add r5, r5, r4\n" FINISH("r3",
                                            "") "add r5, r5, r4\n"));
}

__attribute__((naked, noinline)) void m7_taps_2(
        m7_taps *t __attribute__((unused))) {
    __asm__ volatile(TAPS(TWO("r0", "r4", "r6", "r3") TWO("r1", "r5", "r7",
                                  "r10") TWO("r2", "r6", "r8", "r10"),
            TWO("r0", "r4", "r6", "r10") TWO("r1", "r5", "r7", "r10")
                    TWO("r2", "r6", "r8", "r10"),
            FINISH("r10", "") FINISH("r3", ", r4") "add r5, r5, r4, lsl #1\n"));
}

#else

static void taps(m7_taps *t, uint32_t pixels, uint32_t step) {
    for (; t->groups > 0; t->groups--) {
        for (uint32_t i = 0; i < pixels; i++) {
            int32_t sum = t->bias;
            for (uint32_t k = 0; k < 3; k++) {
                sum = m7_smlad(t->pairs[i * step + k], t->pair[k], sum);
                sum = m7_smlad(t->singles[i * step + k], t->single[k], sum);
            }
            t->out[(size_t)i * t->stride] = m7_apply(sum, t->scale);
        }
        t->pairs += (size_t)pixels * step;
        t->singles += (size_t)pixels * step;
        t->out += (size_t)pixels * t->stride;
    }
}

void m7_taps_4(m7_taps *t) {
    taps(t, 4, 1);
}

void m7_taps_2(m7_taps *t) {
    taps(t, 2, 2);
}

#endif
