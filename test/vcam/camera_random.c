// SPDX-License-Identifier: MIT
// Registers of a sensor, DCMI and DMA are set to anything while frames come:
// with --lenient the virtual camera has to live through it.

#include "camera.h"

enum { ROUNDS = 400 };

static uint32_t state = 0x2545f491;

static uint32_t next(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void disturb_ov7725(void) {
    uint8_t reg = (uint8_t)next();
    if (reg != 0x12 || next() % 8 == 0) {
        (void)ov7725_set(reg, (uint8_t)next());
    }
    (void)ov7725_get((uint8_t)next());
}

static void disturb_mt9m114(void) {
    static const uint16_t pages[] = {0xc800, 0xc840, 0xc880, 0xc980, 0xcc00};
    uint16_t at = (uint16_t)(pages[next() % 5] + next() % 64);
    uint8_t out[4] = {(uint8_t)(at >> 8), (uint8_t)at, (uint8_t)next(),
            (uint8_t)next()};
    if (next() % 2) {
        out[2] &= 3; // numbers that may make sense
    }
    (void)i2c_write(MT9M114, out, 3 + next() % 2);
    const uint8_t change[3] = {0xdc, 0x00, 0x28};
    const uint8_t go[4] = {0x00, 0x80, 0x80, (uint8_t)(1u << next() % 3)};
    (void)i2c_write(MT9M114, change, 3);
    (void)i2c_write(MT9M114, go, 4);
}

static void disturb_capture(void) {
    if (next() % 4 == 0) {
        DCMI(0x20) = next() & 0x003f00ff;
        DCMI(0x24) = next() & 0x00ff03ff;
    }
    dma_start(0x30000000 + (next() & 0xfffc), 1 + next() % 40000);
    dcmi_snapshot((next() & 0x001f03e4) | 1u << 14);
    DCMI(0x00) = (DCMI(0x00) & ~2u) | 1;
    if (next() % 8 == 0) {
        STREAM(2, 1, 0x00) = next() & 0x01ffffff;
    }
    if (next() % 8 == 0) {
        camera_clock(next() % 8);
    }
}

void test(void) {
    camera_start();
    camera_clock(3);
    camera_power(false, false);
    wait_us(1000);
    camera_power(false, true);
    wait_us(60000);
    for (unsigned n = 0; n < ROUNDS; n++) {
        disturb_ov7725();
        disturb_mt9m114();
        disturb_capture();
        wait_us(next() % 16384);
    }
}
