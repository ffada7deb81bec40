// SPDX-License-Identifier: MIT
// Reset and clock control (RM0433 chapter 8): clock gates, tree, reset cause.
#pragma once

#include "chip/device.h"

// Clock enable registers as offsets from RCC, so that a gate is one number.
enum {
    RCC_AHB3ENR = 0x0D4,
    RCC_AHB1ENR = 0x0D8,
    RCC_AHB2ENR = 0x0DC,
    RCC_AHB4ENR = 0x0E0,
    RCC_APB3ENR = 0x0E4,
    RCC_APB1LENR = 0x0E8,
    RCC_APB1HENR = 0x0EC,
    RCC_APB2ENR = 0x0F0,
    RCC_APB4ENR = 0x0F4
};
#define CHIP_GATE(reg, bit) ((uint32_t)(reg) << 8 | (uint32_t)(bit))

#define GATE_JPEG CHIP_GATE(RCC_AHB3ENR, 5)
#define GATE_SDMMC1 CHIP_GATE(RCC_AHB3ENR, 16)
#define GATE_DMA1 CHIP_GATE(RCC_AHB1ENR, 0)
#define GATE_DMA2 CHIP_GATE(RCC_AHB1ENR, 1)
#define GATE_ADC12 CHIP_GATE(RCC_AHB1ENR, 5)
#define GATE_USB2OTG CHIP_GATE(RCC_AHB1ENR, 27)
#define GATE_DCMI CHIP_GATE(RCC_AHB2ENR, 0)
#define GATE_RNG CHIP_GATE(RCC_AHB2ENR, 6)
#define GATE_SRAM1 CHIP_GATE(RCC_AHB2ENR, 29)
#define GATE_SRAM2 CHIP_GATE(RCC_AHB2ENR, 30)
#define GATE_SRAM3 CHIP_GATE(RCC_AHB2ENR, 31)
#define GATE_GPIO(port) CHIP_GATE(RCC_AHB4ENR, port)
#define GATE_ADC3 CHIP_GATE(RCC_AHB4ENR, 24)
#define GATE_TIM2 CHIP_GATE(RCC_APB1LENR, 0)
#define GATE_TIM4 CHIP_GATE(RCC_APB1LENR, 2)
#define GATE_TIM12 CHIP_GATE(RCC_APB1LENR, 6)
#define GATE_SPI2 CHIP_GATE(RCC_APB1LENR, 14)
#define GATE_USART3 CHIP_GATE(RCC_APB1LENR, 18)
#define GATE_I2C1 CHIP_GATE(RCC_APB1LENR, 21)
#define GATE_I2C2 CHIP_GATE(RCC_APB1LENR, 22)
#define GATE_CRS CHIP_GATE(RCC_APB1HENR, 1)
#define GATE_TIM1 CHIP_GATE(RCC_APB2ENR, 0)
#define GATE_USART1 CHIP_GATE(RCC_APB2ENR, 4)
#define GATE_SYSCFG CHIP_GATE(RCC_APB4ENR, 1)
#define GATE_I2C4 CHIP_GATE(RCC_APB4ENR, 7)
#define GATE_RTC CHIP_GATE(RCC_APB4ENR, 16)

// Opens a clock gate and waits the two bus cycles that section 8.5.11 asks.
void chip_rcc_enable(uint32_t gate);
void chip_rcc_disable(uint32_t gate);
// Puts the block behind a gate through reset.
void chip_rcc_reset(uint32_t gate);

// The frequencies in force, in Hz.
struct chip_clocks {
    uint32_t cpu;
    uint32_t ahb;
    uint32_t apb;    // APB1 to APB4
    uint32_t timer;  // timers on APB1 and APB2
    uint32_t sdmmc;  // SDMMC1
    uint32_t pll3_r; // ADC
    uint32_t pll3_p; // SPI1 to SPI3
};
const struct chip_clocks *chip_clocks(void);

// Brings supply, flash wait states and clocks to full speed from whatever
// state the bootloader left: 480 MHz, or 400 MHz on silicon before revision V.
// On an error the core keeps running from HSI at 64 MHz and a negative number
// tells which step failed.
int chip_clocks_init(void);

// False on silicon before revision V (revision Y in cameras), where the
// supply stops at VOS1 and the clock at 400 MHz.
bool chip_has_vos0(void);

// Oscillators of the RTC domain: LSI. Needs backup domain access (pwr.h).
int chip_rcc_lsi_for_rtc(void);

enum chip_reset_cause {
    CHIP_RESET_UNKNOWN,
    CHIP_RESET_POWER,
    CHIP_RESET_PIN,
    CHIP_RESET_SOFT,
    CHIP_RESET_WATCHDOG,
    CHIP_RESET_STANDBY
};
// Why the chip was last reset; read once, then the flags are cleared.
enum chip_reset_cause chip_reset_cause(void);
