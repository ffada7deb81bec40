// SPDX-License-Identifier: MIT
// Sums of products for two channels and groups of two or three pixels: fifteen
// instructions make 24 products.

#include "nn/kernels/m7/tile.h"

#ifdef __ARM_FEATURE_DSP

// Offsets in m7_tile and nn_conv_record.
_Static_assert(offsetof(m7_tile, steps) == 8, "tile");
_Static_assert(offsetof(m7_tile, pairs) == 28, "tile");
_Static_assert(offsetof(m7_tile, low) == 32, "tile");
_Static_assert(offsetof(nn_conv_record, scale) == 8, "record");
_Static_assert(sizeof(nn_conv_record) == 32, "record");

// What is on the stack, and where. Of a pair of channels: its biases three
// times; the next pixels, for groups of three two words further on; its
// weights; where the rounds of three pixels are entered; its scales; where the
// next numbers go; what makes numbers of three pixels' sums; how far pixels lie
// apart, where the numbers end; where the weights of the last round begin.
#define BIASES "#0"
#define BIASES_2 "#8"
#define BIASES_3 "#16"
#define X "#24"
#define WEIGHTS "#28"
#define ENTRY_3 "#32"
#define SCALES "#36"
#define OUT "#60"
#define FINISH_3 "#64"
#define STRIDE "#68"
#define END "#72"
#define LAST "#76"
// Of the call: the first pixels; bytes that groups of three make; the pair's
// first number; groups of two and the bytes they make; bytes of the weights,
// those in front of the last round; further entries; pairs left, and in all.
#define FIRST_X "#80"
#define SPAN_3 "#84"
#define FIRST_OUT "#88"
#define TWOS "#92"
#define SPAN_2 "#96"
#define BYTES "#100"
#define BACK "#104"
#define ROUND_3 "#108"
#define ENTRY_2 "#112"
#define ROUND_2 "#116"
#define LEFT "#120"
#define PAIRS "#124"
#define FRAME "#128"

// Two steps: r11 pixels, r12 weights, r0 … r5 sums. Of three pixels the first
// two of a step are in r10 and lr already, and those of the next step are when
// it is done: so three loads bring ten words.
#define STEPS_3                         \
    "ldmia.w r12!, {r6-r9}\n"           \
    "smlad r0, r10, r6, r0\n"           \
    "smlad r1, r10, r7, r1\n"           \
    "smlad r2, lr, r6, r2\n"            \
    "smlad r3, lr, r7, r3\n"            \
    "ldmia.w r11!, {r10, lr}\n"         \
    "smlad r4, r10, r6, r4\n"           \
    "smlad r5, r10, r7, r5\n"           \
    "smlad r0, lr, r8, r0\n"            \
    "smlad r1, lr, r9, r1\n"            \
    "ldmia.w r11!, {r6, r7, r10, lr}\n" \
    "smlad r2, r6, r8, r2\n"            \
    "smlad r3, r6, r9, r3\n"            \
    "smlad r4, r7, r8, r4\n"            \
    "smlad r5, r7, r9, r5\n"
#define STEPS_2                    \
    "ldmia.w r12!, {r4-r7}\n"      \
    "ldmia.w r11!, {r8-r10, lr}\n" \
    "smlad r0, r8, r4, r0\n"       \
    "smlad r1, r8, r5, r1\n"       \
    "smlad r2, r9, r4, r2\n"       \
    "smlad r3, r9, r5, r3\n"       \
    "smlad r0, r10, r6, r0\n"      \
    "smlad r1, r10, r7, r1\n"      \
    "smlad r2, lr, r6, r2\n"       \
    "smlad r3, lr, r7, r3\n"
#define TWO(steps) steps steps
#define FOUR(steps) steps steps steps steps

// Rounds of so many steps, the first of which is entered behind those that are
// too many. Carry says that no other one follows, for no instruction of a round
// changes it; where there are several, entry is by way of `more`. Behind the
// last the scales are in r6 … r11, out in r12.
#define ROUND_3_STEPS "40"
#define ROUND_2_STEPS "16"
#define ALL_STEPS_3 FOUR(FOUR(STEPS_3)) FOUR(STEPS_3)
#define ALL_STEPS_2 FOUR(TWO(STEPS_2))
#define ENTER_MORE(round)       \
    "adds r6, r6, #0\n"         \
    "ldr pc, [sp, " round "]\n" \
    ".balign 4\n"
#define NEXT_ROUND(rounds, finish) \
    "bcs.w 7f\n"                   \
    "ldr r6, [sp, " LAST "]\n"     \
    "cmp r12, r6\n"                \
    "b.w " rounds "b\n"            \
    "7:\n"                         \
    "str r11, [sp, " X "]\n"       \
    "add r12, sp, " SCALES "\n" finish
#define ROUNDS(all_steps, round, more, rounds, finish)                     \
    more ":\n" ENTER_MORE(round) rounds ":\n" all_steps NEXT_ROUND(rounds, \
            finish)
