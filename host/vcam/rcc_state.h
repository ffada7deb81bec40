// SPDX-License-Identifier: MIT
// RCC's registers, for its two files.
#ifndef HOST_VCAM_RCC_STATE_H
#define HOST_VCAM_RCC_STATE_H

#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

// Offsets of registers with a meaning here (RM0433 8.7).
enum {
    RCC_CR = 0x00,
    RCC_HSICFGR = 0x04,
    RCC_CRRCR = 0x08,
    RCC_CSICFGR = 0x0c,
    RCC_CFGR = 0x10,
    RCC_D1CFGR = 0x18,
    RCC_D2CFGR = 0x1c,
    RCC_D3CFGR = 0x20,
    RCC_PLLCKSELR = 0x28,
    RCC_PLLCFGR = 0x2c,
    RCC_PLL1DIVR = 0x30,
    RCC_PLL1FRACR = 0x34,
    RCC_PLL3FRACR = 0x44,
    RCC_D1CCIPR = 0x4c,
    RCC_D2CCIP1R = 0x50,
    RCC_D2CCIP2R = 0x54,
    RCC_D3CCIPR = 0x58,
    RCC_CIER = 0x60,
    RCC_CIFR = 0x64,
    RCC_CICR = 0x68,
    RCC_BDCR = 0x70,
    RCC_CSR = 0x74,
    RCC_AHB3RSTR = 0x7c,
    RCC_APB4RSTR = 0x9c,
    RCC_GCR = 0xa0,
    RCC_D3AMR = 0xa8,
    RCC_RSR = 0xd0,
    RCC_AHB3ENR = 0xd4,
    RCC_AHB1ENR = 0xd8,
    RCC_AHB2ENR = 0xdc,
    RCC_AHB4ENR = 0xe0,
    RCC_APB3ENR = 0xe4,
    RCC_APB1LENR = 0xe8,
    RCC_APB1HENR = 0xec,
    RCC_APB2ENR = 0xf0,
    RCC_APB4ENR = 0xf4,
    RCC_AHB3LPENR = 0xfc,
    RCC_APB4LPENR = 0x11c,
    RCC_C1 = 0x60 // distance of the aliases from RSR on
};

enum {
    CR_HSION = 1 << 0,
    CR_HSIKERON = 1 << 1,
    CR_HSIRDY = 1 << 2,
    CR_HSIDIVF = 1 << 5,
    CR_CSION = 1 << 7,
    CR_CSIRDY = 1 << 8,
    CR_HSI48ON = 1 << 12,
    CR_HSI48RDY = 1 << 13,
    CR_D1CKRDY = 1 << 14,
    CR_D2CKRDY = 1 << 15,
    CR_HSEON = 1 << 16,
    CR_HSERDY = 1 << 17,
    CR_PLL1ON = 1 << 24,
    CR_PLL1RDY = 1 << 25
};

// Oscillators and PLLs with a ready flag.
enum rcc_source {
    RCC_HSI,
    RCC_CSI,
    RCC_HSI48,
    RCC_HSE,
    RCC_PLL1,
    RCC_PLL2,
    RCC_PLL3,
    RCC_LSI,
    RCC_LSE,
    RCC_SOURCES
};

struct rcc {
    struct vcam *vm;
    uint32_t reg[0x180 / 4];
    uint64_t ready_at[RCC_SOURCES]; // UINT64_MAX while off
    uint32_t sws;                   // the clock in use, CFGR.SW's coding
};

static inline uint32_t rcc_get(const struct rcc *r, unsigned offset) {
    return r->reg[offset / 4];
}

bool rcc_ready(const struct rcc *r, enum rcc_source source);
// Hertz of system clock source 0 HSI, 1 CSI, 2 HSE, 3 PLL1.
uint32_t rcc_source_hz(const struct rcc *r, unsigned sw);
// Output 0 P, 1 Q, 2 R of PLL 0 to 2, in hertz; 0 when it gives none.
uint32_t rcc_pll_hz(const struct rcc *r, unsigned pll, unsigned output);
// What is wrong with the settings of a PLL that is being switched on, or null.
const char *rcc_pll_wrong(const struct rcc *r, unsigned pll, bool silicon_y);

#endif
