// SPDX-License-Identifier: MIT
// The clock tree's arithmetic and its limits (RM0433 8.5, DS12110 6.3).

#include "host/vcam/rcc_state.h"

enum {
    MHZ = 1000000,
    HSI_HZ = 64 * MHZ,
    CSI_HZ = 4 * MHZ,
    HSI48_HZ = 48 * MHZ,
    HSE_HZ = 12 * MHZ, // the camera's crystal
    LSI_HZ = 32000
};

static unsigned field(uint32_t value, unsigned low, unsigned bits) {
    return value >> low & ((1u << bits) - 1);
}

static const struct rcc *state(const struct vcam *vm) {
    return vm->rcc;
}

uint32_t rcc_source_hz(const struct rcc *r, unsigned sw) {
    switch (sw) {
    case 0:
        return rcc_ready(r, RCC_HSI) ? HSI_HZ >> field(rcc_get(r, RCC_CR), 3, 2)
                                     : 0;
    case 1:
        return rcc_ready(r, RCC_CSI) ? CSI_HZ : 0;
    case 2:
        return rcc_ready(r, RCC_HSE) ? HSE_HZ : 0;
    case 3:
        return rcc_pll_hz(r, 0, 0);
    default:
        return 0;
    }
}

// The reference of a PLL, behind its divider M.
static uint32_t reference(const struct rcc *r, unsigned pll) {
    uint32_t select = rcc_get(r, RCC_PLLCKSELR);
    unsigned m = field(select, 4 + 8 * pll, 6);
    unsigned source = field(select, 0, 2);
    return m && source < 3 ? rcc_source_hz(r, source) / m : 0;
}

static uint64_t vco(const struct rcc *r, unsigned pll) {
    uint32_t config = rcc_get(r, RCC_PLLCFGR);
    uint32_t divr = rcc_get(r, RCC_PLL1DIVR + 8 * pll);
    uint64_t n = field(divr, 0, 9) + 1;
    uint64_t frac = field(config, 4 * pll, 1)
            ? field(rcc_get(r, RCC_PLL1FRACR + 8 * pll), 3, 13)
            : 0;
    return (uint64_t)reference(r, pll) * (n * 8192 + frac) / 8192;
}

uint32_t rcc_pll_hz(const struct rcc *r, unsigned pll, unsigned output) {
    static const uint8_t low[3] = {9, 16, 24};
    uint32_t divr = rcc_get(r, RCC_PLL1DIVR + 8 * pll);
    bool on = field(rcc_get(r, RCC_PLLCFGR), 16 + 3 * pll + output, 1);
    if (!on || !rcc_ready(r, RCC_PLL1 + (enum rcc_source)pll)) {
        return 0;
    }
    return (uint32_t)(vco(r, pll) / (field(divr, low[output], 7) + 1));
}

// RM0433 8.7.10 and 8.7.11, DS12110 table "PLL characteristics".
const char *rcc_pll_wrong(const struct rcc *r, unsigned pll, bool silicon_y) {
    uint32_t config = rcc_get(r, RCC_PLLCFGR);
    uint32_t divr = rcc_get(r, RCC_PLL1DIVR + 8 * pll);
    uint32_t ref = reference(r, pll);
    uint64_t hz = vco(r, pll);
    unsigned range = field(config, 4 * pll + 2, 2);
    bool medium = field(config, 4 * pll + 1, 1);
    uint64_t most = medium ? 420 : silicon_y ? 836 : 960;
    uint64_t least = medium ? 150 : 192;
    unsigned n = field(divr, 0, 9) + 1;
    unsigned p = field(divr, 9, 7) + 1;
    if (!ref) {
        return "has no input clock";
    }
    if (ref < 1 * MHZ || ref > 16 * MHZ || (!medium && ref < 2 * MHZ)) {
        return "has an input clock out of its range";
    }
    if (ref > (2u << range) * MHZ || ref < (1u << range) * MHZ) {
        return "has an input clock that does not fit PLLxRGE";
    }
    if (n < 4) {
        return "multiplies by less than 4";
    }
    if (hz < least * MHZ || hz > most * MHZ) {
        return "has its VCO out of its range";
    }
    if (pll == 0 && p > 1 && (p & 1)) {
        return "divides by an odd DIVP1";
    }
    return 0;
}

// AHB prescaler codes 8 to 15, APB codes 4 to 7.
static unsigned ahb_shift(unsigned code) {
    static const uint8_t shift[8] = {1, 2, 3, 4, 6, 7, 8, 9};
    return code < 8 ? 0 : shift[code - 8];
}

static unsigned apb_shift(unsigned code) {
    return code < 4 ? 0 : code - 3;
}

