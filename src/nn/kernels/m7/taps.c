// SPDX-License-Identifier: MIT
// Three by three taps of one channel for groups of neighbouring pixels.

#include "nn/kernels/m7/taps.h"

#ifdef __ARM_FEATURE_DSP

_Static_assert(offsetof(m7_taps, channels) == 32, "taps");
_Static_assert(sizeof(nn_depthwise_record) == 16, "record");
_Static_assert(offsetof(nn_depthwise_record, bias) == 12, "record");

// r1 … r3 weights, r4 … r9 columns, sums in r10, r11, r12 and r0, which is the
// bias before.
#define FOUR(weight, a, b, c, d, s0, s1, s2) \
    "smlad r10, " a ", " weight ", " s0 "\n" \
    "smlad r11, " b ", " weight ", " s1 "\n" \
    "smlad r12, " c ", " weight ", " s2 "\n" \
    "smlad r0, " d ", " weight ", r0\n"
#define TWO(weight, a, b, s0)                \
    "smlad r10, " a ", " weight ", " s0 "\n" \
    "smlad r0, " b ", " weight ", r0\n"

#define FIRST(a, b, c, d) FOUR("r1", a, b, c, d, "r0", "r0", "r0")
#define NEXT(weight, a, b, c, d) FOUR(weight, a, b, c, d, "r10", "r11", "r12")
#define FOUR_LAST                      \
    NEXT("r2", "r5", "r6", "r7", "r8") \
    NEXT("r3", "r6", "r7", "r8", "r9")
#define FOUR_PAIRS FIRST("r4", "r5", "r6", "r7") FOUR_LAST
#define FOUR_SINGLES NEXT("r1", "r4", "r5", "r6", "r7") FOUR_LAST
#define TWO_LAST TWO("r2", "r5", "r7", "r10") TWO("r3", "r6", "r8", "r10")
#define TWO_PAIRS TWO("r1", "r4", "r6", "r0") TWO_LAST
#define TWO_SINGLES TWO("r1", "r4", "r6", "r10") TWO_LAST

// A doubled sum becomes an int8 number, see m7_apply(): r1 … r3 the scale, r7
// out, r8 the stride.
#define AWAY_FROM_ZERO(sum)        \
    "smmlar r9, " sum ", r1, r2\n" \
    "add r9, r9, " sum ", asr #31\n"
#define UP(sum) "smmlar r9, " sum ", r1, r2\n"
#define FINISH(rounded, place)  \
    rounded "asr r9, r9, r3\n"  \
            "ssat r9, #8, r9\n" \
            "strb.w r9, [r7" place "]\n"
#define FINISH_FOUR(round)               \
    FINISH(round("r10"), "")             \
    FINISH(round("r11"), ", r8")         \
    FINISH(round("r12"), ", r8, lsl #1") \
    "add r7, r7, r8, lsl #1\n"           \
    "add r7, r7, r8\n" FINISH(round("r0"), "") "add r7, r7, r8\n"
#define FINISH_TWO                    \
    FINISH(AWAY_FROM_ZERO("r10"), "") \
    FINISH(AWAY_FROM_ZERO("r0"), ", r8") "add r7, r7, r8, lsl #1\n"

