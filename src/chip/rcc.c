// SPDX-License-Identifier: MIT
// Clock tree of the STM32H743 (RM0433 chapter 8).

#include "chip/rcc.h"

#include "chip/clocks_board.h"
#include "chip/flash.h"
#include "chip/pwr.h"

// Registers: RM0433 section 8.7.
#define RCC_BASE 0x58024400U
#define RCC_CR CHIP_REG(RCC_BASE + 0x000)
#define RCC_CFGR CHIP_REG(RCC_BASE + 0x010)
#define RCC_D1CFGR CHIP_REG(RCC_BASE + 0x018)
#define RCC_D2CFGR CHIP_REG(RCC_BASE + 0x01C)
#define RCC_D3CFGR CHIP_REG(RCC_BASE + 0x020)
#define RCC_PLLCKSELR CHIP_REG(RCC_BASE + 0x028)
#define RCC_PLLCFGR CHIP_REG(RCC_BASE + 0x02C)
#define RCC_PLL1DIVR CHIP_REG(RCC_BASE + 0x030)
#define RCC_PLL2DIVR CHIP_REG(RCC_BASE + 0x038)
#define RCC_PLL3DIVR CHIP_REG(RCC_BASE + 0x040)
#define RCC_D1CCIPR CHIP_REG(RCC_BASE + 0x04C)
#define RCC_D2CCIP1R CHIP_REG(RCC_BASE + 0x050)
#define RCC_D2CCIP2R CHIP_REG(RCC_BASE + 0x054)
#define RCC_D3CCIPR CHIP_REG(RCC_BASE + 0x058)
#define RCC_CIER CHIP_REG(RCC_BASE + 0x060)
#define RCC_BDCR CHIP_REG(RCC_BASE + 0x070)
#define RCC_CSR CHIP_REG(RCC_BASE + 0x074)
#define RCC_RSR CHIP_REG(RCC_BASE + 0x0D0)
// A block's reset register is 0x58 below its clock enable register.
#define RCC_RESET_BELOW_ENABLE 0x58U

#define RCC_CR_HSION (1U << 0)
#define RCC_CR_HSIRDY (1U << 2)
#define RCC_CR_HSIDIV (3U << 3)
#define RCC_CR_CSION (1U << 7)
#define RCC_CR_CSIRDY (1U << 8)
#define RCC_CR_HSI48ON (1U << 12)
#define RCC_CR_HSI48RDY (1U << 13)
#define RCC_CR_HSEON (1U << 16)
#define RCC_CR_HSERDY (1U << 17)
#define RCC_CR_HSEBYP (1U << 18)
#define RCC_CR_PLL1ON (1U << 24)
#define RCC_CR_PLL1RDY (1U << 25)
#define RCC_CR_PLL2ON (1U << 26)
#define RCC_CR_PLL2RDY (1U << 27)
#define RCC_CR_PLL3ON (1U << 28)
#define RCC_CR_PLL3RDY (1U << 29)

#define RCC_CFGR_SW (7U << 0)
#define RCC_CFGR_SWS (7U << 3)
#define RCC_SW_HSI 0U
#define RCC_SW_PLL1 3U

#define RCC_D1CFGR_HPRE_DIV2 (8U << 0)
#define RCC_D1CFGR_D1PPRE_DIV2 (4U << 4)
#define RCC_D2CFGR_DIV2 ((4U << 4) | (4U << 8))
#define RCC_D3CFGR_DIV2 (4U << 4)

#define RCC_PLLSRC_HSE 2U
// PLLCFGR, per PLL n at bit 4(n-1): FRACEN, VCOSEL, RGE; outputs above.
#define RCC_PLL_RGE_4_8 2U
#define RCC_PLLCFGR_RANGE(n) (RCC_PLL_RGE_4_8 << (4U * ((n)-1U) + 2U))
#define RCC_PLLCFGR_OUTPUTS (0x1FFU << 16)

#define RCC_D1CCIPR_SDMMCSEL (1U << 16)
#define RCC_D2CCIP1R_SPI123SEL_PLL3_P (2U << 12)
#define RCC_D2CCIP1R_SPI123SEL (7U << 12)
#define RCC_D2CCIP2R_RNGSEL (3U << 8)
#define RCC_D2CCIP2R_USBSEL_HSI48 (3U << 20)
#define RCC_D3CCIPR_ADCSEL (3U << 16)
#define RCC_D3CCIPR_ADCSEL_PLL3_R (1U << 16)

#define RCC_BDCR_RTCSEL (3U << 8)
#define RCC_BDCR_RTCSEL_LSI (2U << 8)
#define RCC_BDCR_RTCEN (1U << 15)
#define RCC_BDCR_BDRST (1U << 16)
#define RCC_CSR_LSION (1U << 0)
#define RCC_CSR_LSIRDY (1U << 1)

