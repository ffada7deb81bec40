// SPDX-License-Identifier: MIT
// Surroundings of OTG_FS.

#include "chip/otg.h"

#include "chip/gpio.h"
#include "chip/rcc.h"

// RM0433 section 6.8: the supply of the transceiver.
#define PWR_CR3 CHIP_REG(0x58024800U + 0x0C)
#define PWR_CR3_USB33DEN (1U << 24)
#define PWR_CR3_USB33RDY (1U << 26)

// RM0433 section 8.7: clocks during sleep. The ULPI clock of a transceiver
// that is not there must be off, or OTG_FS stops in WFI.
#define RCC_AHB1LPENR CHIP_REG(0x58024400U + 0x100)
#define RCC_AHB1LPENR_USB2OTGULPI (1U << 28)

// RM0433 chapter 9.
#define CRS_CR CHIP_REG(0x40008400U + 0x00)
#define CRS_CFGR CHIP_REG(0x40008400U + 0x04)
#define CRS_CR_CEN (1U << 5)
#define CRS_CR_AUTOTRIMEN (1U << 6)
// 48 MHz counted over 1 ms, half a step of tolerance, source USB2 SOF.
#define CRS_RELOAD (48000U - 1U)
#define CRS_FELIM (34U << 16)
#define CRS_SYNCSRC_USB2 (3U << 28)

// RM0433 section 60.14 (OTG registers).
#define OTG_GOTGCTL CHIP_REG(CHIP_OTG_FS_BASE + 0x000)
#define OTG_GCCFG CHIP_REG(CHIP_OTG_FS_BASE + 0x038)
#define GOTGCTL_BVALOEN (1U << 6)
#define GOTGCTL_BVALOVAL (1U << 7)
#define GOTGCTL_BSVLD (1U << 19)
#define GCCFG_VBDEN (1U << 21)

#define PIN_VBUS CHIP_PIN('A', 9)
#define PIN_DM CHIP_PIN('A', 11)
#define PIN_DP CHIP_PIN('A', 12)
#define PIN_ALT 10

#define SUPPLY_US 10000U

int chip_otg_init(void) {
    PWR_CR3 |= PWR_CR3_USB33DEN;
    int err =
            chip_wait(&PWR_CR3, PWR_CR3_USB33RDY, PWR_CR3_USB33RDY, SUPPLY_US);
    if (err) {
        return err;
    }
    chip_rcc_enable(GATE_CRS);
    CRS_CFGR = CRS_RELOAD | CRS_FELIM | CRS_SYNCSRC_USB2;
    CRS_CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
    chip_pin_config(PIN_VBUS, CHIP_PIN_INPUT, CHIP_PIN_FLOAT, 0, 0);
    chip_pin_config(PIN_DM, CHIP_PIN_ALT, CHIP_PIN_FLOAT, 0, PIN_ALT);
    chip_pin_config(PIN_DP, CHIP_PIN_ALT, CHIP_PIN_FLOAT, 0, PIN_ALT);
    RCC_AHB1LPENR &= ~RCC_AHB1LPENR_USB2OTGULPI;
    chip_rcc_enable(GATE_USB2OTG);
    // The bootloader may have left it in any state.
    chip_rcc_reset(GATE_USB2OTG);
    NVIC_SetPriority(OTG_FS_IRQn, CHIP_PRIO_USB);
    return 0;
}

void chip_otg_sense_vbus(void) {
    OTG_GCCFG |= GCCFG_VBDEN;
    OTG_GOTGCTL &= ~(GOTGCTL_BVALOEN | GOTGCTL_BVALOVAL);
}

bool chip_otg_powered(void) {
    return (OTG_GOTGCTL & GOTGCTL_BSVLD) != 0;
}

void chip_otg_fs_handler(void);

CHIP_FASTCODE void chip_otg_fs_handler(void) {
    chip_otg_interrupt();
}
