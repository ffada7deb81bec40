// SPDX-License-Identifier: MIT
// PWM timers of the STM32H743 (RM0433 chapters 38 to 40).

#include "chip/tim.h"

#include "chip/rcc.h"

// Registers: RM0433 sections 38.4, 39.4 and 40.5; equal offsets.
#define TIM_CR1(base) CHIP_REG((base) + 0x00)
#define TIM_EGR(base) CHIP_REG((base) + 0x14)
#define TIM_CCMR(base, channel) CHIP_REG((base) + 0x18 + ((channel)-1) / 2 * 4)
#define TIM_CCER(base) CHIP_REG((base) + 0x20)
#define TIM_PSC(base) CHIP_REG((base) + 0x28)
#define TIM_ARR(base) CHIP_REG((base) + 0x2C)
#define TIM_CCR(base, channel) CHIP_REG((base) + 0x34 + ((channel)-1) * 4)
#define TIM_BDTR(base) CHIP_REG((base) + 0x44)

#define TIM_CR1_CEN (1U << 0)
#define TIM_CR1_ARPE (1U << 7)
#define TIM_EGR_UG (1U << 0)
// Output compare mode PWM 1 with preload, one byte a channel.
#define TIM_CCMR_PWM1 0x68U
#define TIM_BDTR_MOE (1U << 15)

struct timer {
    uint8_t number;
    uint8_t channels;
    uint32_t base;
    uint32_t gate;
    uint32_t max; // of the counter
};

static const struct timer *find(uint32_t number) {
    static const struct timer timers[] = {
            {1, 4, 0x40010000U, GATE_TIM1, 0xFFFFU},
            {2, 4, 0x40000000U, GATE_TIM2, 0xFFFFFFFFU},
            {4, 4, 0x40000800U, GATE_TIM4, 0xFFFFU},
            {12, 2, 0x40001800U, GATE_TIM12, 0xFFFFU},
    };
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
        if (timers[i].number == number) {
            return &timers[i];
        }
    }
    return NULL;
}

int chip_tim_period(uint32_t number, uint32_t hz, uint32_t *ticks) {
    const struct timer *timer = find(number);
    uint32_t clock = chip_clocks()->timer;
    if (!timer || hz == 0 || hz > clock / 3U) {
        return CHIP_EINVAL;
    }
    uint32_t total = clock / hz;
    uint32_t prescaler = 1;
    if (timer->max < total) {
        prescaler = total / (timer->max + 1U) + 1U;
    }
    if (prescaler > 0x10000U) {
        return CHIP_EINVAL;
    }
    chip_rcc_enable(timer->gate);
    TIM_PSC(timer->base) = prescaler - 1U;
    TIM_ARR(timer->base) = total / prescaler - 1U;
    if ((TIM_CR1(timer->base) & TIM_CR1_CEN) == 0) {
        TIM_EGR(timer->base) = TIM_EGR_UG;
        TIM_CR1(timer->base) = TIM_CR1_ARPE | TIM_CR1_CEN;
    }
    *ticks = total / prescaler;
    return 0;
}

int chip_tim_output(uint32_t number, uint32_t channel, uint32_t high) {
    const struct timer *timer = find(number);
    if (!timer || channel < 1U || channel > timer->channels) {
        return CHIP_EINVAL;
    }
    TIM_CCR(timer->base, channel) = high;
    uint32_t shift = (channel - 1U) % 2U * 8U;
    chip_modify(&TIM_CCMR(timer->base, channel), 0xFFU << shift,
            TIM_CCMR_PWM1 << shift);
    TIM_CCER(timer->base) |= 1U << (channel - 1U) * 4U;
    if (number == 1U) {
        TIM_BDTR(timer->base) |= TIM_BDTR_MOE;
    }
    return 0;
}

void chip_tim_output_off(uint32_t number, uint32_t channel) {
    const struct timer *timer = find(number);
    if (timer && chip_tim_hz(number) != 0) {
        TIM_CCER(timer->base) &= ~(1U << (channel - 1U) * 4U);
        if (TIM_CCER(timer->base) == 0) {
            TIM_CR1(timer->base) = 0;
        }
    }
}

uint32_t chip_tim_tick_hz(uint32_t number) {
    const struct timer *timer = find(number);
    if (!timer) {
        return 0;
    }
    chip_rcc_enable(timer->gate);
    return chip_clocks()->timer / (TIM_PSC(timer->base) + 1U);
}

uint32_t chip_tim_hz(uint32_t number) {
    const struct timer *timer = find(number);
    uint32_t tick = chip_tim_tick_hz(number);
    if (!timer || (TIM_CR1(timer->base) & TIM_CR1_CEN) == 0) {
        return 0;
    }
    uint32_t ticks = TIM_ARR(timer->base) + 1U;
    return (tick + ticks / 2U) / ticks;
}

uint32_t chip_tim_high(uint32_t number, uint32_t channel) {
    const struct timer *timer = find(number);
    return timer ? TIM_CCR(timer->base, channel) : 0;
}