static uint32_t timers(const struct rcc *r, uint32_t hclk, unsigned code) {
    unsigned shift = apb_shift(code);
    unsigned free = field(rcc_get(r, RCC_CFGR), 15, 1) ? 2 : 1; // TIMPRE
    return shift <= free ? hclk : hclk >> (shift - free);
}

static uint32_t per_ck(const struct rcc *r) {
    unsigned source = field(rcc_get(r, RCC_D1CCIPR), 28, 2);
    return source == 0    ? rcc_source_hz(r, 0)
            : source == 1 ? rcc_source_hz(r, 1)
                          : rcc_source_hz(r, 2);
}

static uint32_t pclk(const struct vcam *vm, unsigned bus) {
    return vcam_clock(vm, (enum vcam_clock)((unsigned)CLOCK_PCLK1 + bus - 1));
}

static uint32_t usart(const struct vcam *vm, unsigned select, unsigned bus) {
    const struct rcc *r = state(vm);
    switch (select) {
    case 0:
        return pclk(vm, bus);
    case 1:
        return rcc_pll_hz(r, 1, 1);
    case 2:
        return rcc_pll_hz(r, 2, 1);
    case 3:
        return rcc_source_hz(r, 0);
    case 4:
        return rcc_source_hz(r, 1);
    default:
        return 0; // LSE: the camera has no such crystal
    }
}

static uint32_t i2c(const struct vcam *vm, unsigned select, unsigned bus) {
    const struct rcc *r = state(vm);
    return select == 0    ? pclk(vm, bus)
            : select == 1 ? rcc_pll_hz(r, 2, 2)
            : select == 2 ? rcc_source_hz(r, 0)
                          : rcc_source_hz(r, 1);
}

static uint32_t spi123(const struct rcc *r, unsigned select) {
    switch (select) {
    case 0:
        return rcc_pll_hz(r, 0, 1);
    case 1:
        return rcc_pll_hz(r, 1, 0);
    case 2:
        return rcc_pll_hz(r, 2, 0);
    case 4:
        return per_ck(r);
    default:
        return 0;
    }
}

static uint32_t spi456(const struct vcam *vm, unsigned select, unsigned bus) {
    const struct rcc *r = state(vm);
    switch (select) {
    case 0:
        return pclk(vm, bus);
    case 1:
        return rcc_pll_hz(r, 1, 1);
    case 2:
        return rcc_pll_hz(r, 2, 1);
    case 3:
        return rcc_source_hz(r, 0);
    case 4:
        return rcc_source_hz(r, 1);
    case 5:
        return rcc_source_hz(r, 2);
    default:
        return 0;
    }
}

static uint32_t rtc(const struct rcc *r) {
    uint32_t bdcr = rcc_get(r, RCC_BDCR);
    unsigned divide = field(rcc_get(r, RCC_CFGR), 8, 6);
    if (!(bdcr >> 15 & 1)) {
        return 0;
    }
    switch (field(bdcr, 8, 2)) {
    case 2:
        return rcc_ready(r, RCC_LSI) ? LSI_HZ : 0;
    case 3:
        return divide > 1 ? rcc_source_hz(r, 2) / divide : 0;
    default:
        return 0;
    }
}

static uint32_t hsi48(const struct rcc *r) {
    return rcc_ready(r, RCC_HSI48) ? HSI48_HZ : 0;
}

static uint32_t rng(const struct rcc *r) {
    switch (field(rcc_get(r, RCC_D2CCIP2R), 8, 2)) {
    case 0:
        return hsi48(r);
    case 1:
        return rcc_pll_hz(r, 0, 1);
    case 3:
        return rcc_ready(r, RCC_LSI) ? LSI_HZ : 0;
    default:
        return 0;
    }
}

static uint32_t usb(const struct rcc *r) {
    switch (field(rcc_get(r, RCC_D2CCIP2R), 20, 2)) {
    case 1:
        return rcc_pll_hz(r, 0, 1);
    case 2:
        return rcc_pll_hz(r, 2, 1);
    case 3:
        return hsi48(r);
    default:
        return 0;
    }
}

static uint32_t adc(const struct rcc *r) {
    switch (field(rcc_get(r, RCC_D3CCIPR), 16, 2)) {
    case 0:
        return rcc_pll_hz(r, 1, 0);
    case 1:
        return rcc_pll_hz(r, 2, 2);
    case 2:
        return per_ck(r);
    default:
        return 0;
    }
}

