// SPDX-License-Identifier: MIT
// General-purpose pins of the STM32H743 (RM0433 chapters 11, 12 and 20).

#include "chip/gpio.h"

#include "chip/rcc.h"

// Registers: RM0433 section 11.4.
#define GPIO_MODER(pin) CHIP_REG(GPIO_BASE(pin) + 0x00)
#define GPIO_OTYPER(pin) CHIP_REG(GPIO_BASE(pin) + 0x04)
#define GPIO_OSPEEDR(pin) CHIP_REG(GPIO_BASE(pin) + 0x08)
#define GPIO_PUPDR(pin) CHIP_REG(GPIO_BASE(pin) + 0x0C)
#define GPIO_AFR(pin) \
    CHIP_REG(GPIO_BASE(pin) + 0x20 + CHIP_PIN_BIT(pin) / 8 * 4)
#define GPIO_SPEED_HIGH 2U

// SYSCFG_CCCSR and SYSCFG_EXTICR1 to 4, section 12.3; EXTI, section 20.6.
#define SYSCFG_CCCSR CHIP_REG(0x58000400U + 0x20)
#define SYSCFG_CCCSR_EN (1U << 0)
#define SYSCFG_EXTICR(bit) CHIP_REG(0x58000400U + 0x08 + (bit) / 4 * 4)
#define EXTI_BASE 0x58000000U
#define EXTI_RTSR1 CHIP_REG(EXTI_BASE + 0x00)
#define EXTI_FTSR1 CHIP_REG(EXTI_BASE + 0x04)
#define EXTI_CPUIMR1 CHIP_REG(EXTI_BASE + 0x80)
#define EXTI_CPUPR1 CHIP_REG(EXTI_BASE + 0x88)

static void set_pair(volatile uint32_t *reg, uint32_t bit, uint32_t value) {
    chip_modify(reg, 3U << bit * 2U, value << bit * 2U);
}

void chip_gpio_init(void) {
    for (uint32_t port = 0; port <= 'E' - 'A'; port++) {
        chip_rcc_enable(GATE_GPIO(port));
    }
    chip_rcc_enable(GATE_SYSCFG);
    SYSCFG_CCCSR |= SYSCFG_CCCSR_EN;
}

void chip_pin_config(uint8_t pin, enum chip_pin_mode mode,
        enum chip_pin_pull pull, uint32_t flags, uint32_t alt) {
    uint32_t bit = CHIP_PIN_BIT(pin);
    uint32_t irq = __get_PRIMASK();
    __disable_irq();
    set_pair(&GPIO_OSPEEDR(pin), bit, GPIO_SPEED_HIGH);
    chip_modify(&GPIO_OTYPER(pin), 1U << bit,
            (flags & CHIP_PIN_OPEN_DRAIN) << bit);
    set_pair(&GPIO_PUPDR(pin), bit, pull);
    if (mode == CHIP_PIN_ALT) {
        uint32_t shift = bit % 8U * 4U;
        chip_modify(&GPIO_AFR(pin), 15U << shift, alt << shift);
    }
    set_pair(&GPIO_MODER(pin), bit, mode);
    __set_PRIMASK(irq);
}

enum chip_pin_mode chip_pin_mode(uint8_t pin) {
    return (enum chip_pin_mode)(GPIO_MODER(pin) >> CHIP_PIN_BIT(pin) * 2U & 3U);
}

enum chip_pin_pull chip_pin_pull(uint8_t pin) {
    return (enum chip_pin_pull)(GPIO_PUPDR(pin) >> CHIP_PIN_BIT(pin) * 2U & 3U);
}

bool chip_pin_is_open_drain(uint8_t pin) {
    return (GPIO_OTYPER(pin) >> CHIP_PIN_BIT(pin) & 1U) != 0;
}

static IRQn_Type line_irq(uint32_t bit) {
    if (bit < 5U) {
        return (IRQn_Type)((uint32_t)EXTI0_IRQn + bit);
    }
    return bit < 10U ? EXTI9_5_IRQn : EXTI15_10_IRQn;
}

void chip_pin_interrupt(uint8_t pin, uint32_t edges) {
    uint32_t bit = CHIP_PIN_BIT(pin);
    uint32_t line = 1U << bit;
    EXTI_CPUIMR1 &= ~line;
    if (edges == 0) {
        return;
    }
    chip_rcc_enable(GATE_SYSCFG);
    uint32_t shift = bit % 4U * 4U;
    chip_modify(&SYSCFG_EXTICR(bit), 15U << shift, CHIP_PIN_PORT(pin) << shift);
    chip_modify(&EXTI_RTSR1, line, edges & CHIP_EDGE_RISING ? line : 0);
    chip_modify(&EXTI_FTSR1, line, edges & CHIP_EDGE_FALLING ? line : 0);
    EXTI_CPUPR1 = line;
    EXTI_CPUIMR1 |= line;
    NVIC_SetPriority(line_irq(bit), CHIP_PRIO_EXTI);
    NVIC_EnableIRQ(line_irq(bit));
}

static void serve(uint32_t first, uint32_t last) {
    for (uint32_t bit = first; bit <= last; bit++) {
        if (EXTI_CPUPR1 & EXTI_CPUIMR1 & 1U << bit) {
            EXTI_CPUPR1 = 1U << bit;
            chip_pin_edge(bit);
        }
    }
}

void chip_exti0_handler(void);
void chip_exti1_handler(void);
void chip_exti2_handler(void);
void chip_exti3_handler(void);
void chip_exti4_handler(void);
void chip_exti9_5_handler(void);
void chip_exti15_10_handler(void);

void chip_exti0_handler(void) {
    serve(0, 0);
}

void chip_exti1_handler(void) {
    serve(1, 1);
}

void chip_exti2_handler(void) {
    serve(2, 2);
}

void chip_exti3_handler(void) {
    serve(3, 3);
}

void chip_exti4_handler(void) {
    serve(4, 4);
}

void chip_exti9_5_handler(void) {
    serve(5, 9);
}

void chip_exti15_10_handler(void) {
    serve(10, 15);
}
