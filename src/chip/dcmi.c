// SPDX-License-Identifier: MIT
// Camera interface of the STM32H743 (RM0433 chapter 31).

#include "chip/dcmi.h"

#include "chip/dma.h"
#include "chip/rcc.h"

// Registers: RM0433 section 31.5.
#define DCMI_BASE 0x48020000U
#define DCMI_CR CHIP_REG(DCMI_BASE + 0x00)
#define DCMI_IER CHIP_REG(DCMI_BASE + 0x0C)
#define DCMI_MIS CHIP_REG(DCMI_BASE + 0x10)
#define DCMI_ICR CHIP_REG(DCMI_BASE + 0x14)
#define DCMI_CWSTRT CHIP_REG(DCMI_BASE + 0x20)
#define DCMI_CWSIZE CHIP_REG(DCMI_BASE + 0x24)
#define DCMI_DR CHIP_REG(DCMI_BASE + 0x28)

#define DCMI_CR_CAPTURE (1U << 0)
#define DCMI_CR_CROP (1U << 2)
#define DCMI_CR_PCKPOL (1U << 5)
#define DCMI_CR_HSPOL (1U << 6)
#define DCMI_CR_VSPOL (1U << 7)
#define DCMI_CR_ENABLE (1U << 14)
#define DCMI_CR_BSM_EVERY_OTHER (1U << 16)

// One bit an event in IER, MIS and ICR.
#define DCMI_FRAME (1U << 0)
#define DCMI_OVR (1U << 1)
#define DCMI_EVENTS 0x1FU

#define DCMI_VERTICAL_SHIFT 16

#define STREAM CHIP_DMA2_STREAM(1)

// Between the last byte of a frame and its place in memory are two FIFOs.
#define DRAIN_US 20U

static struct {
    uint32_t cr;    // signals and byte selection
    uint32_t words; // of a frame
} dcmi;

void chip_dcmi_init(const struct chip_dcmi_signals *signals) {
    chip_rcc_enable(GATE_DCMI);
    chip_rcc_reset(GATE_DCMI);
    chip_dma_init(STREAM, CHIP_DMA_REQUEST_DCMI);
    dcmi.cr = (signals->vsync_high ? DCMI_CR_VSPOL : 0) |
            (signals->hsync_high ? DCMI_CR_HSPOL : 0) |
            (signals->pixclk_rising ? DCMI_CR_PCKPOL : 0);
    DCMI_CR = dcmi.cr;
    NVIC_SetPriority(DCMI_IRQn, CHIP_PRIO_CAMERA);
}

void chip_dcmi_deinit(void) {
    chip_dcmi_stop();
    chip_rcc_disable(GATE_DCMI);
}

uint32_t chip_dcmi_bytes(const struct chip_dcmi_window *window) {
    uint32_t line = window->every_other ? window->width / 2U : window->width;
    return line * window->height;
}

// From rest: stale events, half words and half frames are gone.
static void run(void *to) {
    DCMI_ICR = DCMI_EVENTS;
    (void)chip_dma_receive(STREAM, &DCMI_DR, to, dcmi.words);
    DCMI_CR |= DCMI_CR_ENABLE;
    DCMI_CR |= DCMI_CR_CAPTURE;
}

static void halt(void) {
    // Clearing ENABLE empties the FIFO and forgets the frame under way.
    DCMI_CR &= ~(DCMI_CR_ENABLE | DCMI_CR_CAPTURE);
    chip_dma_stop(STREAM);
}

int chip_dcmi_start(const struct chip_dcmi_window *window, void *to) {
    uint32_t bytes = chip_dcmi_bytes(window);
    uint32_t words = bytes / 4U;
    if (bytes == 0 || bytes / window->height % 4U != 0 ||
            words > CHIP_DMA_WORDS_MAX) {
        return CHIP_EINVAL;
    }
    chip_dcmi_stop();
    dcmi.words = words;
    DCMI_CR = dcmi.cr | DCMI_CR_CROP |
            (window->every_other ? DCMI_CR_BSM_EVERY_OTHER : 0);
    DCMI_CWSTRT = (uint32_t)window->y << DCMI_VERTICAL_SHIFT | window->x;
    DCMI_CWSIZE =
            (window->height - 1U) << DCMI_VERTICAL_SHIFT | (window->width - 1U);
    DCMI_IER = DCMI_FRAME | DCMI_OVR;
    run(to);
    NVIC_ClearPendingIRQ(DCMI_IRQn);
    NVIC_EnableIRQ(DCMI_IRQn);
    return 0;
}

void chip_dcmi_stop(void) {
    NVIC_DisableIRQ(DCMI_IRQn);
    if (DCMI_CR & DCMI_CR_ENABLE) {
        DCMI_IER = 0;
        halt();
    }
}

bool chip_dcmi_redirect(void *to) {
    // Words that come meanwhile wait in DCMI's FIFO.
    return chip_dma_untouched(STREAM, dcmi.words) &&
            chip_dma_receive(STREAM, &DCMI_DR, to, dcmi.words) == 0;
}

static bool drained(void) {
    for (uint32_t turns = DRAIN_US * 120U; turns != 0; turns--) {
        if (chip_dma_done(STREAM)) {
            return true;
        }
    }
    return false;
}

void chip_dcmi_handler(void);

void chip_dcmi_handler(void) {
    uint32_t events = DCMI_MIS;
    DCMI_ICR = events;
    bool complete = (events & DCMI_OVR) == 0 && drained();
    void *next = chip_dcmi_frame(complete);
    if (complete) {
        // Between two frames: the next one's place must only be told in time.
        (void)chip_dma_receive(STREAM, &DCMI_DR, next, dcmi.words);
    } else {
        // In the middle of nowhere: start over with the next frame.
        halt();
        run(next);
    }
    chip_dcmi_frame_over(complete);
}
