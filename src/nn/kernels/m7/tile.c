// SPDX-License-Identifier: MIT
// Sums of products for two channels and groups of two or three pixels: eight
// instructions make twelve products.

#include "nn/kernels/m7/tile.h"

#ifdef __ARM_FEATURE_DSP

// Offsets in m7_tile and nn_conv_record.
_Static_assert(offsetof(m7_tile, steps) == 8, "tile");
_Static_assert(offsetof(m7_tile, stride) == 20, "tile");
_Static_assert(offsetof(nn_conv_record, scale) == 8, "record");
_Static_assert(sizeof(nn_conv_record) == 32, "record");

// One step: r6, r7 weights of two channels; r8 … r10 pixels; r0 … r5 sums. a
// and b are what the sums of the two channels begin with.
#define STEP_2(a, b, c, d)      \
    "ldmia.w r12!, {r6, r7}\n"  \
    "ldmia.w r11!, {r8, r9}\n"  \
    "smlad r2, r9, r6, " c "\n" \
    "smlad r3, r9, r7, " d "\n" \
    "smlad r0, r8, r6, " a "\n" \
    "smlad r1, r8, r7, " b "\n"
#define STEP_3(a, b, c, d, e, f)    \
    "ldmia.w r12!, {r6, r7}\n"      \
    "ldmia.w r11!, {r8, r9, r10}\n" \
    "smlad r4, r10, r6, " e "\n"    \
    "smlad r5, r10, r7, " f "\n"    \
    "smlad r2, r9, r6, " c "\n"     \
    "smlad r3, r9, r7, " d "\n"     \
    "smlad r0, r8, r6, " a "\n"     \
    "smlad r1, r8, r7, " b "\n"
#define FIRST_2 STEP_2("r0", "r1", "r0", "r1")
#define FIRST_3 STEP_3("r0", "r1", "r0", "r1", "r0", "r1")
#define NEXT_2 STEP_2("r0", "r1", "r2", "r3")
#define NEXT_3 STEP_3("r0", "r1", "r2", "r3", "r4", "r5")
#define EIGHT(step) step step step step step step step step
#define MANY(step) EIGHT(step) EIGHT(step) EIGHT(step) EIGHT(step)

// A doubled sum becomes an int8 number, see m7_apply().
#define FINISH(sum, value, offset, shift, place)  \
    "smmlar lr, " sum ", " value ", " offset "\n" \
    "add lr, lr, " sum ", asr #31\n"              \
    "asr lr, lr, " shift "\n"                     \
    "ssat lr, #8, lr\n"                           \
    "strb lr, [r12, #" place "]\n"
#define PIXEL(a, b)                  \
    FINISH(a, "r6", "r7", "r8", "0") \
    FINISH(b, "r9", "r10", "r11", "1")

// On the stack: x, weights, rounds of 32 steps, where the first round is
// entered, out, stride, where out ends. The first step is apart; the loop is
// entered behind the steps that the first round has too many.
#define TILE(first, next, size, span, pixels)                              \
    "push {r4-r11, lr}\n"                                                  \
    "ldm r0, {r1-r6}\n"                                                    \
    "mul r7, r4, r6\n" span "add r7, r7, r5\n"                             \
    "add r2, r2, #32\n"                                                    \
    "subs r0, r3, #1\n"                                                    \
    "add r3, r0, #31\n"                                                    \
    "lsr r3, r3, #5\n"                                                     \
    "rsb r0, r0, r3, lsl #5\n"                                             \
    "mov r8, #" size "\n"                                                  \
    "adr.w r4, 2f\n"                                                       \
    "mla r4, r0, r8, r4\n"                                                 \
    "add r4, r4, #1\n"                                                     \
    "push {r1-r7}\n"                                                       \
    "1:\n"                                                                 \
    "ldm sp, {r11, r12, lr}\n"                                             \
    "ldrd r0, r1, [r12, #-32]\n" first "ldr pc, [sp, #12]\n"               \
    ".balign 4\n"                                                          \
    "2:\n" MANY(next) "subs lr, lr, #1\n"                                  \
                      "bne.w 2b\n"                                         \
                      "str r11, [sp]\n"                                    \
                      "ldr lr, [sp, #4]\n"                                 \
                      "ldmdb lr, {r6-r11}\n"                               \
                      "ldr r12, [sp, #16]\n" pixels "str r12, [sp, #16]\n" \
                      "ldr r1, [sp, #24]\n"                                \
                      "cmp r12, r1\n"                                      \
                      "bne.w 1b\n"                                         \
                      "add sp, sp, #28\n"                                  \
                      "pop {r4-r11, pc}\n"

__attribute__((naked, noinline)) void m7_tile_2(
        const m7_tile *t __attribute__((unused))) {
    __asm__ volatile(TILE(FIRST_2, NEXT_2, "24", "lsl r7, r7, #1\n",
            PIXEL("r0", "r1") "ldr r0, [sp, #20]\n"
                              "add r12, r12, r0\n" PIXEL("r2",
                                      "r3") "add r12, r12, r0\n"));
}

__attribute__((naked, noinline)) void m7_tile_3(
        const m7_tile *t __attribute__((unused))) {
    __asm__ volatile(TILE(FIRST_3, NEXT_3, "32", "add r7, r7, r7, lsl #1\n",
            PIXEL("r0", "r1") "ldr r0, [sp, #20]\n"
                              "add r12, r12, r0\n" PIXEL("r2",
                                      "r3") "add r12, r12, r0\n" PIXEL("r4",
                                      "r5") "add r12, r12, r0\n"));
}

#else

static void tile(const m7_tile *t, uint32_t pixels) {
    nn_conv_record head;
    memcpy(&head, t->record, sizeof(head));
    const uint32_t *w = t->record + sizeof(head) / sizeof(*w);
    const uint32_t *x = t->x;
    int8_t *out = t->out;
    for (uint32_t g = 0; g < t->groups; g++) {
        for (uint32_t i = 0; i < pixels * 2; i++) {
            int32_t sum = head.bias[i % 2];
            for (uint32_t k = 0; k < t->steps; k++) {
                sum = m7_smlad(x[k * pixels + i / 2], w[k * 2 + i % 2], sum);
            }
            out[i / 2 * t->stride + i % 2] = m7_apply(sum, head.scale[i % 2]);
        }
        x += (size_t)t->steps * pixels;
        out += (size_t)t->stride * pixels;
    }
}

void m7_tile_2(const m7_tile *t) {
    tile(t, 2);
}

void m7_tile_3(const m7_tile *t) {
    tile(t, 3);
}

#endif
