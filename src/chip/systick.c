// SPDX-License-Identifier: MIT
// Time base (ARMv7-M reference manual B3.3 and C1.8; PM0253 section 4.4).

#include "chip/systick.h"

#include "chip/rcc.h"

#define DWT_LAR_KEY 0xC5ACCE55U

static volatile uint32_t ticks;
static volatile uint32_t ticks_high;
static uint32_t cycles_per_us;

void chip_systick_init(void) {
    uint32_t hz = chip_clocks()->cpu;
    cycles_per_us = hz / 1000000U;
    SysTick->LOAD = hz / 1000U - 1U;
    SysTick->VAL = 0;
    SysTick->CTRL = SysTick_CTRL_CLKSOURCE_Msk | SysTick_CTRL_TICKINT_Msk |
            SysTick_CTRL_ENABLE_Msk;
    NVIC_SetPriority(SysTick_IRQn, CHIP_PRIO_TICK);
    CoreDebug->DEMCR |= CoreDebug_DEMCR_TRCENA_Msk;
    DWT->LAR = DWT_LAR_KEY;
    DWT->CYCCNT = 0;
    DWT->CTRL |= DWT_CTRL_CYCCNTENA_Msk;
}

void chip_systick_handler(void);

CHIP_FASTCODE void chip_systick_handler(void) {
    uint32_t now = ticks + 1U;
    ticks = now;
    if (now == 0) {
        ticks_high++;
    }
    chip_tick(now);
}

CHIP_FASTCODE uint32_t chip_ms(void) {
    return ticks;
}

// The tick count and the microseconds inside it, read as one. A reload whose
// interrupt is still pending has not been counted yet.
static uint64_t now_us(void) {
    uint32_t primask = __get_PRIMASK();
    __disable_irq();
    uint32_t left = SysTick->VAL;
    uint64_t ms = (uint64_t)ticks_high << 32 | ticks;
    if (SCB->ICSR & SCB_ICSR_PENDSTSET_Msk) {
        left = SysTick->VAL;
        ms++;
    }
    uint32_t load = SysTick->LOAD;
    __set_PRIMASK(primask);
    return ms * 1000U + (load - left) / cycles_per_us;
}

uint32_t chip_us(void) {
    return (uint32_t)now_us();
}

uint64_t chip_us64(void) {
    return now_us();
}

void chip_delay_us(uint32_t us) {
    uint32_t start = chip_cycles();
    uint32_t cycles = us * cycles_per_us;
    // Bounded: a stopped cycle counter must not hang the camera.
    uint32_t last = start;
    for (uint32_t still = 0; last - start < cycles && still < 1000U;) {
        uint32_t now = chip_cycles();
        still = now == last ? still + 1U : 0;
        last = now;
    }
}