#define GO_FINISH_3 "ldmia.w r12, {r6-r12, pc}\n"
#define GO_ON_2 "ldmia.w r12, {r6-r12}\n"

// A doubled sum becomes an int8 number, see m7_apply() and m7_apply_low().
#define AWAY_FROM_ZERO(sum, value, offset)        \
    "smmlar lr, " sum ", " value ", " offset "\n" \
    "add lr, lr, " sum ", asr #31\n"
#define UP(sum, value, offset) "smmlar lr, " sum ", " value ", " offset "\n"
#define FINISH(rounded, shift, place) \
    rounded "asr lr, lr, " shift "\n" \
            "ssat lr, #8, lr\n"       \
            "strb lr, [r12, #" place "]\n"
#define PIXEL(round, a, b)                  \
    FINISH(round(a, "r6", "r7"), "r8", "0") \
    FINISH(round(b, "r9", "r10"), "r11", "1")
#define PIXEL_1(round)       \
    PIXEL(round, "r0", "r1") \
    "ldrd r0, r1, [sp, " STRIDE "]\nadd r12, r12, r0\n"
#define PIXEL_2(round) PIXEL(round, "r2", "r3") "add r12, r12, r0\n"
#define PIXEL_3(round) PIXEL(round, "r4", "r5") "add r12, r12, r0\n"
#define NEXT(group)            \
    "str r12, [sp, " OUT "]\n" \
    "cmp r1, r12\n"            \
    "bhi.w " group "b\n"

// Where rounds are entered: r10 steps of the first are left out, r9 rounds
// follow it. `bytes` are a step's in a round; r3 has the steps.
#define ENTER(length, bytes, entry, round, more, rounds) \
    "mov r12, #" length "\n"                             \
    "sub r9, r3, #1\n"                                   \
    "udiv r9, r9, r12\n"                                 \
    "sub r10, r12, r3\n"                                 \
    "mla r10, r9, r12, r10\n"                            \
    "adr.w r12, " rounds "f\n"                           \
    "mov r11, #" bytes "\n"                              \
    "mla r12, r10, r11, r12\n"                           \
    "add r12, r12, #1\n"                                 \
    "str r12, [sp, " round "]\n"                         \
    "adr.w r11, " more "f\n"                             \
    "add r11, r11, #1\n"                                 \
    "cmp r9, #0\n"                                       \
    "it ne\n"                                            \
    "movne r12, r11\n"                                   \
    "str r12, [sp, " entry "]\n"

// r1 … r8: x, record, steps, threes, twos, out, stride, pairs.
#define CALL                             \
    "push {r4-r11, lr}\n"                \
    "sub sp, " FRAME "\n"                \
    "ldmia.w r0!, {r1-r8}\n"             \
    "ldr r0, [r0]\n"                     \
    "mul r4, r4, r7\n"                   \
    "add r4, r4, r4, lsl #1\n"           \
    "mul r9, r5, r7\n"                   \
    "lsl r9, r9, #1\n"                   \
    "strd r1, r4, [sp, " FIRST_X "]\n"   \
    "str r6, [sp, " FIRST_OUT "]\n"      \
    "strd r5, r9, [sp, " TWOS "]\n"      \
    "str r7, [sp, " STRIDE "]\n"         \
    "strd r8, r8, [sp, " LEFT "]\n"      \
    "lsl r4, r3, #3\n"                   \
    "sub r5, r4, #8*" ROUND_3_STEPS "\n" \
    "strd r4, r5, [sp, " BYTES "]\n"

// Where numbers are made: r0 says whether zero is the lowest.
#define CHOOSE           \
    "adr.w r11, 43f\n"   \
    "adr.w r12, 33f\n"   \
    "cmp r0, #0\n"       \
    "it ne\n"            \
    "movne r11, r12\n"   \
    "add r11, r11, #1\n" \
    "str r11, [sp, " FINISH_3 "]\n"

// r2 is the record of the next pair.
#define PAIR                            \
    "1:\n"                              \
    "ldmia.w r2!, {r0, r1, r4-r9}\n"    \
    "cmn r6, #1\n"                      \
    "beq.w 9f\n"                        \
    "strd r0, r1, [sp, " BIASES "]\n"   \
    "strd r0, r1, [sp, " BIASES_2 "]\n" \
    "strd r0, r1, [sp, " BIASES_3 "]\n" \
    "add r12, sp, " SCALES "\n"         \
    "stmia.w r12, {r4-r9}\n"            \
    "add r12, sp, " FIRST_X "\n"        \
    "ldmia.w r12, {r4-r6}\n"            \
    "ldr r7, [sp, " BACK "]\n"          \
    "add r4, r4, #8\n"                  \
    "strd r4, r2, [sp, " X "]\n"        \
    "str r6, [sp, " OUT "]\n"           \
    "add r5, r5, r6\n"                  \
    "add r7, r7, r2\n"                  \
    "strd r5, r7, [sp, " END "]\n"      \
    "cmp r5, r6\n"                      \
    "beq.w 3f\n"

