// SPDX-License-Identifier: MIT
// Clocks: 480 MHz from the crystal, and every counter at its rate.

#include "program.h"

static void until(volatile uint32_t *reg, uint32_t bit) {
    while (!(*reg & bit)) {
    }
}

static void to_480_mhz(void) {
    PWR(0x0c) = (PWR(0x0c) & ~7u) | 2; // LDO
    until(&PWR(0x04), 1 << 13);
    PWR(0x18) |= 0xc000; // scale 1
    until(&PWR(0x18), 1 << 13);
    RCC(0xf4) |= 1 << 1; // SYSCFG
    (void)RCC(0xf4);
    SYSCFG(0x2c) |= 1; // overdrive: scale 0
    until(&PWR(0x18), 1 << 13);
    RCC(0x00) |= 1 << 16; // HSE
    until(&RCC(0x00), 1 << 17);
    RCC(0x28) = 3 << 4 | 2;       // M = 3: 4 MHz
    RCC(0x2c) = 2 << 2 | 7 << 16; // 4 to 8 MHz, wide, P Q R on
    RCC(0x30) = 239 | 1 << 9 | 19 << 16 | 1 << 24;
    RCC(0x00) |= 1 << 24;
    until(&RCC(0x00), 1 << 25);
    FLASH(0x00) = 0x24;
    until(&FLASH(0x00), 4);
    RCC(0x18) = 8 | 4 << 4;
    RCC(0x1c) = 4 << 4 | 4 << 8;
    RCC(0x20) = 4 << 4;
    RCC(0x10) = 3;
    while ((RCC(0x10) >> 3 & 7) != 3) {
    }
}

static volatile unsigned updates;

static void tim_handler(void) {
    REG(0x40000010) = 0;
    updates++;
}

static void test_tim(void) {
    RCC(0xe8) |= 1; // TIM2: 240 MHz
    (void)RCC(0xe8);
    REG(0x40000028) = 239; // a microsecond
    REG(0x4000002c) = 999; // a millisecond
    REG(0x40000014) = 1;
    REG(0x40000010) = 0;
    REG(0x4000000c) = 1;
    vectors[16 + 28] = tim_handler;
    NVIC_ENABLE(28);
    SCS(0x14) = 0xffffff;
    SCS(0x18) = 0;
    SCS(0x10) = 5;
    uint32_t start = SCS(0x18);
    REG(0x40000000) = 1;
    while (updates < 20) {
        __asm volatile("wfi");
    }
    uint32_t cycles = (start - SCS(0x18)) & 0xffffff;
    REG(0x40000000) = 0;
    check("20 ms of TIM2 in core cycles", cycles / 48000, 200);
    uint32_t count = REG(0x40000024);
    check("its counter is within the period", count < 1000, 1);
    REG(0x4000002c) = 0xffffffff;
    REG(0x40000024) = 0;
    REG(0x40000000) = 1;
    start = SCS(0x18);
    while (((start - SCS(0x18)) & 0xffffff) < 480000) {
    }
    check("a millisecond in microseconds", REG(0x40000024) / 10, 100);
}

static void test_rng(void) {
    RCC(0x00) |= 1 << 12; // HSI48
    until(&RCC(0x00), 1 << 13);
    RCC(0xdc) |= 1 << 6;
    (void)RCC(0xdc);
    REG(0x48021800) = 4;
    until(&REG(0x48021804), 1);
    uint32_t first = REG(0x48021808);
    check("one word at a time", REG(0x48021804) & 1, 0);
    until(&REG(0x48021804), 1);
    check("no word twice", REG(0x48021808) != first, 1);
    check("no error", REG(0x48021804) & 0x66, 0);
}

static void test_rtc(void) {
    PWR(0x00) |= 1 << 8;
    until(&PWR(0x00), 1 << 8);
    RCC(0x74) |= 1;
    until(&RCC(0x74), 2);
    RCC(0x70) = 2 << 8 | 1 << 15; // LSI
    REG(0x58004024) = 0xca;
    REG(0x58004024) = 0x53;
    REG(0x5800400c) = 0x80;
    until(&REG(0x5800400c), 0x40);
    REG(0x58004010) = 249;
    REG(0x58004010) = 127 << 16 | 249;
    REG(0x58004000) = 0x235959;
    REG(0x58004004) = 0x24u << 16 | 3u << 13 | 0x02 << 8 | 0x28;
    REG(0x5800400c) = 0;
    REG(0x58004024) = 0xff;
    until(&REG(0x5800400c), 0x20);
    check("time", REG(0x58004000), 0x235959);
    check("date", REG(0x58004004) & 0xff1f3f, 0x240228);
    uint32_t start = SCS(0x18);
    uint32_t wraps = 0;
    uint32_t last = start;
    while (REG(0x58004000) != 0x000000) { // a second on, a leap day
        (void)REG(0x58004004);
        uint32_t now = SCS(0x18);
        wraps += now > last;
        last = now;
    }
    check("leap day", REG(0x58004004) & 0xff1f3f, 0x240229);
    uint64_t cycles = (uint64_t)wraps * 0x1000000 + start - last;
    check("a second", (uint32_t)((cycles + 4800000) / 48000000), 10);
}

void test(void) {
    while (!(USART1(0x1c) & 0x40)) {
    }
    to_480_mhz();
    console_start(120000000);
    check("PLL1 is in use", RCC(0x10) >> 3 & 7, 3);
    test_tim();
    test_rng();
    test_rtc();
}
