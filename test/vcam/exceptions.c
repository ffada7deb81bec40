// SPDX-License-Identifier: MIT
// Exceptions: frames, priorities, masks, stacks and the FPU's registers.

#include "program.h"

static volatile uint32_t order[16];
static volatile unsigned steps;
static volatile uint32_t frame_seen[8];
static volatile uint32_t lr_seen, svc_number;

static void step(uint32_t what) {
    order[steps++ % 16] = what;
}

static uint32_t taken(void) {
    uint32_t digits = 0;
    for (unsigned i = 0; i < steps; i++) {
        digits = digits * 16 + order[i];
    }
    steps = 0;
    return digits;
}

// --- SVC: the frame and what it returns -----------------------------------

__attribute__((used)) static void svc_body(uint32_t *frame, uint32_t lr) {
    for (unsigned i = 0; i < 8; i++) {
        frame_seen[i] = frame[i];
    }
    lr_seen = lr;
    svc_number = ((const uint16_t *)(uintptr_t)frame[6])[-1] & 0xff;
    frame[0] = 0x600d;
}

__attribute__((naked)) static void svc_handler(void) {
    __asm volatile("tst lr, #4\n"
                   "ite eq\n"
                   "mrseq r0, msp\n"
                   "mrsne r0, psp\n"
                   "mov r1, lr\n"
                   "b svc_body\n");
}

static void test_svc(void) {
    uint32_t result;
    uint32_t where;
    vectors[11] = svc_handler;
    __asm volatile("movs r0, #1\n"
                   "movs r1, #2\n"
                   "movs r2, #3\n"
                   "movs r3, #4\n"
                   "movw r12, #0x1234\n"
                   "adr r4, 1f\n"
                   "cmp r0, r0\n" // Z and C
                   "svc #42\n"
                   ".balign 4\n"
                   "1: mov %0, r0\n"
                   "mov %1, r4\n"
                   : "=&r"(result), "=&r"(where)
                   :
                   : "r0", "r1", "r2", "r3", "r4", "r12", "lr", "cc", "memory");
    check("svc number", svc_number, 42);
    check("svc result", result, 0x600d);
    check("stacked r0", frame_seen[0], 1);
    check("stacked r3", frame_seen[3], 4);
    check("stacked r12", frame_seen[4], 0x1234);
    check("stacked pc", frame_seen[6], where & ~1u);
    check("stacked flags", frame_seen[7] >> 28, 6);
    check("stacked T", frame_seen[7] >> 24 & 1, 1);
    check("exc_return, no fp", lr_seen | 0x10, 0xfffffff9);
}

// --- priorities -----------------------------------------------------------

static void high(void) {
    step(2);
}

static void low(void) {
    step(1);
    NVIC_PEND(1); // preempts at once
    barrier();
    step(3);
}

static void middle(void) {
    step(4);
}

static void pendsv(void) {
    step(5);
}

static void test_priorities(void) {
    vectors[16] = low;
    vectors[17] = high;
    vectors[18] = middle;
    vectors[14] = pendsv;
    NVIC_PRIORITY(0) = 0x80;
    NVIC_PRIORITY(1) = 0x40;
    NVIC_PRIORITY(2) = 0x80;
    SYSTEM_PRIORITY(14) = 0xf0;
    NVIC_ENABLE(0);
    NVIC_ENABLE(1);
    NVIC_ENABLE(2);
    check("priority has four bits", NVIC_PRIORITY(0), 0x80);
    NVIC_PRIORITY(3) = 0xff;
    check("priority drops the others", NVIC_PRIORITY(3), 0xf0);

    // All at once: low preempted by high, then middle by number, then PendSV.
    __asm volatile("cpsid i");
    SCB_ICSR = 1u << 28;
    NVIC_PEND(2);
    NVIC_PEND(0);
    barrier();
    check("masked by PRIMASK", steps, 0);
    check("pending is shown", SCS(0x200) & 7, 5);
    __asm volatile("cpsie i\nisb");
    check("order of entry", taken(), 0x12345);

    // BASEPRI lets only the higher through.
    __asm volatile("msr basepri, %0\nisb" ::"r"(0x80));
    NVIC_PEND(0);
    barrier();
    check("masked by BASEPRI", taken(), 0);
    NVIC_PEND(1);
    barrier();
    check("not masked by BASEPRI", taken(), 2);
    __asm volatile("msr basepri, %0\nisb" ::"r"(0));
    check("after BASEPRI", taken(), 0x123);

    // With all bits for sub-priorities nothing preempts.
    SCB_AIRCR = 0x05fa0000 | 7 << 8;
    NVIC_PEND(0);
    barrier();
    check("sub-priorities do not preempt", taken(), 0x132);
    SCB_AIRCR = 0x05fa0000;

    __asm volatile("cpsid f\nisb");
    NVIC_PEND(1);
    barrier();
    check("masked by FAULTMASK", taken(), 0);
    __asm volatile("cpsie f\nisb");
    check("after FAULTMASK", taken(), 2);

    NVIC_PEND(1);
    SCS(0x280) = 2; // may be too late, but not with interrupts off
    barrier();
    steps = 0;
    __asm volatile("cpsid i");
    NVIC_PEND(1);
    SCS(0x280) = 2;
    __asm volatile("cpsie i\nisb");
    check("taken back", taken(), 0);
}

