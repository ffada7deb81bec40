// SPDX-License-Identifier: MIT
// Start-up on MPS2 AN500.

#include <stdint.h>

#include "semihost.h"

extern uint32_t stack_top, bss_start, bss_end;

int main(void);

static void fault(void) {
    semihost_exit(3);
}

__attribute__((noreturn)) void start(void);
void start(void) {
    for (volatile uint32_t *to = &bss_start; to < &bss_end; to++) {
        *to = 0;
    }
    *(volatile uint32_t *)0xE000ED88 = 0xF << 20; // CPACR: the FPU
    __asm volatile("dsb\n isb" ::: "memory");
    semihost_exit(main());
}

typedef void (*vector)(void);

// Stack, reset, NMI and the faults.
__attribute__((section(".vectors"), used)) static const struct {
    const void *stack;
    vector handlers[6];
} vectors = {&stack_top, {start, fault, fault, fault, fault, fault}};