uint32_t vcam_clock(const struct vcam *vm, enum vcam_clock clock) {
    const struct rcc *r = state(vm);
    uint32_t d1 = rcc_get(r, RCC_D1CFGR);
    uint32_t d2 = rcc_get(r, RCC_D2CFGR);
    uint32_t cpu = rcc_source_hz(r, r->sws) >> ahb_shift(field(d1, 8, 4));
    uint32_t hclk = cpu >> ahb_shift(field(d1, 0, 4));
    uint32_t ccip1 = rcc_get(r, RCC_D2CCIP1R);
    uint32_t ccip2 = rcc_get(r, RCC_D2CCIP2R);
    uint32_t ccip3 = rcc_get(r, RCC_D3CCIPR);
    switch (clock) {
    case CLOCK_CPU:
        return cpu;
    case CLOCK_HCLK:
        return hclk;
    case CLOCK_PCLK1:
        return hclk >> apb_shift(field(d2, 4, 3));
    case CLOCK_PCLK2:
        return hclk >> apb_shift(field(d2, 8, 3));
    case CLOCK_PCLK3:
        return hclk >> apb_shift(field(d1, 4, 3));
    case CLOCK_PCLK4:
        return hclk >> apb_shift(field(rcc_get(r, RCC_D3CFGR), 4, 3));
    case CLOCK_TIMERS1:
        return timers(r, hclk, field(d2, 4, 3));
    case CLOCK_TIMERS2:
        return timers(r, hclk, field(d2, 8, 3));
    case CLOCK_USART16:
        return usart(vm, field(ccip2, 3, 3), 2);
    case CLOCK_USART234578:
        return usart(vm, field(ccip2, 0, 3), 1);
    case CLOCK_RNG:
        return rng(r);
    case CLOCK_I2C123:
        return i2c(vm, field(ccip2, 12, 2), 1);
    case CLOCK_I2C4:
        return i2c(vm, field(ccip3, 8, 2), 4);
    case CLOCK_SPI123:
        return spi123(r, field(ccip1, 12, 3));
    case CLOCK_SPI45:
        return spi456(vm, field(ccip1, 16, 3), 2);
    case CLOCK_SPI6:
        return spi456(vm, field(ccip3, 28, 3), 4);
    case CLOCK_ADC:
        return adc(r);
    case CLOCK_USB:
        return usb(r);
    case CLOCK_RTC:
        return rtc(r);
    case CLOCK_SDMMC:
        return field(rcc_get(r, RCC_D1CCIPR), 16, 1) ? rcc_pll_hz(r, 1, 2)
                                                     : rcc_pll_hz(r, 0, 1);
    case CLOCK_LSI:
        return LSI_HZ; // the watchdog switches it on for itself
    }
    return 0;
}

// Wait states that a bus clock needs at a supply (RM0433 table 17).
static unsigned wait_states(unsigned scale, uint32_t hz) {
    static const uint16_t most[4][5] = {{70, 140, 185, 210, 240},
            {70, 140, 185, 210, 225}, {55, 110, 165, 225, 225},
            {45, 90, 135, 180, 225}};
    for (unsigned i = 0; i < 5; i++) {
        if (hz <= most[scale][i] * (uint32_t)MHZ) {
            return i;
        }
    }
    return 7;
}

void vcam_check_limits(struct vcam *vm) {
    // DS12110 table "maximum allowed clock frequencies".
    static const uint16_t cpu_most[4] = {480, 400, 300, 200};
    unsigned scale = vcam_voltage_scale(vm);
    uint32_t cpu = vcam_clock(vm, CLOCK_CPU);
    uint32_t hclk = vcam_clock(vm, CLOCK_HCLK);
    uint32_t most = cpu_most[scale] * (uint32_t)MHZ;
    if (!cpu) {
        vcam_complain(vm, "the core has no clock");
        return;
    }
    if (cpu > most || hclk > most / 2) {
        vcam_complain(vm,
                "core at %u Hz and buses at %u Hz, "
                "voltage scale %u allows %u and %u",
                (unsigned)cpu, (unsigned)hclk, scale, (unsigned)most,
                (unsigned)most / 2);
    }
    // Out of reset all buses run at 64 MHz, whatever the supply.
    uint32_t apb = most / 4 < HSI_HZ ? (uint32_t)HSI_HZ : most / 4;
    for (unsigned bus = 1; bus <= 4; bus++) {
        if (pclk(vm, bus) > apb) {
            vcam_complain(vm, "APB%u at %u Hz, %u are allowed", bus,
                    (unsigned)pclk(vm, bus), (unsigned)apb);
        }
    }
    unsigned need = wait_states(scale, hclk);
    if (vcam_flash_latency(vm) < need) {
        vcam_complain(vm,
                "flash at %u wait states, %u Hz at voltage scale %u "
                "need %u",
                vcam_flash_latency(vm), (unsigned)hclk, scale, need);
    }
}
