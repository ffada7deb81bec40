// SPDX-License-Identifier: MIT
// Windows of any size over one channel, four neighbouring pixels at a time.

#include "nn/kernels/m7/windows.h"

#ifdef __ARM_FEATURE_DSP

_Static_assert(offsetof(m7_windows, single_count) == 32, "windows");
_Static_assert(offsetof(nn_depthwise_record, bias) == 12, "record");

// r0 … r3 sums, r6 … r9 columns, r10 what places count from, r11 weights, r12
// places.
#define WORD(weight)                 \
    "ldr r6, [r12], #4\n"            \
    "add r6, r6, r10\n"              \
    "ldm r6, {r6-r9}\n"              \
    "smlad r0, r6, " weight ", r0\n" \
    "smlad r1, r7, " weight ", r1\n" \
    "smlad r2, r8, " weight ", r2\n" \
    "smlad r3, r9, " weight ", r3\n"
// Two words a round, an odd one before.
#define WORDS(from, count, odd, loop, done)                                  \
    "ldr r10, [sp, #" from "]\n"                                             \
    "ldr lr, [sp, #" count "]\n"                                             \
    "lsrs lr, lr, #1\n"                                                      \
    "bcc.w " odd "f\n"                                                       \
    "ldr r4, [r11], #4\n" WORD("r4") odd                                     \
            ":\n"                                                            \
            "cmp lr, #0\n"                                                   \
            "beq.w " done "f\n" loop ":\n"                                   \
            "ldm r11!, {r4, r5}\n" WORD("r4") WORD("r5") "subs lr, lr, #1\n" \
                                                         "bne.w " loop       \
                                                         "b\n" done ":\n"

// See m7_apply().
#define FINISH(sum, place)           \
    "smmlar r9, " sum ", r4, r5\n"   \
    "add r9, r9, " sum ", asr #31\n" \
    "asr r9, r9, r6\n"               \
    "ssat r9, #8, r9\n"              \
    "strb.w r9, [r7" place "]\n"

// On the stack: bias and weights, then as in m7_windows.
__attribute__((naked, noinline)) void m7_windows_4(
        const m7_windows *t __attribute__((unused))) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r1-r9}\n"
                     "add r1, r1, #12\n"
                     "push {r1-r9}\n"
                     "1:\n"
                     "ldrd r11, r12, [sp]\n"
                     "ldr r0, [r11], #4\n"
                     "mov r1, r0\n"
                     "mov r2, r0\n"
                     "mov r3, r0\n"            //
            WORDS("8", "28", "20", "21", "22") //
            WORDS("12", "32", "30", "31", "32") "ldr lr, [sp]\n"
                                                "ldmdb lr, {r4, r5, r6}\n"
                                                "ldrd r7, r8, [sp, #16]\n" //
            FINISH("r0", "") FINISH("r1", ", r8")
                    FINISH("r2", ", r8, lsl #1") "add r7, r7, r8, lsl #1\n"
                                                 "add r7, r7, r8\n" //
            FINISH("r3", "") "add r7, r7, r8\n"
                             "ldrd r4, r5, [sp, #8]\n"
                             "add r4, r4, #16\n"
                             "add r5, r5, #16\n"
                             "strd r4, r5, [sp, #8]\n"
                             "str r7, [sp, #16]\n"
                             "ldr r6, [sp, #24]\n"
                             "subs r6, r6, #1\n"
                             "str r6, [sp, #24]\n"
                             "bne.w 1b\n"
                             "add sp, sp, #36\n"
                             "pop {r4-r11, pc}\n");
}

#else

void m7_windows_4(const m7_windows *t) {
    nn_depthwise_record head;
    memcpy(&head, t->record, sizeof(head));
    const uint32_t *weight = t->record + sizeof(head) / sizeof(*weight);
    for (uint32_t i = 0; i < t->groups * 4; i++) {
        int32_t sum = head.bias;
        for (uint32_t k = 0; k < t->pair_count + t->single_count; k++) {
            const uint32_t *from = k < t->pair_count ? t->pairs : t->singles;
            sum = m7_smlad(from[t->places[k] / sizeof(*from) + i], weight[k],
                    sum);
        }
        t->out[(size_t)i * t->stride] = m7_apply(sum, head.scale);
    }
}

#endif
