// SPDX-License-Identifier: MIT
// Requests to the DMA controllers, for the blocks that make them.
#ifndef HOST_VCAM_DMA_H
#define HOST_VCAM_DMA_H

#include <stdbool.h>
#include <stdint.h>

struct vcam;

// Request lines into DMAMUX1 (RM0433 table 121), as far as they are used.
enum {
    VCAM_DMA_SPI2_RX = 39,
    VCAM_DMA_SPI2_TX = 40,
    VCAM_DMA_DCMI = 75,
    VCAM_DMA_LINES = 116
};

// Sets the level of a request line. While it is high, the stream that DMAMUX1
// routes it to makes one access to the block's register after the other, and
// the block lowers the line when it has no more to give or to take: so the
// call may come back through the block's own read or write, and should be the
// last that the block does.
void vcam_dma_request(struct vcam *vm, unsigned line, bool high);

// True when an enabled stream listens to the line.
bool vcam_dma_listens(struct vcam *vm, unsigned line);

// Triggers of MDMA (RM0433 table 117).
enum {
    VCAM_MDMA_DMA1_TC0 = 0, // and on to stream 7 of DMA2: 15
    VCAM_MDMA_JPEG_IFT = 17,
    VCAM_MDMA_JPEG_IFNF = 18,
    VCAM_MDMA_JPEG_OFT = 19,
    VCAM_MDMA_JPEG_OFNE = 20,
    VCAM_MDMA_JPEG_OEC = 21,
    VCAM_MDMA_SDMMC1_END = 29,
    VCAM_MDMA_TRIGGERS = 64
};

// Sets the level of a trigger. A channel that it selects makes one transfer
// (buffer, block or more, as TRGM says) when the level rises and, if it is
// still high after that, again.
void vcam_mdma_request(struct vcam *vm, unsigned trigger, bool high);

// dma.c, for dmamux.c: the route of a stream (0 to 15) has changed.
void vcam_dma_rerouted(struct vcam *vm, unsigned stream);
// dmamux.c, for dma.c: the request line of a stream, 0 for none.
unsigned vcam_dmamux_line(const struct vcam *vm, unsigned stream);

#endif
