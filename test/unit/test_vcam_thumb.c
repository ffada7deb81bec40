// SPDX-License-Identifier: MIT
// The virtual camera's little decoding, against what the assembler says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/vcam/cpu_eval.h"
#include "host/vcam/thumb.h"

enum { NO = 0 }; // bytes of what accesses nothing

// Encodings are GNU as's, expectations are written from its input.
static const struct {
    const char *text;
    uint32_t word; // the first halfword is the low one
    int rn, rm;
    int32_t offset;
    unsigned bytes, align;
    bool store;
} FORMS[] = {
        {"ldr r1, [pc, #8]", 0x4902, 15, -1, 8, 4, 1, false},
        {"ldr r2, [r3, r4]", 0x591a, 3, 4, 0, 4, 1, false},
        {"strh r2, [r3, r4]", 0x531a, 3, 4, 0, 2, 1, true},
        {"ldrsb r2, [r3, r4]", 0x571a, 3, 4, 0, 1, 1, false},
        {"str r1, [r2, #124]", 0x67d1, 2, -1, 124, 4, 1, true},
        {"ldrb r1, [r2, #31]", 0x7fd1, 2, -1, 31, 1, 1, false},
        {"ldrh r1, [r2, #62]", 0x8fd1, 2, -1, 62, 2, 1, false},
        {"str r1, [sp, #1020]", 0x91ff, 13, -1, 1020, 4, 1, true},
        {"push {r0, r1, lr}", 0xb503, 13, -1, -12, 12, 4, true},
        {"pop {r0, pc}", 0xbd01, 13, -1, 0, 8, 4, false},
        {"stmia r5!, {r0-r2}", 0xc507, 5, -1, 0, 12, 4, true},
        {"ldmia r5!, {r0, r1}", 0xcd03, 5, -1, 0, 8, 4, false},
        {"ldr.w r1, [r2, #4095]", 0x1ffff8d2, 2, -1, 4095, 4, 1, false},
        {"ldr r1, [r2, #-255]", 0x1cfff852, 2, -1, -255, 4, 1, false},
        {"ldr r1, [r2], #-4", 0x1904f852, 2, -1, 0, 4, 1, false},
        {"ldr r1, [r2, #4]!", 0x1f04f852, 2, -1, 4, 4, 1, false},
        {"ldr r1, [r2, r3, lsl #3]", 0x1033f852, 2, 3, 0, 4, 1, false},
        {"ldrsh.w r1, [r2, #6]", 0x1006f9b2, 2, -1, 6, 2, 1, false},
        {"strb.w r1, [r2, #1]", 0x1001f882, 2, -1, 1, 1, 1, true},
        {"ldrd r0, r1, [r2, #-1020]", 0x01ffe952, 2, -1, -1020, 8, 4, false},
        {"strd r0, r1, [r2], #8", 0x0102e8e2, 2, -1, 0, 8, 4, true},
        {"ldrd r0, r1, [r2, #8]!", 0x0102e9f2, 2, -1, 8, 8, 4, false},
        {"ldmdb r3!, {r0, r1, r4}", 0x0013e933, 3, -1, -12, 12, 4, false},
        {"stm.w r3, {r0, r8}", 0x0101e883, 3, -1, 0, 8, 4, true},
        {"ldrex r1, [r2, #16]", 0x1f04e852, 2, -1, 16, 4, 4, false},
        {"ldrexb r1, [r2]", 0x1f4fe8d2, 2, -1, 0, 1, 1, false},
        {"strexh r0, r1, [r2]", 0x1f50e8c2, 2, -1, 0, 2, 2, true},
        {"tbb [r0, r1]", 0xf001e8d0, 0, 1, 0, 1, 1, false},
        {"tbh [pc, r1, lsl #1]", 0xf011e8df, 15, 1, 0, 2, 1, false},
        {"vldr s0, [r1, #-8]", 0x0a02ed11, 1, -1, -8, 4, 4, false},
        {"vstr d3, [r1, #1020]", 0x3bffed81, 1, -1, 1020, 8, 4, true},
        {"vldmia r1!, {s0-s3}", 0x0a04ecb1, 1, -1, 0, 16, 4, false},
        {"vstmdb r1!, {d0, d1}", 0x0b04ed21, 1, -1, -16, 16, 4, true},
        {"vldm r1, {d8}", 0x8b02ec91, 1, -1, 0, 8, 4, false},
        {"vmov r0, r1, d0", 0x0b10ec51, 0, 0, 0, NO, 0, false},
        {"vadd.f32 s0, s1, s2", 0x0a81ee30, 0, 0, 0, NO, 0, false},
        {"vmov s0, r1", 0x1a10ee00, 0, 0, 0, NO, 0, false},
        {"add r0, r1", 0x4408, 0, 0, 0, NO, 0, false},
        {"smlad r0, r1, r2, r3", 0x3002fb21, 0, 0, 0, NO, 0, false},
        {"bl .", 0xfffef7ff, 0, 0, 0, NO, 0, false},
        {"udf #0", 0xde00, 0, 0, 0, NO, 0, false},
};

