// SPDX-License-Identifier: MIT
// Clocks of the virtual camera, as RCC is set (RM0433 section 8).
#ifndef HOST_VCAM_RCC_H
#define HOST_VCAM_RCC_H

#include <stdbool.h>
#include <stdint.h>

struct vcam;

enum vcam_clock {
    CLOCK_CPU,
    CLOCK_HCLK, // AXI and all AHB
    CLOCK_PCLK1,
    CLOCK_PCLK2,
    CLOCK_PCLK3,
    CLOCK_PCLK4,
    CLOCK_TIMERS1, // of the timers on APB1
    CLOCK_TIMERS2,
    CLOCK_USART16,
    CLOCK_USART234578,
    CLOCK_RNG,
    CLOCK_I2C123,
    CLOCK_I2C4,
    CLOCK_SPI123,
    CLOCK_SPI45,
    CLOCK_SPI6,
    CLOCK_ADC,
    CLOCK_USB,
    CLOCK_RTC,
    CLOCK_SDMMC,
    CLOCK_LSI
};

// Hertz; 0 while the source is off.
uint32_t vcam_clock(const struct vcam *vm, enum vcam_clock clock);

// The supply, as PWR and SYSCFG are set: 0 (the fastest) to 3.
unsigned vcam_voltage_scale(const struct vcam *vm);
// Wait states that FLASH_ACR is set to.
unsigned vcam_flash_latency(const struct vcam *vm);
// Backup domain write access, PWR_CR1.DBP.
bool vcam_backup_open(const struct vcam *vm);

// To be called by who changes what the limits depend on.
void vcam_check_limits(struct vcam *vm);

#endif