#define RCC_RSR_RMVF (1U << 16)
#define RCC_RSR_BORRSTF (1U << 21)
#define RCC_RSR_PINRSTF (1U << 22)
#define RCC_RSR_PORRSTF (1U << 23)
#define RCC_RSR_SFTRSTF (1U << 24)
#define RCC_RSR_IWDG1RSTF (1U << 26)
#define RCC_RSR_WWDG1RSTF (1U << 28)
#define RCC_RSR_LPWRRSTF (1U << 30)

// Device identification, RM0433 section 60.5.8: REV_ID in the upper half.
#define DBGMCU_IDC CHIP_REG(0x5C001000U)
#define REV_ID_V 0x2003U
// Read issuing capability of the AXI SRAM's bus port, RM0433 section 2.2.
#define AXI_TARG7_FN_MOD CHIP_REG(0x51008108U)
#define AXI_TARG7_FN_MOD_READ_ISS_OVERRIDE (1U << 0)

// Start-up times: datasheet DS12110 tables of HSE, PLL and LSI, with room.
#define OSC_US 20000U
#define PLL_US 5000U

#define HSI_HZ 64000000U

static struct chip_clocks clocks;

const struct chip_clocks *chip_clocks(void) {
    return &clocks;
}

static volatile uint32_t *gate_reg(uint32_t gate) {
    return &CHIP_REG(RCC_BASE + (gate >> 8));
}

void chip_rcc_enable(uint32_t gate) {
    volatile uint32_t *reg = gate_reg(gate);
    *reg |= 1U << (gate & 31U);
    (void)*reg;
    __DSB();
}

void chip_rcc_disable(uint32_t gate) {
    *gate_reg(gate) &= ~(1U << (gate & 31U));
}

void chip_rcc_reset(uint32_t gate) {
    volatile uint32_t *reg =
            &CHIP_REG(RCC_BASE + (gate >> 8) - RCC_RESET_BELOW_ENABLE);
    *reg |= 1U << (gate & 31U);
    (void)*reg;
    *reg &= ~(1U << (gate & 31U));
    (void)*reg;
}

bool chip_has_vos0(void) {
    return DBGMCU_IDC >> 16 >= REV_ID_V;
}

// PLLxDIVR holds every divider minus one.
static uint32_t pll_dividers(const struct chip_pll *pll) {
    return (pll->n - 1U) | (pll->p - 1U) << 9 | (pll->q - 1U) << 16 |
            (pll->r - 1U) << 24;
}

// Falls back to HSI and stops the PLLs, whatever the bootloader did.
static int to_hsi(void) {
    RCC_CR |= RCC_CR_HSION;
    int err = chip_wait(&RCC_CR, RCC_CR_HSIRDY, RCC_CR_HSIRDY, OSC_US);
    if (err) {
        return err;
    }
    RCC_CR &= ~RCC_CR_HSIDIV;
    chip_modify(&RCC_CFGR, RCC_CFGR_SW, RCC_SW_HSI);
    err = chip_wait(&RCC_CFGR, RCC_CFGR_SWS, RCC_SW_HSI << 3, OSC_US);
    if (err) {
        return err;
    }
    RCC_CIER = 0;
    RCC_CR &= ~(RCC_CR_PLL1ON | RCC_CR_PLL2ON | RCC_CR_PLL3ON);
    return chip_wait(&RCC_CR, RCC_CR_PLL1RDY | RCC_CR_PLL2RDY | RCC_CR_PLL3RDY,
            0, PLL_US);
}

static int start_oscillators(void) {
    RCC_CR &= ~RCC_CR_HSEBYP;
    // CSI feeds the I/O compensation cell, HSI48 feeds USB and RNG.
    RCC_CR |= RCC_CR_HSEON | RCC_CR_CSION | RCC_CR_HSI48ON;
    uint32_t ready = RCC_CR_HSERDY | RCC_CR_CSIRDY | RCC_CR_HSI48RDY;
    return chip_wait(&RCC_CR, ready, ready, OSC_US);
}

static int start_plls(const struct chip_pll *pll1) {
    const struct chip_pll *pll2 = &chip_board_pll2;
    const struct chip_pll *pll3 = &chip_board_pll3;
    RCC_PLLCKSELR =
            RCC_PLLSRC_HSE | pll1->m << 4 | pll2->m << 12 | pll3->m << 20;
    RCC_PLLCFGR = RCC_PLLCFGR_RANGE(1U) | RCC_PLLCFGR_RANGE(2U) |
            RCC_PLLCFGR_RANGE(3U) | RCC_PLLCFGR_OUTPUTS;
    RCC_PLL1DIVR = pll_dividers(pll1);
    RCC_PLL2DIVR = pll_dividers(pll2);
    RCC_PLL3DIVR = pll_dividers(pll3);
    RCC_CR |= RCC_CR_PLL1ON | RCC_CR_PLL2ON | RCC_CR_PLL3ON;
    uint32_t ready = RCC_CR_PLL1RDY | RCC_CR_PLL2RDY | RCC_CR_PLL3RDY;
    return chip_wait(&RCC_CR, ready, ready, PLL_US);
}