static void forms(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
        struct thumb_access a;
        bool access = thumb_access(FORMS[i].word, &a);
        bool good = access == (FORMS[i].bytes != NO);
        if (good && access) {
            good = a.rn == FORMS[i].rn && a.rm == FORMS[i].rm &&
                    a.offset == FORMS[i].offset && a.bytes == FORMS[i].bytes &&
                    a.align == FORMS[i].align && a.store == FORMS[i].store;
        }
        if (!good) {
            fail_msg("%s", FORMS[i].text);
        }
        bool fp = FORMS[i].text[0] == 'v';
        assert_int_equal(thumb_is_fp(FORMS[i].word), fp);
        unsigned length = FORMS[i].word >> 16 ? 4 : 2;
        assert_int_equal(thumb_length((uint16_t)FORMS[i].word), length);
    }
}

static void addresses(void **state) {
    (void)state;
    uint32_t r[16] = {[0] = 100, [1] = 7, [2] = 1000, [3] = 5};
    struct thumb_access a;
    assert_true(thumb_access(0x1033f852, &a)); // [r2, r3, lsl #3]
    assert_int_equal(thumb_address(&a, r, 0), 1040);
    assert_true(thumb_access(0x4902, &a)); // the pc counts as aligned
    assert_int_equal(thumb_address(&a, r, 0x1002), 0x1004 + 8);
    assert_true(thumb_access(0xf011e8df, &a)); // but not for a table
    assert_int_equal(thumb_address(&a, r, 0x1002), 0x1006 + 14);
}

static void counting(void **state) {
    (void)state;
    static const uint8_t code[] = {0x08, 0x44, 0xff, 0xf7, 0xfe, 0xff, 0x00,
            0xbf};
    assert_int_equal(thumb_count(code, sizeof code), 3);
    assert_int_equal(thumb_count(code, 2), 1);
    assert_int_equal(thumb_count(code, 0), 0);
}

// --- the look ahead -------------------------------------------------------

static const uint8_t memory_bytes[16] = {0, 0, 0, 0x20, 2, 0, 0, 0x20};

static const uint8_t *memory(void *context, uint32_t address, size_t size) {
    (void)context;
    return address >= 0x100 && address + size <= 0x110
            ? memory_bytes + (address - 0x100)
            : NULL;
}

static bool look(const uint16_t *code, size_t count, uint32_t r0, uint32_t *pc,
        uint32_t *address) {
    uint8_t bytes[64];
    uint32_t r[16] = {r0};
    for (size_t i = 0; i < count; i++) {
        bytes[2 * i] = (uint8_t)code[i];
        bytes[2 * i + 1] = (uint8_t)(code[i] >> 8);
    }
    return cpu_eval_misaligned(bytes, (uint32_t)(2 * count), 0x08000000, r,
            memory, NULL, pc, address);
}

#define LOOK(r0, ...)                     \
    look((const uint16_t[]){__VA_ARGS__}, \
            sizeof(const uint16_t[]){__VA_ARGS__} / 2, r0, &pc, &address)

static void look_ahead(void **state) {
    (void)state;
    uint32_t pc = 0;
    uint32_t address = 0;
    // ldrd r2, r3, [r0]
    assert_false(LOOK(0x20000004, 0xe9d0, 0x2300));
    assert_true(LOOK(0x20000006, 0xe9d0, 0x2300));
    assert_int_equal(address, 0x20000006);
    assert_int_equal(pc, 0x08000000);
    // adds r0, #2; ldrd r2, r3, [r0]
    assert_true(LOOK(0x20000004, 0x3002, 0xe9d0, 0x2300));
    assert_int_equal(pc, 0x08000002);
    // ldr r1, [r0]; ldm r1, {r2, r3}: the pointer is in memory
    assert_false(LOOK(0x100, 0x6801, 0xc90c));
    assert_true(LOOK(0x104, 0x6801, 0xc90c));
    assert_int_equal(address, 0x20000002);
    // ... but it may have been stored to before: str r1, [r0]
    assert_false(LOOK(0x104, 0x6001, 0x6801, 0xc90c));
    // movw r1, #0x1002; movt r1, #0x2000; add r1, r1, r0, lsl #2; vldr
    assert_true(LOOK(3, 0xf241, 0x0102, 0xf2c2, 0x0100, 0xeb01, 0x0180, 0xed91,
            0x0a00));
    assert_int_equal(address, 0x2000100e);
    // eors r0, r0 is not followed, nor what an IT may skip
    assert_false(LOOK(0x20000006, 0x4040, 0xe9d0, 0x2300));
    assert_false(LOOK(0x20000006, 0xbf08, 0xe9d0, 0x2300));
    // ldr may be anywhere
    assert_false(LOOK(0x20000003, 0x6801));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms),
            cmocka_unit_test(addresses), cmocka_unit_test(counting),
            cmocka_unit_test(look_ahead)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
