// SPDX-License-Identifier: MIT
// Streams of DMA1 and DMA2 (RM0433 chapter 15), DMAMUX1 (chapter 17).

#include "chip/dma.h"

#include "chip/rcc.h"

// Registers: RM0433 section 15.5.
#define DMA_BASE(stream) (0x40020000U + 0x400U * ((stream) / 8U))
#define DMA_ISR(stream) CHIP_REG(DMA_BASE(stream) + (stream) % 8U / 4U * 4U)
#define DMA_IFCR(stream) \
    CHIP_REG(DMA_BASE(stream) + 0x08 + (stream) % 8U / 4U * 4U)
#define DMA_STREAM(stream) (DMA_BASE(stream) + 0x10U + 0x18U * ((stream) % 8U))
#define DMA_CR(stream) CHIP_REG(DMA_STREAM(stream) + 0x00)
#define DMA_NDTR(stream) CHIP_REG(DMA_STREAM(stream) + 0x04)
#define DMA_PAR(stream) CHIP_REG(DMA_STREAM(stream) + 0x08)
#define DMA_M0AR(stream) CHIP_REG(DMA_STREAM(stream) + 0x0C)
#define DMA_M1AR(stream) CHIP_REG(DMA_STREAM(stream) + 0x10)
#define DMA_FCR(stream) CHIP_REG(DMA_STREAM(stream) + 0x14)

#define DMA_CR_EN (1U << 0)
#define DMA_CR_MINC (1U << 10)
#define DMA_CR_PSIZE_WORD (2U << 11)
#define DMA_CR_MSIZE_WORD (2U << 13)
#define DMA_CR_PL_VERY_HIGH (3U << 16)
#define DMA_CR_DBM (1U << 18)
#define DMA_CR_CT (1U << 19)
#define DMA_CR_MBURST_INCR4 (1U << 23)
#define DMA_FCR_FTH_FULL (3U << 0)
#define DMA_FCR_DMDIS (1U << 2)

// Flags of stream 0; the others' lie 6, 16 and 22 bits above, then once more
// in the second register.
#define DMA_FLAGS 0x3DU
#define DMA_FLAG_TCIF (1U << 5)

#define COUNTER_MAX 65535U

// Registers: RM0433 section 17.6.
#define DMAMUX1_CCR(stream) CHIP_REG(0x40020800U + 4U * (stream))

static uint32_t flag_shift(uint32_t stream) {
    return (stream & 1U) * 6U + (stream >> 1 & 1U) * 16U;
}

// What a transfer to nowhere is written to.
static uint32_t nowhere CHIP_DMA;

void chip_dma_init(uint32_t stream, uint32_t request) {
    // DMAMUX1 shares their clocks.
    chip_rcc_enable(stream < 8U ? GATE_DMA1 : GATE_DMA2);
    chip_dma_stop(stream);
    DMAMUX1_CCR(stream) = request;
}

int chip_dma_receive(uint32_t stream, const volatile uint32_t *from, void *to,
        uint32_t words) {
    uint32_t half = words > COUNTER_MAX ? words / 2U : words;
    if (words == 0 || words > CHIP_DMA_WORDS_MAX ||
            (half != words && words % 2U != 0) || (uintptr_t)to % 16U != 0) {
        return CHIP_EINVAL;
    }
    uint32_t at = (uint32_t)(uintptr_t)to;
    uint32_t cr = DMA_CR_PSIZE_WORD | DMA_CR_MSIZE_WORD | DMA_CR_PL_VERY_HIGH;
    if (to == NULL) {
        at = (uint32_t)(uintptr_t)&nowhere;
    } else {
        cr |= DMA_CR_MINC | DMA_CR_MBURST_INCR4;
    }
    if (half != words) {
        cr |= DMA_CR_DBM;
    }
    chip_dma_stop(stream);
    DMA_PAR(stream) = (uint32_t)(uintptr_t)from;
    DMA_M0AR(stream) = at;
    DMA_M1AR(stream) = to == NULL ? at : at + 4U * half;
    DMA_NDTR(stream) = half;
    // Bursts of four words need the whole FIFO, which is four words.
    DMA_FCR(stream) = DMA_FCR_DMDIS | DMA_FCR_FTH_FULL;
    DMA_CR(stream) = cr;
    DMA_CR(stream) = cr | DMA_CR_EN;
    return 0;
}

bool chip_dma_untouched(uint32_t stream, uint32_t words) {
    uint32_t half = words > COUNTER_MAX ? words / 2U : words;
    return DMA_NDTR(stream) == half &&
            (DMA_ISR(stream) >> flag_shift(stream) & DMA_FLAG_TCIF) == 0;
}

bool chip_dma_done(uint32_t stream) {
    if ((DMA_ISR(stream) >> flag_shift(stream) & DMA_FLAG_TCIF) == 0) {
        return false;
    }
    // With two halves, the flag came with the first: both are through when it
    // is the first one's turn again.
    uint32_t cr = DMA_CR(stream);
    return (cr & DMA_CR_DBM) == 0 || (cr & DMA_CR_CT) == 0;
}

void chip_dma_stop(uint32_t stream) {
    DMA_CR(stream) &= ~DMA_CR_EN;
    // It ends the burst under way and empties its FIFO first.
    (void)chip_wait(&DMA_CR(stream), DMA_CR_EN, 0, 100);
    DMA_IFCR(stream) = DMA_FLAGS << flag_shift(stream);
}
