// SPDX-License-Identifier: MIT
// Independent watchdog of the STM32H743 (RM0433 chapter 45).

#include "chip/iwdg.h"

// Registers: RM0433 section 45.4.
#define IWDG1_BASE 0x58004800U
#define IWDG1_PR CHIP_REG(IWDG1_BASE + 0x04)
#define IWDG1_RLR CHIP_REG(IWDG1_BASE + 0x08)
#define IWDG1_SR CHIP_REG(IWDG1_BASE + 0x0C)
#define IWDG_KEY_START 0xCCCCU
#define IWDG_KEY_ACCESS 0x5555U
#define IWDG_SR_BUSY 7U
#define IWDG_RLR_MAX 0xFFFU
#define LSI_HZ 32000U
// Five LSI periods times the prescaler are the longest update.
#define UPDATE_US 100000U

int chip_iwdg_start(uint32_t ms) {
    if (ms == 0 || ms > CHIP_IWDG_MAX_MS) {
        return CHIP_EINVAL;
    }
    // Prescaler 4 << pr; the smallest one whose count fits in twelve bits.
    uint32_t pr = 0;
    uint32_t ticks = LSI_HZ / 1000U * ms / 4U;
    while (ticks > IWDG_RLR_MAX + 1U) {
        pr++;
        ticks = (ticks + 1U) / 2U;
    }
    IWDG1_KR = IWDG_KEY_START;
    IWDG1_KR = IWDG_KEY_ACCESS;
    IWDG1_PR = pr;
    IWDG1_RLR = ticks != 0 ? ticks - 1U : 0;
    int err = chip_wait(&IWDG1_SR, IWDG_SR_BUSY, 0, UPDATE_US);
    chip_iwdg_feed();
    return err;
}
