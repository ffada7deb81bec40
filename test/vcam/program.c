// SPDX-License-Identifier: MIT
// Start-up, console and checks of the small programs.

#include "program.h"

extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

handler *vectors[16 + 150] __attribute__((aligned(1024)));
static unsigned bad;

static void unexpected(void) {
    uint32_t number;
    __asm volatile("mrs %0, ipsr" : "=r"(number));
    print("BAD exception ");
    print_number(number);
    print("\nFAILED\n");
    for (;;) {
        __asm volatile("wfi");
    }
}

__attribute__((noreturn, used)) static void start(void) {
    uint32_t *from = &data_load;
    for (uint32_t *to = &data_start; to < &data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    for (unsigned i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        vectors[i] = unexpected;
    }
    SCB_VTOR = (uint32_t)(uintptr_t)vectors;
    SCS(0xd88) = 0xf << 20; // the FPU
    barrier();
    __asm volatile("cpsie i");
    console_start(64000000);
    test();
    finish();
    for (;;) {
    }
}

// The bootloader sets no stack pointer.
__attribute__((naked, noreturn)) void reset_handler(void);
void reset_handler(void) {
    __asm volatile("ldr r0, =stack_top\n"
                   "msr msp, r0\n"
                   "b start\n");
}

__attribute__((section(".vectors"),
        used)) static void *const table[2] = {&stack_top,
        (void *)reset_handler};

void console_start(uint32_t kernel_hz) {
    RCC(0xe0) |= 1u << 1; // GPIOB
    RCC(0xf0) |= 1u << 4; // USART1
    (void)RCC(0xf0);
    USART1(0x00) = 0;
    GPIO('B', 0x24) = (GPIO('B', 0x24) & 0x00ffffff) | 0x44000000;
    GPIO('B', 0x00) = (GPIO('B', 0x00) & 0x0fffffff) | 0xa0000000;
    USART1(0x0c) = (kernel_hz + 57600) / 115200;
    USART1(0x00) = 0xd;
}

void put_char(char c) {
    while (!(USART1(0x1c) & 0x80)) {
    }
    USART1(0x28) = (uint8_t)c;
}

void print(const char *text) {
    while (*text) {
        put_char(*text++);
    }
}

void print_number(uint32_t value) {
    if (value >= 10) {
        print_number(value / 10);
    }
    put_char((char)('0' + value % 10));
}

void print_hex(uint32_t value) {
    print("0x");
    for (int shift = 28; shift >= 0; shift -= 4) {
        put_char("0123456789abcdef"[value >> shift & 15]);
    }
}

void check(const char *name, uint32_t got, uint32_t want) {
    if (got == want) {
        print("ok ");
        print(name);
    } else {
        bad++;
        print("BAD ");
        print(name);
        print(": ");
        print_hex(got);
        print(", not ");
        print_hex(want);
    }
    print("\n");
}

void finish(void) {
    print(bad ? "FAILED\n" : "ENDED\n");
    while (!(USART1(0x1c) & 0x40)) {
    }
    for (;;) {
        __asm volatile("wfi");
    }
}
