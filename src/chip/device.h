// SPDX-License-Identifier: MIT
// The STM32H743 as the CMSIS core header wants it, and register access.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Vector numbers, RM0433 chapter 19 (NVIC), only those that are used.
typedef enum {
    NonMaskableInt_IRQn = -14,
    HardFault_IRQn = -13,
    MemoryManagement_IRQn = -12,
    BusFault_IRQn = -11,
    UsageFault_IRQn = -10,
    SVCall_IRQn = -5,
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
    EXTI0_IRQn = 6,
    EXTI9_5_IRQn = 23,
    USART1_IRQn = 37,
    USART3_IRQn = 39,
    EXTI15_10_IRQn = 40,
    DCMI_IRQn = 78,
    OTG_FS_IRQn = 101,
    CHIP_IRQ_COUNT = 150
} IRQn_Type;

#define __CM7_REV 0x0101U
#define __FPU_PRESENT 1U
#define __MPU_PRESENT 1U
#define __ICACHE_PRESENT 1U
#define __DCACHE_PRESENT 1U
#define __DTCM_PRESENT 1U
#define __NVIC_PRIO_BITS 4U
#define __Vendor_SysTickConfig 0U
#define __VTOR_PRESENT 1U
#include "core_cm7.h"

#define CHIP_REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

// Interrupt priorities, 0 first. What must run during a sector erase lives in
// fast code and has a priority above CHIP_PRIO_FLASH.
enum {
    CHIP_PRIO_TICK = 1,
    CHIP_PRIO_UART = 2,
    CHIP_PRIO_USB = 3,
    CHIP_PRIO_FLASH = 4,
    CHIP_PRIO_CAMERA = 5,
    CHIP_PRIO_EXTI = 6,
    CHIP_PRIO_PENDSV = 15
};

// Code that runs from ITCM, data in DTCM, memory of DMA (never cached).
#define CHIP_FASTCODE __attribute__((section(".fastcode"), noinline))
#define CHIP_FASTDATA __attribute__((section(".fastdata")))
#define CHIP_CARD __attribute__((section(".card"), aligned(32)))
#define CHIP_DMA __attribute__((section(".dma"), aligned(32)))

// Errors of this folder are negative errno numbers.
enum {
    CHIP_EIO = -5,
    CHIP_EBUSY = -16,
    CHIP_ENODEV = -19,
    CHIP_EINVAL = -22,
    CHIP_ENOSPC = -28,
    CHIP_ETIMEDOUT = -110
};

static inline void chip_modify(volatile uint32_t *reg, uint32_t clear,
        uint32_t set) {
    *reg = (*reg & ~clear) | set;
}

// Waits until (*reg & mask) == value; CHIP_ETIMEDOUT when it has not come
// after at least `us` microseconds (more at clocks below 480 MHz: a turn of
// the loop is never shorter than four cycles).
__attribute__((always_inline)) static inline int
chip_wait(volatile const uint32_t *reg, uint32_t mask, uint32_t value,
        uint32_t us) {
    for (uint32_t turns = us * 120U + 1U; turns != 0; turns--) {
        if ((*reg & mask) == value) {
            return 0;
        }
    }
    return CHIP_ETIMEDOUT;
}