// --- the other stack, and the FPU -----------------------------------------

static uint32_t process_stack[256] __attribute__((aligned(8)));
static volatile uint32_t control_seen, psp_before, psp_in, aligned_in;

__attribute__((naked)) static void trash(void) {
    __asm volatile("mrs r0, psp\n"
                   "ldr r1, =psp_in\n"
                   "str r0, [r1]\n"
                   "ldr r1, =lr_seen\n"
                   "str lr, [r1]\n"
                   "vmov s0, lr\n"
                   "vmov s15, lr\n"
                   "vmov s1, lr\n"
                   "mov r2, #0\n"
                   "vmsr fpscr, r2\n"
                   "mov r3, #-1\n"
                   "mov r12, r3\n"
                   "bx lr\n");
}

static void test_stacks(void) {
    uint32_t got[4];
    vectors[17] = trash;
    uint32_t top = (uint32_t)(uintptr_t)(process_stack + 250) - 4;
    __asm volatile("mrs r5, msp\n"
                   "msr psp, %4\n"
                   "movs r0, #2\n"
                   "msr control, r0\n"
                   "isb\n"
                   "mov r6, #0x3f800000\n"
                   "vmov s0, r6\n"
                   "add r6, #1\n"
                   "vmov s15, r6\n"
                   "mov r7, #0x03000000\n" // round towards minus infinity
                   "vmsr fpscr, r7\n"
                   "mov r6, #0xe000e000\n"
                   "add r6, #0x200\n"
                   "movs r7, #2\n"
                   "mov r4, #0x1234\n"
                   "mov r3, #0x77\n"
                   "str r7, [r6]\n" // pends interrupt 1
                   "dsb\n"
                   "isb\n"
                   "vmov %0, s0\n"
                   "vmov %1, s15\n"
                   "vmrs %2, fpscr\n"
                   "mov %3, r3\n"
                   "movs r6, #0\n"
                   "msr control, r6\n"
                   "isb\n"
                   "vmsr fpscr, r6\n"
                   : "=&r"(got[0]), "=&r"(got[1]), "=&r"(got[2]), "=&r"(got[3])
                   : "r"(top)
                   : "r0", "r3", "r4", "r5", "r6", "r7", "memory", "s0", "s1",
                   "s15");
    check("s0 is kept", got[0], 0x3f800000);
    check("s15 is kept", got[1], 0x3f800001);
    check("fpscr is kept", got[2] & 0x00c00000, 0x00c00000 & 0x03000000);
    check("r3 is kept", got[3], 0x77);
    check("exc_return, fp and psp", lr_seen, 0xffffffed);
    check("frame of 104 bytes, aligned", top - psp_in, 0x68 + 4);
}

// --- SysTick --------------------------------------------------------------

static volatile unsigned ticks;

static void systick(void) {
    ticks++;
}

static void test_systick(void) {
    vectors[15] = systick;
    SCS(0x14) = 63999; // a millisecond at 64 MHz
    SCS(0x18) = 0;
    SCS(0x10) = 7;
    SCS(0xdfc) |= 1u << 24;
    REG(0xe0001000) |= 1;
    uint32_t start = REG(0xe0001004);
    while (ticks < 10) {
    }
    uint32_t cycles = REG(0xe0001004) - start;
    check("ten ticks in cycles", cycles / 6400, 100);
    check("current is within reload", SCS(0x18) < 64000, 1);
    ticks = 0;
    while (ticks < 5) {
        __asm volatile("wfi");
    }
    check("wakes from WFI", ticks, 5);
    SCS(0x10) = 0;
    check("COUNTFLAG is set", SCS(0x10) >> 16 & 1, 1);
    check("COUNTFLAG is cleared by reading", SCS(0x10) >> 16 & 1, 0);
}

void test(void) {
    test_svc();
    test_priorities();
    test_stacks();
    test_systick();
}
