// SPDX-License-Identifier: MIT
// Random number generator of the STM32H743 (RM0433 chapter 34).

#include "chip/rng.h"

#include "chip/rcc.h"

// Registers: RM0433 section 34.7.
#define RNG_BASE 0x48021800U
#define RNG_CR CHIP_REG(RNG_BASE + 0x00)
#define RNG_SR CHIP_REG(RNG_BASE + 0x04)
#define RNG_DR CHIP_REG(RNG_BASE + 0x08)
#define RNG_CR_RNGEN (1U << 2)
#define RNG_SR_DRDY (1U << 0)
#define RNG_SR_CEIS (1U << 5)
#define RNG_SR_SEIS (1U << 6)

#define READY_US 1000U
#define TRIES 4

int chip_rng(uint32_t *value) {
    chip_rcc_enable(GATE_RNG);
    RNG_CR |= RNG_CR_RNGEN;
    for (int i = 0; i < TRIES; i++) {
        int err = chip_wait(&RNG_SR, RNG_SR_DRDY, RNG_SR_DRDY, READY_US);
        if (!err && (RNG_SR & (RNG_SR_CEIS | RNG_SR_SEIS)) == 0) {
            *value = RNG_DR;
            return 0;
        }
        // Section 34.3.7: clear the error and start the generator again.
        RNG_SR = 0;
        RNG_CR &= ~RNG_CR_RNGEN;
        RNG_CR |= RNG_CR_RNGEN;
    }
    return CHIP_EIO;
}
