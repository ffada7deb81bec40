// SPDX-License-Identifier: MIT
// Core supply of the STM32H743 (RM0433 chapter 6).

#include "chip/pwr.h"

#include "chip/rcc.h"

// Registers: RM0433 section 6.8; SYSCFG_PWRCR: section 12.3.
#define PWR_BASE 0x58024800U
#define PWR_CR1 CHIP_REG(PWR_BASE + 0x00)
#define PWR_CSR1 CHIP_REG(PWR_BASE + 0x04)
#define PWR_CR3 CHIP_REG(PWR_BASE + 0x0C)
#define PWR_D3CR CHIP_REG(PWR_BASE + 0x18)
#define SYSCFG_PWRCR CHIP_REG(0x58000400U + 0x2C)

#define PWR_CR1_DBP (1U << 8)
#define PWR_CSR1_ACTVOSRDY (1U << 13)
#define PWR_CR3_BYPASS (1U << 0)
#define PWR_CR3_LDOEN (1U << 1)
#define PWR_CR3_SCUEN (1U << 2)
#define PWR_D3CR_VOSRDY (1U << 13)
#define PWR_D3CR_VOS (3U << 14)
#define PWR_D3CR_VOS1 (3U << 14)
#define SYSCFG_PWRCR_ODEN (1U << 0)

#define SUPPLY_US 10000U

int chip_pwr_init(bool boost) {
    // Writable once after power-on, with SCUEN; later writes are ignored.
    chip_modify(&PWR_CR3, PWR_CR3_BYPASS | PWR_CR3_SCUEN, PWR_CR3_LDOEN);
    int err = chip_wait(&PWR_CSR1, PWR_CSR1_ACTVOSRDY, PWR_CSR1_ACTVOSRDY,
            SUPPLY_US);
    if (err) {
        return err;
    }
    chip_rcc_enable(GATE_SYSCFG);
    if (boost) {
        // VOS0 is VOS1 plus overdrive, which is left before VOS is touched.
        SYSCFG_PWRCR &= ~SYSCFG_PWRCR_ODEN;
    }
    chip_modify(&PWR_D3CR, PWR_D3CR_VOS, PWR_D3CR_VOS1);
    err = chip_wait(&PWR_D3CR, PWR_D3CR_VOSRDY, PWR_D3CR_VOSRDY, SUPPLY_US);
    if (err || !boost) {
        return err;
    }
    SYSCFG_PWRCR |= SYSCFG_PWRCR_ODEN;
    return chip_wait(&PWR_D3CR, PWR_D3CR_VOSRDY, PWR_D3CR_VOSRDY, SUPPLY_US);
}

int chip_pwr_backup_access(void) {
    PWR_CR1 |= PWR_CR1_DBP;
    return chip_wait(&PWR_CR1, PWR_CR1_DBP, PWR_CR1_DBP, SUPPLY_US);
}
