// SPDX-License-Identifier: MIT
// Columns of four channels of the image, a channel after the other.

#include "nn/kernels/m7/columns.h"

#include "nn/kernels/m7/simd.h"

#ifdef __ARM_FEATURE_DSP

_Static_assert(offsetof(m7_columns, to) == 16, "columns");
_Static_assert(offsetof(m7_columns, end) == 32, "columns");

// Two columns of two rows, whose halves are brought together: r12 and r8 of the
// first column, r9 and r10 of the second. The steps are in these registers.
#define BOTH_ROWS(first, second)       \
    "ldr r8, [r0]\n"                   \
    "ldr r9, [r1]\n"                   \
    "ldr r10, [r0, " first "]\n"       \
    "ldr r11, [r1, " second "]\n"      \
    "add r0, r0, " first ", lsl #1\n"  \
    "add r1, r1, " second ", lsl #1\n" \
    "pkhbt r12, r8, r9, lsl #16\n"     \
    "pkhtb r8, r9, r8, asr #16\n"      \
    "pkhbt r9, r10, r11, lsl #16\n"    \
    "pkhtb r10, r11, r10, asr #16\n"

// A lane of two columns: of r12 and r9, or of r8 and r10.
#define LANE(a, b, turn, to)   \
    "sxtb16 r11, " a turn "\n" \
    "sxtb16 lr, " b turn "\n"  \
    "strd r11, lr, [" to "], #8\n"

__attribute__((naked, noinline)) void m7_columns_pairs(
        const m7_columns *c __attribute__((unused))) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r0-r8}\n"
                     "push {r8}\n"
                     "1:\n" BOTH_ROWS("r2", "r3") //
            LANE("r12", "r9", "", "r4") LANE("r12", "r9", ", ror #8", "r5")
                    LANE("r8", "r10", "", "r6") LANE("r8", "r10", ", ror #8",
                            "r7") "ldr r11, [sp]\n"
                                  "cmp r4, r11\n"
                                  "bne.w 1b\n"
                                  "pop {r0}\n"
                                  "pop {r4-r11, pc}\n");
}

__attribute__((naked, noinline)) void m7_columns_singles(
        const m7_columns *c __attribute__((unused))) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r0-r8}\n"
                     "1:\n"
                     "ldr r12, [r0]\n"
                     "ldr r9, [r0, r2]\n"
                     "add r0, r0, r2, lsl #1\n" //
            LANE("r12", "r9", "", "r4")
                    LANE("r12", "r9", ", ror #8", "r5") "cmp r4, r8\n"
                                                        "bne.w 1b\n"
                                                        "pop {r4-r11, pc}\n");
}

_Static_assert(5 * 4 * M7_COLUMNS_PITCH == 1020, "pitch");

// A lane of two columns to a place behind r6.
#define LANE_AT(a, b, turn, place) \
    "sxtb16 r11, " a turn "\n"     \
    "sxtb16 lr, " b turn "\n"      \
    "strd r11, lr, [r6" place "\n"

__attribute__((naked, noinline)) void m7_columns_3x3(
        const m7_columns_rows *c __attribute__((unused))) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r0-r7}\n"
                     "1:\n" BOTH_ROWS("r3", "r4")       //
            LANE_AT("r12", "r9", ", ror #8", ", #204]") //
            LANE_AT("r8", "r10", "", ", #408]")         //
            LANE_AT("r8", "r10", ", ror #8", ", #612]") //
            "ldr r8, [r2]\n"
            "ldr r10, [r2, r5]\n"
            "add r2, r2, r5, lsl #1\n"                   //
            LANE_AT("r8", "r10", "", ", #816]")          //
            LANE_AT("r8", "r10", ", ror #8", ", #1020]") //
            LANE_AT("r12", "r9", "", "], #8") "cmp r6, r7\n"
                                              "bne.w 1b\n"
                                              "pop {r4-r11, pc}\n");
}

#else

void m7_columns_pairs(const m7_columns *c) {
    uint32_t n = (uint32_t)(c->end - c->to[0]);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t a = m7_load(c->first + (size_t)i * c->first_step);
        uint32_t b = m7_load(c->second + (size_t)i * c->second_step);
        uint32_t lower = m7_lower(a, b);
        uint32_t upper = m7_upper(a, b);
        c->to[0][i] = m7_sxtb16(lower);
        c->to[1][i] = m7_sxtb16_odd(lower);
        c->to[2][i] = m7_sxtb16(upper);
        c->to[3][i] = m7_sxtb16_odd(upper);
    }
}

void m7_columns_singles(const m7_columns *c) {
    uint32_t n = (uint32_t)(c->end - c->to[0]);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t a = m7_load(c->first + (size_t)i * c->first_step);
        c->to[0][i] = m7_sxtb16(a);
        c->to[1][i] = m7_sxtb16_odd(a);
    }
}

void m7_columns_3x3(const m7_columns_rows *c) {
    enum { PITCH = M7_COLUMNS_PITCH };
    uint32_t *to = c->to;
    m7_columns_pairs(&(m7_columns){c->row[0], c->row[1], c->step[0], c->step[1],
            {to, to + PITCH, to + 2 * PITCH, to + 3 * PITCH}, c->end});
    m7_columns_singles(&(m7_columns){c->row[2], NULL, c->step[2], 0,
            {to + 4 * PITCH, to + 5 * PITCH},
            to + 4 * PITCH + (c->end - c->to)});
}

#endif
