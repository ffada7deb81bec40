// SPDX-License-Identifier: MIT
// Fault handlers: save, blink, reset (ARMv7-M reference manual B1.5).

#include "chip/crash.h"

#include <assert.h>
#include <string.h>

#include "chip/gpio.h"
#include "chip/iwdg.h"
#include "chip/systick.h"
#include "chip/uart.h"
#include "memory.h"

#define CRASH_MAGIC 0x43525348U
#define BLINK_MS 200U
#define CYCLES_PER_MS 480000U

static struct chip_crash crash __attribute__((section(".crash")));
static_assert(sizeof(crash) <= MEM_CRASH_BYTES, "crash record");

// A stack of its own: the main one may be what is broken. The assembly below
// leaves r4 to r11 on it.
#define CRASH_STACK_BYTES 1024U
static uint64_t crash_stack[CRASH_STACK_BYTES / 8U];
__attribute__((used)) uint64_t *const chip_crash_stack_top =
        &crash_stack[CRASH_STACK_BYTES / 8U];

// The frame that the core pushes.
struct frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

#define EXC_RETURN_PSP (1U << 2)
#define EXC_RETURN_NO_FP (1U << 4)
#define FP_FRAME_BYTES 104U
#define PLAIN_FRAME_BYTES 32U
#define XPSR_PADDED (1U << 9)

static uint32_t checksum(const struct chip_crash *record) {
    const uint32_t *words = (const uint32_t *)(const void *)record;
    uint32_t sum = CRASH_MAGIC;
    for (size_t i = 0; i < offsetof(struct chip_crash, check) / 4U; i++) {
        sum = (sum << 5 | sum >> 27) ^ words[i];
    }
    return sum;
}

const struct chip_crash *chip_crash_last(void) {
    bool valid = crash.magic == CRASH_MAGIC && crash.check == checksum(&crash);
    return valid ? &crash : NULL;
}

void chip_crash_clear(void) {
    crash.magic = 0;
}

const char *chip_crash_name(uint32_t reason) {
    static const char *const names[] = {
            "unknown",
            "NMI",
            "hard fault",
            "memory fault",
            "bus fault",
            "usage fault",
            "stack overflow",
            "unexpected interrupt",
            "abort",
    };
    return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : names[0];
}

// Cycles, not ticks: interrupts do not run here.
static void pause_ms(uint32_t ms) {
    for (; ms != 0; ms--) {
        uint32_t start = chip_cycles();
        for (uint32_t i = 0; i < CYCLES_PER_MS; i++) {
            if (chip_cycles() - start >= CYCLES_PER_MS) {
                break;
            }
        }
        chip_iwdg_feed();
    }
}

static void blink(uint32_t times) {
    uint8_t led = chip_board_crash_led;
    chip_gpio_init();
    chip_pin_config(led, CHIP_PIN_OUTPUT, CHIP_PIN_FLOAT, 0, 0);
    for (uint32_t i = 0; i < times; i++) {
        chip_pin_write(led, false);
        pause_ms(BLINK_MS);
        chip_pin_write(led, true);
        pause_ms(BLINK_MS);
    }
}

static void hex(char *out, uint32_t value) {
    for (int i = 7; i >= 0; i--) {
        uint32_t digit = value & 15U;
        out[i] = (char)(digit < 10U ? '0' + digit : 'a' + digit - 10U);
        value >>= 4;
    }
}

static _Noreturn void finish(void) {
    crash.cfsr = SCB->CFSR;
    crash.hfsr = SCB->HFSR;
    crash.mmfar = SCB->MMFAR;
    crash.bfar = SCB->BFAR;
    crash.ms = chip_ms();
    crash.magic = CRASH_MAGIC;
    crash.check = checksum(&crash);
    __DSB();
    char line[] = " at 00000000, cfsr 00000000\r\n";
    hex(line + 4, crash.pc);
    hex(line + 19, crash.cfsr);
    chip_uart_put_blocking(CHIP_UART1, "\r\nblazecam: ");
    chip_uart_put_blocking(CHIP_UART1, chip_crash_name(crash.reason));
    chip_uart_put_blocking(CHIP_UART1, line);
    blink(crash.reason);
    NVIC_SystemReset();
}

static void begin(uint32_t reason) {
    uint32_t count = chip_crash_last() ? crash.count : 0;
    memset(&crash, 0, sizeof(crash));
    crash.count = count + 1U;
    crash.reason = reason;
}

static bool readable(uint32_t address) {
    return address >= MEM_STACK_ADDR && address % 4U == 0 &&
            address - MEM_STACK_ADDR <= MEM_STACK_BYTES - sizeof(struct frame);
}

static uint32_t reason_of(uint32_t exception, uint32_t sp) {
    uint32_t cfsr = SCB->CFSR;
    bool stacking = (cfsr & (SCB_CFSR_MSTKERR_Msk | SCB_CFSR_STKERR_Msk)) != 0;
    if (stacking || sp < MEM_STACK_ADDR + 256U) {
        return CHIP_CRASH_STACK;
    }
    switch (exception) {
    case 2:
        return CHIP_CRASH_NMI;
    case 4:
        return CHIP_CRASH_MEMORY;
    case 5:
        return CHIP_CRASH_BUS;
    case 6:
        return CHIP_CRASH_USAGE;
    case 3:
        return CHIP_CRASH_HARD;
    default:
        return CHIP_CRASH_IRQ;
    }
}

void chip_crash_entry(uint32_t exc_return, uint32_t sp, const uint32_t *saved);

// `sp` is where the core pushed the frame, `saved` holds r4 to r11.
__attribute__((used)) void chip_crash_entry(uint32_t exc_return, uint32_t sp,
        const uint32_t *saved) {
    __disable_irq();
    begin(reason_of(__get_IPSR(), sp));
    memcpy(&crash.r[4], saved, 8U * sizeof(uint32_t));
    crash.exc_return = exc_return;
    crash.sp = sp;
    if (readable(sp)) {
        const struct frame *frame = (const struct frame *)(uintptr_t)sp;
        crash.r[0] = frame->r0;
        crash.r[1] = frame->r1;
        crash.r[2] = frame->r2;
        crash.r[3] = frame->r3;
        crash.r[12] = frame->r12;
        crash.lr = frame->lr;
        crash.pc = frame->pc;
        crash.xpsr = frame->xpsr;
        crash.sp += (exc_return & EXC_RETURN_NO_FP) ? PLAIN_FRAME_BYTES
                                                    : FP_FRAME_BYTES;
        crash.sp += (frame->xpsr & XPSR_PADDED) ? 4U : 0;
    }
    finish();
}

void chip_fault_handler(void);

__attribute__((naked)) void chip_fault_handler(void) {
    __asm volatile("mov r0, lr\n"
                   "tst lr, #4\n"
                   "ite eq\n"
                   "mrseq r1, msp\n"
                   "mrsne r1, psp\n"
                   "ldr r2, =chip_crash_stack_top\n"
                   "ldr r2, [r2]\n"
                   "mov sp, r2\n"
                   "push {r4-r11}\n"
                   "mov r2, sp\n"
                   "b chip_crash_entry\n");
}

_Noreturn void chip_abort(const char *text) {
    __disable_irq();
    begin(CHIP_CRASH_ABORT);
    crash.pc = (uint32_t)(uintptr_t)__builtin_return_address(0);
    crash.sp = __get_MSP();
    size_t length = strlen(text);
    if (length >= sizeof(crash.text)) {
        length = sizeof(crash.text) - 1U;
    }
    memcpy(crash.text, text, length);
    finish();
}
