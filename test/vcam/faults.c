// SPDX-License-Identifier: MIT
// Faults: what is stacked, what the status registers say, escalation.

#include "program.h"

static volatile uint32_t seen_pc, seen_exception, seen_cfsr, seen_hfsr,
        seen_address, seen_xpsr, resume;

__attribute__((used)) static void body(uint32_t *frame) {
    uint32_t number;
    __asm volatile("mrs %0, ipsr" : "=r"(number));
    seen_exception = number;
    seen_pc = frame[6];
    seen_xpsr = frame[7];
    seen_cfsr = SCB_CFSR;
    seen_hfsr = SCB_HFSR;
    seen_address =
            number == 4 || (seen_cfsr & 0x82) == 0x82 ? SCB_MMFAR : SCB_BFAR;
    SCB_CFSR = seen_cfsr;
    SCB_HFSR = seen_hfsr;
    frame[6] = resume & ~1u;
    frame[7] = 0x01000000;
}

__attribute__((naked)) static void fault(void) {
    __asm volatile("mrs r0, msp\n"
                   "b body\n");
}

static void expect(const char *name, uint32_t pc, uint32_t exception,
        uint32_t cfsr) {
    print("# ");
    print(name);
    print("\n");
    check("  exception", seen_exception, exception);
    check("  pc", seen_pc, pc & ~1u);
    check("  cfsr", seen_cfsr, cfsr);
    seen_exception = 0;
}

// Runs CODE, with label 1 on the culprit; goes on at label 2.
#define CULPRIT(pc, code, ...)                                           \
    do {                                                                 \
        __asm volatile("adr r4, 2f\n"                                    \
                       "str r4, [%1]\n"                                  \
                       "adr r4, 1f\n"                                    \
                       "mov r5, r4\n" code "\n"                          \
                       ".balign 4\n"                                     \
                       "2: mov %0, r5\n"                                 \
                       : "=&r"(pc)                                       \
                       : "r"(&resume), __VA_ARGS__                       \
                       : "r0", "r1", "r2", "r3", "r4", "r5", "lr", "cc", \
                       "memory");                                        \
    } while (0)

static void test_kinds(bool enabled) {
    uint32_t pc;
    uint32_t hole = 0x10000000;
    CULPRIT(pc, ".balign 4\n1: udf #7\nnop", "r"(hole));
    expect("undefined", pc, enabled ? 6 : 3, 1 << 16);
    check("  forced", seen_hfsr, enabled ? 0 : 1u << 30);

    CULPRIT(pc,
            "movs r0, #1\nadd r0, r0, r0\n.balign 4\n1: ldr r1, [%2, #8]\n"
            "movs r0, #9\nnop",
            "r"(hole));
    expect("load", pc, enabled ? 5 : 3, 0x8200);
    check("  address", seen_address, hole + 8);

    CULPRIT(pc, "movs r0, #1\n.balign 4\n1: strh r0, [%2, #6]\nnop", "r"(hole));
    expect("store", pc, enabled ? 5 : 3, 0x8200);
    check("  address", seen_address, hole + 6);

    CULPRIT(pc, "movs r0, #4\n.balign 4\n1: ldrb r1, [%2, r0]\nnop", "r"(hole));
    expect("load with index", pc, enabled ? 5 : 3, 0x8200);
    check("  address", seen_address, hole + 4);

    CULPRIT(pc, ".balign 4\n1: stmia.w %2, {r0, r1, r2}\nnop", "r"(hole));
    expect("store multiple", pc, enabled ? 5 : 3, 0x8200);

    CULPRIT(pc,
            "cmp r0, r0\n.balign 4\nnop\nitt eq\nmoveq r1, #0\n"
            "1: ldreq r1, [%2]\nnop\nnop",
            "r"(hole));
    seen_pc &= ~3u; // adr reaches words only
    expect("load in an IT block", pc & ~3u, enabled ? 5 : 3, 0x8200);
    check("  IT state", (seen_xpsr >> 25 & 3) | (seen_xpsr >> 8 & 0xfc), 0x08);

    CULPRIT(pc, "orr r0, %2, #1\nbx r0\n.balign 4\n1: nop", "r"(hole));
    expect("fetch", hole, enabled ? 5 : 3, 0x0100);

    CULPRIT(pc, "mov r0, %2\nbx r0\n.balign 4\n1: nop",
            "r"((uint32_t)0x40000001));
    expect("fetch from registers", 0x40000000, enabled ? 4 : 3, 0x0001);

    CULPRIT(pc, "bic r0, r5, #1\nbx r0\n.balign 4\n1: nop", "r"(hole));
    expect("even branch", pc, enabled ? 6 : 3, 1 << 17);

    CULPRIT(pc, ".balign 4\n1: bkpt #1\nnop", "r"(hole));
    check("breakpoint is a hard fault", seen_exception, 3);
    check("  debug event", seen_hfsr, 0x80000000u);
}

static uint32_t guarded[1024] __attribute__((aligned(1024)));

static void test_mpu(void) {
    uint32_t pc;
    uint32_t base = (uint32_t)(uintptr_t)guarded;
    SCS(0xd98) = 3;
    SCS(0xd9c) = base;
    SCS(0xda0) = 0 << 24 | 9 << 1 | 1; // no access, 1 KiB
    SCS(0xd94) = 5;
    barrier();
    check("region reads back", SCS(0xd9c) & ~31u, base);
    CULPRIT(pc, ".balign 4\n1: ldr r1, [%2, #12]\nnop", "r"(base));
    expect("forbidden load", pc, 4, 0x82);
    check("  address", seen_address, base + 12);
    guarded[256] = 5; // behind the region
    check("beside the region", guarded[256], 5);
    SCS(0xda0) = 6 << 24 | 9 << 1 | 1; // read only
    barrier();
    check("reads of a read-only region", guarded[0], 0);
    CULPRIT(pc, ".balign 4\n1: str r1, [%2, #4]\nnop", "r"(base));
    expect("forbidden store", pc, 4, 0x82);
    SCS(0xd94) = 0;
    barrier();
    guarded[0] = 1;
    check("open again", guarded[0], 1);
}

void test(void) {
    for (unsigned i = 3; i <= 6; i++) {
        vectors[i] = fault;
    }
    test_kinds(false);
    SCB_SHCSR = 7 << 16;
    test_kinds(true);
    test_mpu();
    // In a handler of the same priority it escalates.
    check("handlers enabled", SCB_SHCSR >> 16, 7);
}
