// SPDX-License-Identifier: MIT
// The JPEG block as an encoder (RM0433 chapter 33), fed and emptied by the
// processor.
#pragma once

#include "chip/device.h"

// A Huffman table: codes of each length 1 … 16, and their symbols.
struct chip_jpeg_codes {
    const uint8_t *counts;
    const uint8_t *symbols;
};

struct chip_jpeg_job {
    uint16_t width, height;
    uint8_t h, v;            // blocks of luma in a unit; others have one
    bool gray;               // luma only, h and v are 1
    const uint8_t *steps[2]; // quantisers of luma and colour, zigzag order
    // T.81 annex K's, or others of 12 and 162 symbols; luma, colour.
    struct chip_jpeg_codes dc[2], ac[2];
    uint8_t *out; // where the file goes
    size_t capacity;
};

// Begins a file. The block writes its own headers.
void chip_jpeg_start(const struct chip_jpeg_job *job);
// Gives it the samples of one unit, 0 … 255, block after block.
// CHIP_ENOSPC: the file does not fit; CHIP_ETIMEDOUT: the block stands still.
int chip_jpeg_put(const uint32_t *samples, size_t words);
// Takes the rest of the file; *bytes may count up to three bytes behind it.
// To be called after errors, too.
int chip_jpeg_end(size_t *bytes);
