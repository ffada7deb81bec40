// SPDX-License-Identifier: MIT
// Windows of any size over one channel, four neighbouring pixels at a time.

#include "nn/kernels/m7/windows.h"

#ifdef __ARM_FEATURE_DSP

_Static_assert(offsetof(m7_windows, groups) == 20, "windows");
_Static_assert(offsetof(m7_segment, place) == 4, "segment");
_Static_assert(M7_SEGMENT_WORDS == 9, "segment");
_Static_assert(offsetof(nn_depthwise_record, bias) == 12, "record");

// r0 … r3 sums, r4 and r5 weights, r6 … r10 columns, r11 and r12 where the next
// weights and columns are, lr segments.
#define WORD(weight, a, b, c, d)        \
    "smlad r0, " a ", " weight ", r0\n" \
    "smlad r1, " b ", " weight ", r1\n" \
    "smlad r2, " c ", " weight ", r2\n" \
    "smlad r3, " d ", " weight ", r3\n"
#define TWO_WORDS                                              \
    "ldm.w r11!, {r4, r5}\n"                                   \
    "ldm.w r12, {r6-r10}\n" WORD("r4", "r6", "r7", "r8", "r9") \
            WORD("r5", "r7", "r8", "r9", "r10") "add.w r12, r12, #8\n"
#define LAST_WORD           \
    "ldr.w r4, [r11], #4\n" \
    "ldm.w r12, {r6-r9}\n" WORD("r4", "r6", "r7", "r8", "r9")

// A segment of nine words begins at 5, of seven at 6, …, of one at 9; a table
// of their distances is behind TBB.
#define SEGMENTS                                                        \
    "2:\n"                                                              \
    "ldr.w r6, [sp, #8]\n"                                              \
    "ldm.w lr!, {r7, r12}\n"                                            \
    "add.w r12, r12, r6\n"                                              \
    "tbb [pc, r7]\n"                                                    \
    "3:\n"                                                              \
    ".byte (4f - 3b) / 2, (9f - 3b) / 2\n"                              \
    ".byte (8f - 3b) / 2, (7f - 3b) / 2\n"                              \
    ".byte (6f - 3b) / 2, (5f - 3b) / 2\n"                              \
    "5:\n" TWO_WORDS "6:\n" TWO_WORDS "7:\n" TWO_WORDS "8:\n" TWO_WORDS \
    "9:\n" LAST_WORD "b.w 2b\n"                                         \
    "4:\n"

// See m7_apply().
#define FINISH(sum, place)           \
    "smmlar r9, " sum ", r4, r5\n"   \
    "add r9, r9, " sum ", asr #31\n" \
    "asr r9, r9, r6\n"               \
    "ssat r9, #8, r9\n"              \
    "strb.w r9, [r7" place "]\n"
#define FOUR_PIXELS              \
    FINISH("r0", "")             \
    FINISH("r1", ", r8")         \
    FINISH("r2", ", r8, lsl #1") \
    "add r7, r7, r8, lsl #1\n"   \
    "add r7, r7, r8\n" FINISH("r3", "") "add r7, r7, r8\n"

// On the stack: bias and weights, then as in m7_windows.
__attribute__((naked, noinline)) void m7_windows_4(
        const m7_windows *t __attribute__((unused))) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r1-r6}\n"
                     "add r1, r1, #12\n"
                     "push {r1-r6}\n"
                     "1:\n"
                     "ldrd r11, lr, [sp]\n"
                     "ldr r0, [r11], #4\n"
                     "mov r1, r0\n"
                     "mov r2, r0\n"
                     "mov r3, r0\n" //
            SEGMENTS "ldr lr, [sp]\n"
                     "ldmdb lr, {r4, r5, r6}\n"
                     "ldrd r7, r8, [sp, #12]\n" //
            FOUR_PIXELS "ldr r4, [sp, #8]\n"
                     "add r4, r4, #16\n"
                     "strd r4, r7, [sp, #8]\n"
                     "ldr r6, [sp, #20]\n"
                     "subs r6, r6, #1\n"
                     "str r6, [sp, #20]\n"
                     "bne.w 1b\n"
                     "add sp, sp, #24\n"
                     "pop {r4-r11, pc}\n");
}

#else

void m7_windows_4(const m7_windows *t) {
    nn_depthwise_record head;
    memcpy(&head, t->record, sizeof(head));
    for (uint32_t i = 0; i < t->groups * 4; i++) {
        const uint32_t *weight = t->record + sizeof(head) / sizeof(*weight);
        int32_t sum = head.bias;
        for (const m7_segment *s = t->segments; s->half != 0; s++) {
            const uint32_t *word =
                    t->columns + s->place / (int32_t)sizeof(*word) + i;
            for (uint32_t k = 0; k < 2 * s->half - 1; k++) {
                sum = m7_smlad(*word++, *weight++, sum);
            }
        }
        t->out[(size_t)i * t->stride] = m7_apply(sum, head.scale);
    }
}

#endif
