// SPDX-License-Identifier: MIT
// What the small programs that test the virtual camera share: registers by
// their address in RM0433, a console, and checks.
#ifndef TEST_VCAM_PROGRAM_H
#define TEST_VCAM_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define RCC(offset) REG(0x58024400u + (offset))
#define PWR(offset) REG(0x58024800u + (offset))
#define SYSCFG(offset) REG(0x58000400u + (offset))
#define FLASH(offset) REG(0x52002000u + (offset))
#define GPIO(port, offset) REG(0x58020000u + 0x400u * ((port) - 'A') + (offset))
#define USART1(offset) REG(0x40011000u + (offset))
#define SCS(offset) REG(0xe000e000u + (offset))

#define SCB_ICSR SCS(0xd04)
#define SCB_VTOR SCS(0xd08)
#define SCB_AIRCR SCS(0xd0c)
#define SCB_CCR SCS(0xd14)
#define SCB_SHCSR SCS(0xd24)
#define SCB_CFSR SCS(0xd28)
#define SCB_HFSR SCS(0xd2c)
#define SCB_MMFAR SCS(0xd34)
#define SCB_BFAR SCS(0xd38)

#define NVIC_ENABLE(irq) SCS(0x100 + (irq) / 32 * 4) = 1u << (irq) % 32
#define NVIC_PEND(irq) SCS(0x200 + (irq) / 32 * 4) = 1u << (irq) % 32
#define NVIC_PRIORITY(irq) \
    (*(volatile uint8_t *)(uintptr_t)(0xe000e400u + (irq)))
#define SYSTEM_PRIORITY(exception) \
    (*(volatile uint8_t *)(uintptr_t)(0xe000ed14u + (exception)))

static inline void barrier(void) {
    __asm volatile("dsb\n isb" ::: "memory");
}

// The vector table, in RAM: a test puts its handlers there.
typedef void handler(void);
extern handler *vectors[16 + 150];

// The console on PB14, 115200 baud from HSI at 64 MHz.
void console_start(uint32_t kernel_hz);
void put_char(char c);
void print(const char *text);
void print_number(uint32_t value);
void print_hex(uint32_t value);

// Prints "ok NAME" or "BAD NAME: GOT, not WANT".
void check(const char *name, uint32_t got, uint32_t want);
// Prints "ENDED" when all checks were good, else "FAILED"; sleeps for ever.
void finish(void);

// The test itself.
void test(void);

#endif
