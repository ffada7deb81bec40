// SPDX-License-Identifier: MIT
// SPI2 of the STM32H743 (RM0433 chapter 50), polled.

#include "chip/spi.h"

#include "chip/rcc.h"

// Registers: RM0433 section 50.11.
#define SPI2_BASE 0x40003800U
#define SPI_CR1 CHIP_REG(SPI2_BASE + 0x00)
#define SPI_CR2 CHIP_REG(SPI2_BASE + 0x04)
#define SPI_CFG1 CHIP_REG(SPI2_BASE + 0x08)
#define SPI_CFG2 CHIP_REG(SPI2_BASE + 0x0C)
#define SPI_SR CHIP_REG(SPI2_BASE + 0x14)
#define SPI_IFCR CHIP_REG(SPI2_BASE + 0x18)
// The data registers push and pop as many bytes as the access is wide.
#define SPI_TXDR8 (*(volatile uint8_t *)(uintptr_t)(SPI2_BASE + 0x20))
#define SPI_RXDR8 (*(volatile uint8_t *)(uintptr_t)(SPI2_BASE + 0x30))

#define SPI_CR1_SPE (1U << 0)
#define SPI_CR1_CSTART (1U << 9)
#define SPI_CR1_SSI (1U << 12)
#define SPI_CFG1_DSIZE_8 7U
#define SPI_CFG1_MBR_SHIFT 28
#define SPI_CFG2_MASTER (1U << 22)
#define SPI_CFG2_LSBFRST (1U << 23)
#define SPI_CFG2_CPHA (1U << 24)
#define SPI_CFG2_CPOL (1U << 25)
#define SPI_CFG2_SSM (1U << 26)
#define SPI_CFG2_AFCNTR (1U << 31)
#define SPI_SR_RXP (1U << 0)
#define SPI_SR_TXP (1U << 1)
#define SPI_SR_EOT (1U << 3)
#define SPI_IFCR_ALL 0x0BF8U

#define FIFO_BYTES 16U // SPI1 to SPI3, section 50.3
#define SLOWEST 7U     // MBR: kernel clock / 2^(MBR+1)
#define TSIZE_MAX 0xFFFFU
#define BYTE_US 1000U

int chip_spi_init(const struct chip_spi_config *config, uint32_t *hz) {
    uint32_t clock = chip_clocks()->pll3_p;
    uint32_t mbr = 0;
    while (mbr < SLOWEST && clock >> (mbr + 1U) > config->hz) {
        mbr++;
    }
    if (clock >> (mbr + 1U) > config->hz) {
        return CHIP_EINVAL;
    }
    chip_rcc_enable(GATE_SPI2);
    SPI_CR1 = 0;
    SPI_CFG1 = SPI_CFG1_DSIZE_8 | mbr << SPI_CFG1_MBR_SHIFT;
    // SSI high before MASTER: a low select line would be a mode fault.
    SPI_CR1 = SPI_CR1_SSI;
    SPI_CFG2 = SPI_CFG2_MASTER | SPI_CFG2_SSM | SPI_CFG2_AFCNTR |
            (config->polarity ? SPI_CFG2_CPOL : 0) |
            (config->phase ? SPI_CFG2_CPHA : 0) |
            (config->lsb_first ? SPI_CFG2_LSBFRST : 0);
    *hz = clock >> (mbr + 1U);
    return 0;
}

void chip_spi_deinit(void) {
    SPI_CR1 = 0;
    chip_rcc_disable(GATE_SPI2);
}

static int run(const uint8_t *out, uint8_t *in, size_t count) {
    size_t sent = 0;
    size_t got = 0;
    uint32_t idle = BYTE_US * 120U;
    while (got < count) {
        uint32_t sr = SPI_SR;
        if (sr & SPI_SR_TXP && sent < count && sent - got < FIFO_BYTES) {
            SPI_TXDR8 = out ? out[sent] : 0;
            sent++;
        } else if (sr & SPI_SR_RXP) {
            uint8_t byte = SPI_RXDR8;
            if (in) {
                in[got] = byte;
            }
            got++;
            idle = BYTE_US * 120U;
        } else if (idle-- == 0) {
            return CHIP_ETIMEDOUT;
        }
    }
    return chip_wait(&SPI_SR, SPI_SR_EOT, SPI_SR_EOT, BYTE_US);
}

int chip_spi_transfer(const uint8_t *out, uint8_t *in, size_t count) {
    int err = 0;
    for (size_t done = 0; done < count && !err;) {
        size_t part = count - done < TSIZE_MAX ? count - done : TSIZE_MAX;
        SPI_CR2 = (uint32_t)part;
        SPI_CR1 = SPI_CR1_SSI | SPI_CR1_SPE;
        SPI_CR1 = SPI_CR1_SSI | SPI_CR1_SPE | SPI_CR1_CSTART;
        err = run(out ? out + done : NULL, in ? in + done : NULL, part);
        SPI_IFCR = SPI_IFCR_ALL;
        SPI_CR1 = SPI_CR1_SSI;
        done += part;
    }
    return err;
}