// Both ways of making numbers, the other one stepped over at the end. Groups of
// two are too few for that.
#define NUMBERS_3(round) PIXEL_1(round) PIXEL_2(round) PIXEL_3(round) NEXT("2")
#define BOTH_NUMBERS_3                                                     \
    ".balign 4\n33:\n" NUMBERS_3(UP) "b.w 3f\n.balign 4\n43:\n" NUMBERS_3( \
            AWAY_FROM_ZERO)
#define GROUPS_3                      \
    "2:\n"                            \
    "ldmia.w sp, {r0-r5, r11, r12}\n" \
    "ldrd r10, lr, [r11, #-8]\n"      \
    "ldr pc, [sp, " ENTRY_3           \
    "]\n" ROUNDS(ALL_STEPS_3, ROUND_3, "13", "23", GO_FINISH_3) BOTH_NUMBERS_3

// These go on where groups of three ended; their last round is shorter.
#define GROUPS_2                                             \
    "3:\n"                                                   \
    "ldrd r0, r1, [sp, " TWOS "]\n"                          \
    "cmp r0, #0\n"                                           \
    "beq.w 5f\n"                                             \
    "ldr r2, [sp, " X "]\n"                                  \
    "sub r2, r2, #8\n"                                       \
    "str r2, [sp, " X "]\n"                                  \
    "ldr r3, [sp, " OUT "]\n"                                \
    "add r3, r3, r1\n"                                       \
    "ldr r4, [sp, " LAST "]\n"                               \
    "add r4, r4, #8*(" ROUND_3_STEPS "-" ROUND_2_STEPS ")\n" \
    "strd r3, r4, [sp, " END "]\n"                           \
    "4:\n"                                                   \
    "ldmia.w sp, {r0-r3}\n"                                  \
    "ldrd r11, r12, [sp, " X "]\n"                           \
    "ldr pc, [sp, " ENTRY_2                                  \
    "]\n" ROUNDS(ALL_STEPS_2, ROUND_2, "12", "22", GO_ON_2)  \
            PIXEL_1(AWAY_FROM_ZERO) PIXEL_2(AWAY_FROM_ZERO) NEXT("4")

#define NEXT_PAIR                    \
    "5:\n"                           \
    "ldrd r0, r1, [sp, " BYTES "]\n" \
    "ldr r2, [sp, " WEIGHTS "]\n"    \
    "add r2, r2, r0\n"               \
    "ldr r3, [sp, " FIRST_OUT "]\n"  \
    "add r3, r3, #2\n"               \
    "str r3, [sp, " FIRST_OUT "]\n"  \
    "ldr r3, [sp, " LEFT "]\n"       \
    "subs r3, r3, #1\n"              \
    "str r3, [sp, " LEFT "]\n"       \
    "bne.w 1b\n"                     \
    "9:\n"                           \
    "ldrd r1, r0, [sp, " LEFT "]\n"  \
    "sub r0, r0, r1\n"               \
    "add sp, " FRAME "\n"            \
    "pop {r4-r11, pc}\n"

__attribute__((naked, noinline)) uint32_t m7_tile_run(
        const m7_tile *t __attribute__((unused))) {
    __asm__ volatile(CALL ENTER(ROUND_3_STEPS, "30", ENTRY_3, ROUND_3, "13",
            "23") ENTER(ROUND_2_STEPS, "20", ENTRY_2, ROUND_2, "12", "22")
                    CHOOSE PAIR GROUPS_3 GROUPS_2 NEXT_PAIR);
}

#else

// Groups of so many pixels, for one pair of channels.
static void run_groups(const m7_tile *t, const uint32_t *record,
        const uint32_t *x, uint32_t groups, uint32_t pixels, int8_t *out) {
    nn_conv_record head;
    memcpy(&head, record, sizeof(head));
    const uint32_t *w = record + sizeof(head) / sizeof(*w);
    for (uint32_t g = 0; g < groups; g++) {
        for (uint32_t i = 0; i < pixels * 2; i++) {
            int32_t sum = head.bias[i % 2];
            for (uint32_t k = 0; k < t->steps; k++) {
                sum = m7_smlad(x[k * pixels + i / 2], w[k * 2 + i % 2], sum);
            }
            nn_scale scale = head.scale[i % 2];
            out[i / 2 * t->stride + i % 2] = t->low != 0
                    ? m7_apply_low(sum, scale)
                    : m7_apply(sum, scale);
        }
        x += (size_t)t->steps * pixels;
        out += (size_t)t->stride * pixels;
    }
}

uint32_t m7_tile_run(const m7_tile *t) {
    const uint32_t *record = t->record;
    uint32_t pixels = 3 * t->threes;
    uint32_t pair = 0;
    for (; pair < t->pairs && !m7_record_is_slow(record); pair++) {
        int8_t *out = t->out + 2 * (size_t)pair;
        run_groups(t, record, t->x, t->threes, 3, out);
        run_groups(t, record, t->x + (size_t)pixels * t->steps, t->twos, 2,
                out + (size_t)pixels * t->stride);
        record += nn_conv_2d_record_words(t->steps);
    }
    return pair;
}

#endif
