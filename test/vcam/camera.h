// SPDX-License-Identifier: MIT
// The camera's side of the small programs: pins, XCLK, I2C1, DCMI and DMA by
// their registers. They run from HSI at 64 MHz.
#ifndef TEST_VCAM_CAMERA_H
#define TEST_VCAM_CAMERA_H

#include "program.h"

#define DMA(n, offset) REG(0x40020000u + 0x400u * ((n)-1) + (offset))
#define STREAM(n, s, offset) DMA(n, 0x10u + 0x18u * (s) + (offset))
#define DMAMUX1(channel) REG(0x40020800u + 4u * (channel))
#define MDMA(channel, offset) REG(0x52000040u + 0x40u * (channel) + (offset))
#define DCMI(offset) REG(0x48020000u + (offset))
#define TIM1(offset) REG(0x40010000u + (offset))
#define I2C1(offset) REG(0x40005400u + (offset))

enum { FRAME = 0x30000000, OV7725 = 0x21, MT9M114 = 0x48 };

void wait_us(uint32_t us);

// Clocks of all that is used here, and the pins.
void camera_start(void);
// XCLK: 64 MHz / (arr + 1).
void camera_clock(uint32_t arr);
void camera_power(bool pwdn, bool reset);

// Writes `count` bytes; false when not acknowledged.
bool i2c_write(uint8_t address, const uint8_t *bytes, unsigned count);
bool i2c_read(uint8_t address, uint8_t *bytes, unsigned count);
bool ov7725_set(uint8_t reg, uint8_t value);
int ov7725_get(uint8_t reg);

// A stream of DMA2 from DCMI to memory: `words` of them, once.
void dma_start(uint32_t to, uint32_t words);
bool dma_wait(uint32_t us); // for the end of it
void dcmi_snapshot(uint32_t cr);
// Prints "sum N R G B" of a frame of RGB565, its bytes as the sensor sends
// them, each channel widened to eight bits.
void print_sum(uint32_t pixels);

#endif
