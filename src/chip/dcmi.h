// SPDX-License-Identifier: MIT
// The camera interface (RM0433 chapter 31): frames of an 8-bit sensor, cut to
// a window, into memory by DMA2.
//
// It runs from chip_dcmi_start() to chip_dcmi_stop(). Whenever a frame is
// over, the interrupt asks where the next one shall go; frames that nobody
// wants are read to nowhere, so that the interface never loses its place in
// the sensor's stream.
#pragma once

#include "chip/device.h"

// Which level or edge means what.
struct chip_dcmi_signals {
    bool vsync_high;    // high between frames
    bool hsync_high;    // high between lines
    bool pixclk_rising; // data are stable at the rising edge
};

// What of a frame is kept, in bytes as the sensor sends them and in lines.
struct chip_dcmi_window {
    uint16_t x;
    uint16_t y;
    uint16_t width;
    uint16_t height;
    bool every_other; // of these bytes, the first, third, fifth …
};

// Clocks, reset and signals. The pins are the caller's.
void chip_dcmi_init(const struct chip_dcmi_signals *signals);
void chip_dcmi_deinit(void);
// Bytes that a frame leaves in memory; each line must leave whole words.
uint32_t chip_dcmi_bytes(const struct chip_dcmi_window *window);
// Captures frames, the next whole one to `to` (as chip_dma_receive()).
// CHIP_EINVAL: lines that are no whole words, or too many bytes.
int chip_dcmi_start(const struct chip_dcmi_window *window, void *to);
void chip_dcmi_stop(void);
// Lets the coming frame go to `to` after all, when it was to go nowhere and
// has not begun. With the interrupt held off.
bool chip_dcmi_redirect(void *to);

// Provided by the user, called from the interrupt at the end of a frame:
// whether all of it is in memory, or was lost on the way (an overrun, too few
// lines). Returns where the next frame goes, NULL for nowhere.
void *chip_dcmi_frame(bool complete);
// Behind it, when the next frame has its place: for what takes time.
void chip_dcmi_frame_over(bool complete);
