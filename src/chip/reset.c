// SPDX-License-Identifier: MIT
// The first instructions: nothing the bootloader left behind is trusted.

#include <string.h>

#include "chip/device.h"
#include "chip/image.h"
#include "chip/mpu.h"
#include "chip/rcc.h"
#include "chip/vectors.h"
#include "memory.h"

extern uint32_t _stack_top;
extern uint32_t _fastcode_start, _fastcode_end, _fastcode_load;
extern uint32_t _data_start, _data_end, _data_load;
extern uint32_t _bss_start, _bss_end;
extern uint32_t _fastdata_start, _fastdata_end;
extern uint32_t _image_end;

typedef void (*handler)(void);

void chip_reset(void);
void chip_fault_handler(void);
void chip_systick_handler(void);
void chip_pendsv_handler(void);
void chip_exti0_handler(void);
void chip_exti1_handler(void);
void chip_exti2_handler(void);
void chip_exti3_handler(void);
void chip_exti4_handler(void);
void chip_exti9_5_handler(void);
void chip_exti15_10_handler(void);
void chip_dcmi_handler(void);
void chip_usart1_handler(void);
void chip_usart3_handler(void);
void chip_otg_fs_handler(void);
int main(void);

#define CORE_VECTORS 16
#define VECTORS (CORE_VECTORS + CHIP_IRQ_COUNT)
// VTOR wants the table on a multiple of its size rounded up to 2^n.
#define TABLE_ALIGN 1024

// Entry 0 is the stack pointer, which the bootloader does not load.
#define HANDLER(irq) [CORE_VECTORS + (irq)]

// A range first and exceptions after it: the one thing here ISO C lacks.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Woverride-init"
__attribute__((section(".vectors"),
        used)) static const handler vectors[VECTORS] = {
        [2 ... VECTORS - 1] = chip_fault_handler,
        [0] = (handler)(void *)&_stack_top,
        [1] = chip_reset,
        HANDLER(PendSV_IRQn) = chip_pendsv_handler,
        HANDLER(SysTick_IRQn) = chip_systick_handler,
        HANDLER(EXTI0_IRQn) = chip_exti0_handler,
        HANDLER(EXTI0_IRQn + 1) = chip_exti1_handler,
        HANDLER(EXTI0_IRQn + 2) = chip_exti2_handler,
        HANDLER(EXTI0_IRQn + 3) = chip_exti3_handler,
        HANDLER(EXTI0_IRQn + 4) = chip_exti4_handler,
        HANDLER(EXTI9_5_IRQn) = chip_exti9_5_handler,
        HANDLER(EXTI15_10_IRQn) = chip_exti15_10_handler,
        HANDLER(DCMI_IRQn) = chip_dcmi_handler,
        HANDLER(USART1_IRQn) = chip_usart1_handler,
        HANDLER(USART3_IRQn) = chip_usart3_handler,
        HANDLER(OTG_FS_IRQn) = chip_otg_fs_handler,
};
#pragma GCC diagnostic pop

#define REGION(name, address, bytes) {#name, address, bytes},
__attribute__((section(".image_header"), used))
const struct chip_image_header chip_image_header = {
        .magic = CHIP_IMAGE_MAGIC,
        .version = CHIP_IMAGE_VERSION,
        .image_end = &_image_end,
        .data_end = &_bss_end,
        .regions = {MEM_REGIONS(REGION)},
};

static handler ram_vectors[VECTORS]
        __attribute__((section(".fastcode.vectors"), aligned(TABLE_ALIGN)));

uint32_t chip_vectors_in_ram(void) {
    return (uint32_t)(uintptr_t)ram_vectors;
}

static void copy(uint32_t *to, const uint32_t *end, const uint32_t *from) {
    while (to < end) {
        *to++ = *from++;
    }
}

static void clear(uint32_t *to, const uint32_t *end) {
    while (to < end) {
        *to++ = 0;
    }
}

void chip_vectors_init(void) {
    memcpy(ram_vectors, vectors, sizeof(vectors));
    SCB->VTOR = (uint32_t)(uintptr_t)vectors;
    __DSB();
}

// Stops what the bootloader may have left running or pending.
static void silence_interrupts(void) {
    SysTick->CTRL = 0;
    for (uint32_t i = 0; i < 8U; i++) {
        NVIC->ICER[i] = 0xFFFFFFFFU;
        NVIC->ICPR[i] = 0xFFFFFFFFU;
    }
    SCB->ICSR = SCB_ICSR_PENDSTCLR_Msk | SCB_ICSR_PENDSVCLR_Msk;
}

void chip_start(void);

// Runs on our stack. The stack below this frame is painted, so that its
// deepest use can be read later.
__attribute__((used)) void chip_start(void) {
    SCB->CPACR |= 0xFU << 20; // FPU: full access to CP10 and CP11
    __DSB();
    __ISB();
    __set_BASEPRI(0);
    __set_FAULTMASK(0);
    __set_CONTROL(0);
    silence_interrupts();
    // The bootloader may hand over with caches on and lines of its own.
    if (SCB->CCR & SCB_CCR_DC_Msk) {
        SCB_DisableDCache();
    }
    SCB_DisableICache();
    // .data and .bss live in domain D2, whose SRAM is off after reset.
    chip_rcc_enable(GATE_SRAM1);
    chip_rcc_enable(GATE_SRAM2);
    chip_rcc_enable(GATE_SRAM3);
    copy(&_fastcode_start, &_fastcode_end, &_fastcode_load);
    copy(&_data_start, &_data_end, &_data_load);
    clear(&_bss_start, &_bss_end);
    clear(&_fastdata_start, &_fastdata_end);
    chip_vectors_init();
    SCB->CCR |= SCB_CCR_STKALIGN_Msk;
    SCB->SHCSR |= SCB_SHCSR_MEMFAULTENA_Msk | SCB_SHCSR_BUSFAULTENA_Msk |
            SCB_SHCSR_USGFAULTENA_Msk;
    NVIC_SetPriorityGrouping(0);
    chip_mpu_init();
    __enable_irq();
    main();
    NVIC_SystemReset();
}

// No stack, no FPU, no vector table can be relied on yet.
__attribute__((naked)) void chip_reset(void) {
    __asm volatile("cpsid i\n"
                   "ldr r0, =_stack_top\n"
                   "msr msp, r0\n"
                   "ldr r1, =_stack_bottom\n"
                   "ldr r2, =0xA5A5A5A5\n"
                   "1: str r2, [r1], #4\n"
                   "cmp r1, r0\n"
                   "blo 1b\n"
                   "movs r0, #0\n"
                   "msr control, r0\n"
                   "isb\n"
                   "b chip_start\n");
}
