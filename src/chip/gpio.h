// SPDX-License-Identifier: MIT
// Pins (RM0433 chapter 11) and their edge interrupts (chapters 12 and 20).
#pragma once

#include "chip/device.h"

// A pin is one number: port letter times 16 plus bit. Port A is 0.
#define CHIP_PIN(port, bit) ((uint8_t)(((port) - 'A') * 16 + (bit)))
#define CHIP_PIN_PORT(pin) ((uint32_t)(pin) >> 4)
#define CHIP_PIN_BIT(pin) ((uint32_t)(pin)&15U)

// Registers: RM0433 section 11.4.
#define GPIO_BASE(pin) (0x58020000U + 0x400U * CHIP_PIN_PORT(pin))
#define GPIO_IDR(pin) CHIP_REG(GPIO_BASE(pin) + 0x10)
#define GPIO_ODR(pin) CHIP_REG(GPIO_BASE(pin) + 0x14)
#define GPIO_BSRR(pin) CHIP_REG(GPIO_BASE(pin) + 0x18)

enum chip_pin_mode {
    CHIP_PIN_INPUT,
    CHIP_PIN_OUTPUT,
    CHIP_PIN_ALT,
    CHIP_PIN_ANALOG
};
enum chip_pin_pull { CHIP_PIN_FLOAT, CHIP_PIN_PULL_UP, CHIP_PIN_PULL_DOWN };
enum chip_pin_flags { CHIP_PIN_PUSH_PULL = 0, CHIP_PIN_OPEN_DRAIN = 1 };

// Opens the clocks of ports A to E, all that the package has, and turns on the
// compensation of their edges, for which CSI must run. Before all else here.
void chip_gpio_init(void);

// Configures a pin. `alt` is used by CHIP_PIN_ALT.
void chip_pin_config(uint8_t pin, enum chip_pin_mode mode,
        enum chip_pin_pull pull, uint32_t flags, uint32_t alt);
// What it is configured as now.
enum chip_pin_mode chip_pin_mode(uint8_t pin);
enum chip_pin_pull chip_pin_pull(uint8_t pin);
bool chip_pin_is_open_drain(uint8_t pin);

static inline void chip_pin_write(uint8_t pin, bool high) {
    GPIO_BSRR(pin) = 1U << (CHIP_PIN_BIT(pin) + (high ? 0U : 16U));
}

static inline bool chip_pin_read(uint8_t pin) {
    return (GPIO_IDR(pin) >> CHIP_PIN_BIT(pin) & 1U) != 0;
}

static inline bool chip_pin_driven(uint8_t pin) {
    return (GPIO_ODR(pin) >> CHIP_PIN_BIT(pin) & 1U) != 0;
}

enum { CHIP_EDGE_RISING = 1, CHIP_EDGE_FALLING = 2 };

// Calls chip_pin_edge() from the interrupt on these edges; 0 stops it. The
// sixteen lines are shared by bit number: the last pin to ask owns one.
void chip_pin_interrupt(uint8_t pin, uint32_t edges);
// Provided by the user of this module.
void chip_pin_edge(uint32_t bit);