static void select_kernel_clocks(void) {
    chip_modify(&RCC_D1CCIPR, RCC_D1CCIPR_SDMMCSEL, 0); // PLL1 Q
    chip_modify(&RCC_D2CCIP1R, RCC_D2CCIP1R_SPI123SEL,
            RCC_D2CCIP1R_SPI123SEL_PLL3_P);
    // USART and I2C stay on their bus clock (field value 0).
    RCC_D2CCIP2R = RCC_D2CCIP2R_USBSEL_HSI48;
    chip_modify(&RCC_D3CCIPR, RCC_D3CCIPR_ADCSEL, RCC_D3CCIPR_ADCSEL_PLL3_R);
}

int chip_clocks_init(void) {
    bool fast = chip_has_vos0();
    const struct chip_pll *pll1 =
            fast ? &chip_board_pll1 : &chip_board_pll1_rev_y;
    // Slow buses before all else: at VOS3, where a reset leaves the supply,
    // they may not even run at HSI's 64 MHz.
    RCC_D1CFGR = RCC_D1CFGR_HPRE_DIV2 | RCC_D1CFGR_D1PPRE_DIV2;
    RCC_D2CFGR = RCC_D2CFGR_DIV2;
    RCC_D3CFGR = RCC_D3CFGR_DIV2;
    int err = to_hsi();
    if (!err) {
        clocks = (struct chip_clocks){
                .cpu = HSI_HZ,
                .ahb = HSI_HZ / 2U,
                .apb = HSI_HZ / 4U,
                .timer = HSI_HZ / 2U,
        };
        err = chip_pwr_init(fast);
    }
    if (!err) {
        err = start_oscillators();
    }
    if (!err) {
        err = start_plls(pll1);
    }
    if (err) {
        return err;
    }
    uint32_t cpu = CHIP_BOARD_HSE_HZ / pll1->m * pll1->n / pll1->p;
    // More wait states first, then the faster clock.
    err = chip_flash_set_latency(cpu / 2U);
    if (err) {
        return err;
    }
    chip_modify(&RCC_CFGR, RCC_CFGR_SW, RCC_SW_PLL1);
    err = chip_wait(&RCC_CFGR, RCC_CFGR_SWS, RCC_SW_PLL1 << 3, OSC_US);
    if (err) {
        return err;
    }
    select_kernel_clocks();
    if (!fast) {
        // Errata sheet ES0392 of revision Y: two reads of AXI SRAM under way
        // may be mixed up, so one at a time.
        AXI_TARG7_FN_MOD = AXI_TARG7_FN_MOD_READ_ISS_OVERRIDE;
    }
    clocks.cpu = cpu;
    clocks.ahb = cpu / 2U;
    clocks.apb = cpu / 4U;
    clocks.timer = cpu / 2U;
    const struct chip_pll *pll3 = &chip_board_pll3;
    uint32_t vco3 = CHIP_BOARD_HSE_HZ / pll3->m * pll3->n;
    clocks.sdmmc = CHIP_BOARD_HSE_HZ / pll1->m * pll1->n / pll1->q;
    clocks.pll3_p = vco3 / pll3->p;
    clocks.pll3_r = vco3 / pll3->r;
    return 0;
}

int chip_rcc_lsi_for_rtc(void) {
    RCC_CSR |= RCC_CSR_LSION;
    int err = chip_wait(&RCC_CSR, RCC_CSR_LSIRDY, RCC_CSR_LSIRDY, OSC_US);
    if (err) {
        return err;
    }
    if ((RCC_BDCR & RCC_BDCR_RTCSEL) != RCC_BDCR_RTCSEL_LSI) {
        // The source is write-once until the backup domain is reset.
        RCC_BDCR |= RCC_BDCR_BDRST;
        RCC_BDCR &= ~RCC_BDCR_BDRST;
        chip_modify(&RCC_BDCR, RCC_BDCR_RTCSEL, RCC_BDCR_RTCSEL_LSI);
    }
    RCC_BDCR |= RCC_BDCR_RTCEN;
    return 0;
}

enum chip_reset_cause chip_reset_cause(void) {
    static enum chip_reset_cause cause;
    static bool known;
    if (known) {
        return cause;
    }
    uint32_t flags = RCC_RSR;
    // Every reset pulls the reset pin low as well, so that flag comes last.
    if (flags & (RCC_RSR_IWDG1RSTF | RCC_RSR_WWDG1RSTF)) {
        cause = CHIP_RESET_WATCHDOG;
    } else if (flags & RCC_RSR_LPWRRSTF) {
        cause = CHIP_RESET_STANDBY;
    } else if (flags & RCC_RSR_SFTRSTF) {
        cause = CHIP_RESET_SOFT;
    } else if (flags & (RCC_RSR_PORRSTF | RCC_RSR_BORRSTF)) {
        cause = CHIP_RESET_POWER;
    } else if (flags & RCC_RSR_PINRSTF) {
        cause = CHIP_RESET_PIN;
    }
    RCC_RSR |= RCC_RSR_RMVF;
    known = true;
    return cause;
}
