// SPDX-License-Identifier: MIT
// Analog-to-digital converter 1 of the STM32H743 (RM0433 chapter 25).

#include "chip/adc.h"

#include "chip/rcc.h"
#include "chip/systick.h"

// Registers: RM0433 sections 25.6 (each ADC) and 25.7 (common to 1 and 2).
#define ADC1_BASE 0x40022000U
#define ADC_ISR CHIP_REG(ADC1_BASE + 0x00)
#define ADC_CR CHIP_REG(ADC1_BASE + 0x08)
#define ADC_CFGR CHIP_REG(ADC1_BASE + 0x0C)
#define ADC_SMPR1 CHIP_REG(ADC1_BASE + 0x14)
#define ADC_SMPR2 CHIP_REG(ADC1_BASE + 0x18)
#define ADC_PCSEL CHIP_REG(ADC1_BASE + 0x1C)
#define ADC_SQR1 CHIP_REG(ADC1_BASE + 0x30)
#define ADC_DR CHIP_REG(ADC1_BASE + 0x40)
#define ADC12_CCR CHIP_REG(ADC1_BASE + 0x308)

#define ADC_ISR_ADRDY (1U << 0)
#define ADC_ISR_EOC (1U << 2)
#define ADC_CR_ADEN (1U << 0)
#define ADC_CR_ADSTART (1U << 2)
#define ADC_CR_BOOST (1U << 8) // field 1: 6.25 to 12.5 MHz (revision V)
#define ADC_CR_ADCALLIN (1U << 16)
#define ADC_CR_ADVREGEN (1U << 28)
#define ADC_CR_DEEPPWD (1U << 29)
#define ADC_CR_ADCAL (1U << 31)
// Bits that start or stop something: written as 0 unless meant.
#define ADC_CR_ACTIONS 0x8000003FU
// PLL3 R is 160 MHz; divided by 8, and by 2 more on revision V.
#define ADC_CCR_PRESC_DIV8 (4U << 18)
#define ADC_CFGR_OVRMOD (1U << 12)
#define ADC_SMP_64_CYCLES 5U

#define REGULATOR_US 10U
#define CALIBRATION_US 100000U
#define CONVERSION_US 10000U
#define CHANNELS 20U

static int enable(void) {
    chip_rcc_enable(GATE_ADC12); // its registers are not there before
    if (ADC_CR & ADC_CR_ADEN) {
        return 0;
    }
    ADC12_CCR = ADC_CCR_PRESC_DIV8;
    ADC_CR = ADC_CR_ADVREGEN | ADC_CR_BOOST; // leaves deep power-down
    chip_delay_us(REGULATOR_US);
    ADC_CR = ADC_CR_ADVREGEN | ADC_CR_BOOST | ADC_CR_ADCALLIN | ADC_CR_ADCAL;
    int err = chip_wait(&ADC_CR, ADC_CR_ADCAL, 0, CALIBRATION_US);
    if (err) {
        return err;
    }
    ADC_ISR = ADC_ISR_ADRDY;
    chip_modify(&ADC_CR, ADC_CR_ACTIONS, ADC_CR_ADEN);
    err = chip_wait(&ADC_ISR, ADC_ISR_ADRDY, ADC_ISR_ADRDY, CONVERSION_US);
    ADC_CFGR = ADC_CFGR_OVRMOD;
    return err;
}

int chip_adc_read(uint32_t channel, uint16_t *value) {
    if (channel >= CHANNELS) {
        return CHIP_EINVAL;
    }
    int err = enable();
    if (err) {
        return err;
    }
    volatile uint32_t *smpr = channel < 10U ? &ADC_SMPR1 : &ADC_SMPR2;
    uint32_t shift = channel % 10U * 3U;
    chip_modify(smpr, 7U << shift, ADC_SMP_64_CYCLES << shift);
    ADC_PCSEL |= 1U << channel;
    ADC_SQR1 = channel << 6;
    ADC_ISR = ADC_ISR_EOC;
    chip_modify(&ADC_CR, ADC_CR_ACTIONS, ADC_CR_ADSTART);
    err = chip_wait(&ADC_ISR, ADC_ISR_EOC, ADC_ISR_EOC, CONVERSION_US);
    if (!err) {
        *value = (uint16_t)ADC_DR;
    }
    return err;
}