// On the stack: bias and weights, pairs, singles, out, stride, where out ends;
// behind it, of the channel's first group, pairs, singles and out, then
// columns, both singles added up, channels.
#define TAPS(first, second, finish, shift)                \
    "push {r4-r11, lr}\n"                                 \
    "ldm r0, {r1-r9}\n"                                   \
    "add r1, r1, #12\n"                                   \
    "mul r6, r6, r5\n"                                    \
    "add r6, r4, r6, lsl #" shift "\n"                    \
    "add r8, r8, r3\n"                                    \
    "push {r2, r3, r4, r7, r8, r9}\n"                     \
    "push {r1-r6}\n"                                      \
    "1:\n"                                                \
    "ldrd lr, r12, [sp]\n"                                \
    "ldm lr!, {r0, r1, r2, r3}\n"                         \
    "ldm r12, {r4-r9}\n" first "ldm lr, {r1, r2, r3}\n"   \
    "ldr lr, [sp, #8]\n"                                  \
    "ldm lr, {r4-r9}\n" second "ldm sp, {r4-r8}\n"        \
    "ldmdb r4, {r1, r2, r3}\n" finish "add r5, r5, #16\n" \
    "add r6, r6, #16\n"                                   \
    "strd r5, r6, [sp, #4]\n"                             \
    "str r7, [sp, #12]\n"                                 \
    "ldr r1, [sp, #20]\n"                                 \
    "cmp r7, r1\n"                                        \
    "bne.w 1b\n"                                          \
    "add r0, sp, #24\n"                                   \
    "ldm r0, {r2, r3, r4, r7, r8, r9}\n"                  \
    "subs r9, r9, #1\n"                                   \
    "beq.w 2f\n"                                          \
    "add r2, r2, r7\n"                                    \
    "sub r3, r8, r3\n"                                    \
    "add r4, r4, #1\n"                                    \
    "stm r0, {r2, r3, r4, r7, r8, r9}\n"                  \
    "ldr r1, [sp]\n"                                      \
    "add r1, r1, #40\n"                                   \
    "ldrd r5, r6, [sp, #16]\n"                            \
    "add r6, r6, #1\n"                                    \
    "stm sp, {r1-r6}\n"                                   \
    "b.w 1b\n"                                            \
    "2:\n"                                                \
    "add sp, sp, #48\n"                                   \
    "pop {r4-r11, pc}\n"

__attribute__((naked, noinline)) void m7_taps_4(
        const m7_taps *t __attribute__((unused))) {
    __asm__ volatile(
            TAPS(FOUR_PAIRS, FOUR_SINGLES, FINISH_FOUR(AWAY_FROM_ZERO), "2"));
}

__attribute__((naked, noinline)) void m7_taps_4_low(
        const m7_taps *t __attribute__((unused))) {
    __asm__ volatile(TAPS(FOUR_PAIRS, FOUR_SINGLES, FINISH_FOUR(UP), "2"));
}

__attribute__((naked, noinline)) void m7_taps_2(
        const m7_taps *t __attribute__((unused))) {
    __asm__ volatile(TAPS(TWO_PAIRS, TWO_SINGLES, FINISH_TWO, "1"));
}

#else

static void taps(const m7_taps *t, uint32_t pixels, uint32_t step, bool low) {
    const uint32_t *record = t->record;
    const uint32_t *pairs = t->pairs;
    const uint32_t *singles[2] = {t->singles, t->others};
    for (uint32_t c = 0; c < t->channels; c++) {
        nn_depthwise_record head;
        memcpy(&head, record, sizeof(head));
        const uint32_t *weight = record + sizeof(head) / sizeof(*weight);
        const uint32_t *single = singles[c % 2];
        for (uint32_t i = 0; i < t->groups * pixels; i++) {
            int32_t sum = head.bias;
            for (uint32_t k = 0; k < 3; k++) {
                sum = m7_smlad(pairs[i * step + k], weight[k], sum);
                sum = m7_smlad(single[i * step + k], weight[3 + k], sum);
            }
            t->out[(size_t)i * t->stride + c] = low
                    ? m7_apply_low(sum, head.scale)
                    : m7_apply(sum, head.scale);
        }
        record = weight + 6;
        pairs += t->columns / sizeof(*pairs);
    }
}

void m7_taps_4(const m7_taps *t) {
    taps(t, 4, 1, false);
}

void m7_taps_4_low(const m7_taps *t) {
    taps(t, 4, 1, true);
}

void m7_taps_2(const m7_taps *t) {
    taps(t, 2, 2, false);
}

#endif
