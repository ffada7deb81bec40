// SPDX-License-Identifier: MIT
// DMA1 and DMA2 behind DMAMUX1 (RM0433 chapters 15 and 17): words from a
// peripheral's register to memory.
//
// A stream is one number: 0 to 7 of DMA1, 8 to 15 of DMA2, which is also its
// channel of DMAMUX1. What DMA writes is behind the caches, and DMA reaches
// neither ITCM nor DTCM.
#pragma once

#include "chip/device.h"

#define CHIP_DMA2_STREAM(n) (8U + (n))

// DMAMUX1's numbers of requests (table "DMAMUX1: assignment of multiplexer
// inputs to resources").
enum { CHIP_DMA_REQUEST_DCMI = 75 };

// The most words of one transfer: two halves of what a counter can hold.
#define CHIP_DMA_WORDS_MAX (2U * 65535U)

// Opens the clocks of a stream and connects it to the request.
void chip_dma_init(uint32_t stream, uint32_t request);
// Starts a transfer of `words` from the register `from`: to `to` and on, which
// lies on a multiple of 16 bytes, or with `to` NULL to nowhere. A number of
// words above 65535 must be even. CHIP_EINVAL for what it cannot do.
int chip_dma_receive(uint32_t stream, const volatile uint32_t *from, void *to,
        uint32_t words);
// Whether not a word of the transfer, which has so many, has come yet.
bool chip_dma_untouched(uint32_t stream, uint32_t words);
// Whether all words of the transfer are in memory.
bool chip_dma_done(uint32_t stream);
// Ends the transfer where it is. What the stream has read is in memory.
void chip_dma_stop(uint32_t stream);
