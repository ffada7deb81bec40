// SPDX-License-Identifier: MIT
// Sums of products for two channels and groups of two or three pixels: eight
// instructions make twelve products.

#include "nn/kernels/m7/tile.h"

#ifdef __ARM_FEATURE_DSP

// Offsets in m7_tile.
_Static_assert(offsetof(m7_tile, skip) == 8, "tile");
_Static_assert(offsetof(m7_tile, x) == 12, "tile");
_Static_assert(offsetof(m7_tile, steps) == 20, "tile");
_Static_assert(offsetof(m7_tile, scale) == 24, "tile");
_Static_assert(offsetof(m7_tile, out) == 48, "tile");
_Static_assert(offsetof(m7_tile, groups) == 56, "tile");

// One step: r6, r7 weights of two channels; r8 … r10 pixels; r0 … r5 sums.
#define STEP_2                 \
    "ldmia.w r12!, {r6, r7}\n" \
    "ldmia.w r11!, {r8, r9}\n" \
    "smlad r0, r8, r6, r0\n"   \
    "smlad r1, r8, r7, r1\n"   \
    "smlad r2, r9, r6, r2\n"   \
    "smlad r3, r9, r7, r3\n"
#define STEP_3                      \
    "ldmia.w r12!, {r6, r7}\n"      \
    "ldmia.w r11!, {r8, r9, r10}\n" \
    "smlad r0, r8, r6, r0\n"        \
    "smlad r1, r8, r7, r1\n"        \
    "smlad r2, r9, r6, r2\n"        \
    "smlad r3, r9, r7, r3\n"        \
    "smlad r4, r10, r6, r4\n"       \
    "smlad r5, r10, r7, r5\n"
#define EIGHT(step) step step step step step step step step

// A sum becomes an int8 number, see m7_apply().
#define FINISH(sum, place)            \
    "add " sum ", " sum ", " sum "\n" \
    "smmlar r9, " sum ", r6, r7\n"    \
    "add r9, r9, " sum ", asr #31\n"  \
    "asr r9, r9, r8\n"                \
    "ssat r9, #8, r9\n"               \
    "strb.w r9, [r10" place "]\n"

// The loop is entered behind the steps that the first round has too many.
#define TILE(step, size, start, first, second, advance)       \
    "push {r4-r11, lr}\n"                                     \
    "push {r0}\n"                                             \
    "mov r12, r0\n"                                           \
    "ldr r1, [r0, #20]\n"                                     \
    "add r2, r1, #7\n"                                        \
    "lsr r2, r2, #3\n"                                        \
    "str r2, [r0, #20]\n"                                     \
    "rsb r1, r1, r2, lsl #3\n"                                \
    "mov r2, #" size "\n"                                     \
    "adr.w r3, 2f\n"                                          \
    "mla r3, r1, r2, r3\n"                                    \
    "add r3, r3, #1\n"                                        \
    "str r3, [r0, #8]\n"                                      \
    "1:\n"                                                    \
    "ldm r12, {r0, r1, r10, r11, r12, lr}\n" start "bx r10\n" \
    ".balign 4\n"                                             \
    "2:\n" EIGHT(step) "subs lr, lr, #1\n"                    \
                       "bne.w 2b\n"                           \
                       "ldr r12, [sp]\n"                      \
                       "str r11, [r12, #12]\n"                \
                       "add lr, r12, #24\n"                   \
                       "ldmia lr!, {r6, r7, r8}\n"            \
                       "ldrd r10, r11, [r12, #48]\n" first    \
                       "ldm lr, {r6, r7, r8}\n"               \
                       "add r10, r10, #1\n" second            \
                       "add r10, r10, r11, lsl #1\n" advance  \
                       "ldr r0, [r12, #56]\n"                 \
                       "sub r10, r10, #1\n"                   \
                       "str r10, [r12, #48]\n"                \
                       "subs r0, r0, #1\n"                    \
                       "str r0, [r12, #56]\n"                 \
                       "bne.w 1b\n"                           \
                       "pop {r0}\n"                           \
                       "pop {r4-r11, pc}\n"

__attribute__((naked, noinline)) void m7_tile_2(
        m7_tile *t __attribute__((unused))) {
    __asm__ volatile(TILE(STEP_2, "24", "mov r2, r0\nmov r3, r1\n",
            FINISH("r0", "") FINISH("r2", ", r11"),
            FINISH("r1", "") FINISH("r3", ", r11"), ""));
}

__attribute__((naked, noinline)) void m7_tile_3(
        m7_tile *t __attribute__((unused))) {
    __asm__ volatile(TILE(STEP_3, "32",
            "mov r2, r0\nmov r3, r1\nmov r4, r0\nmov r5, r1\n",
            FINISH("r0", "") FINISH("r2", ", r11")
                    FINISH("r4", ", r11, lsl #1"),
            FINISH("r1", "") FINISH("r3", ", r11")
                    FINISH("r5", ", r11, lsl #1"),
            "add r10, r10, r11\n"));
}

#else

static void tile(m7_tile *t, uint32_t pixels) {
    for (; t->groups > 0; t->groups--) {
        for (uint32_t i = 0; i < pixels * 2; i++) {
            int32_t sum = t->bias[i % 2];
            for (uint32_t k = 0; k < t->steps; k++) {
                sum = m7_smlad(t->x[k * pixels + i / 2], t->w[k * 2 + i % 2],
                        sum);
            }
            t->out[i / 2 * t->stride + i % 2] = m7_apply(sum, t->scale[i % 2]);
        }
        t->x += (size_t)t->steps * pixels;
        t->out += (size_t)t->stride * pixels;
    }
}

void m7_tile_2(m7_tile *t) {
    tile(t, 2);
}

void m7_tile_3(m7_tile *t) {
    tile(t, 3);
}

#endif
