// SPDX-License-Identifier: MIT
// An OV7725, through I2C1, DCMI and DMA2, as the firmware of another would use
// it. CASE 0 takes a picture; the others each do one thing wrong.

#include "camera.h"

#ifndef CASE
#define CASE 0
#endif

enum {
    WIDTH = 320,
    HEIGHT = 240,
    WORDS = WIDTH * HEIGHT / 2,
    POLARITY = 1 << 7 | 1 << 5 // VSYNC high between frames, rising edge
};

static void setup(void) {
    camera_start();
    camera_clock(4); // 12.8 MHz
    camera_power(true, false);
    wait_us(1000);
    camera_power(false, false);
    wait_us(1000);
    camera_power(false, true);
    wait_us(2000);
}

static void qvga(void) {
    static const uint8_t regs[][2] = {{0x12, 0x46}, {0x11, 0x81}, {0x0d, 0x41},
            {0x17, 0x3f}, {0x18, 0x50}, {0x19, 0x03}, {0x1a, 0x78},
            {0x29, 0x50}, {0x2c, 0x78}, {0x65, 0x0f}};
    for (unsigned i = 0; i < sizeof regs / sizeof *regs; i++) {
        (void)ov7725_set(regs[i][0], regs[i][1]);
    }
}

// Lets automatic exposure come to its end.
static void settle(void) {
    wait_us(700000);
}

static bool take(void) {
    dma_start(FRAME, WORDS);
    dcmi_snapshot(POLARITY);
    return dma_wait(200000);
}

static void probe(void) {
    setup();
    check("PID", (uint32_t)ov7725_get(0x0a), 0x77);
    check("VER", (uint32_t)ov7725_get(0x0b), 0x21);
    check("nobody at 0x22", i2c_write(0x22, (const uint8_t *)"", 1), false);
    camera_power(false, false);
    check("mute in reset", (uint32_t)ov7725_get(0x0a), (uint32_t)-1);
    camera_power(false, true);
    check("mute right after it", (uint32_t)ov7725_get(0x0a), (uint32_t)-1);
    wait_us(2000);
    check("back after 2 ms", (uint32_t)ov7725_get(0x0a), 0x77);
    camera_power(true, true);
    check("mute in power-down", (uint32_t)ov7725_get(0x0a), (uint32_t)-1);
    camera_power(false, true);
    TIM1(0x00) = 0;
    check("mute without XCLK", (uint32_t)ov7725_get(0x0a), (uint32_t)-1);
    camera_clock(4);
    check("and back", (uint32_t)ov7725_get(0x0a), 0x77);
    (void)ov7725_set(0x12, 0x46);
    check("a register keeps", (uint32_t)ov7725_get(0x12), 0x46);
    (void)ov7725_set(0x12, 0x80);
    wait_us(2000);
    check("COM7 bit 7 resets", (uint32_t)ov7725_get(0x12), 0);
}

static void frames(void) {
    qvga();
    settle();
    check("a frame comes", take(), true);
    check("FRAME", DCMI(0x08) & 3, 1);
    check("one only", DCMI(0x00) & 1, 0);
    check("NDTR at its end", STREAM(2, 1, 4), 0);
    print_sum(WIDTH * HEIGHT);

    // Nobody takes the data.
    DCMI(0x14) = 0x1f;
    dcmi_snapshot(POLARITY);
    wait_us(200000);
    check("overrun", DCMI(0x08) & 2, 2);
    DCMI(0x00) = 0;
    DCMI(0x14) = 0x1f;

    // A window: 64 x 32 pixels at 100, 50.
    DCMI(0x20) = 50u << 16 | 200;
    DCMI(0x24) = 31u << 16 | 127;
    dma_start(FRAME, 64 * 32 / 2);
    dcmi_snapshot(POLARITY | 1 << 2);
    check("a window comes", dma_wait(200000), true);
    check("exactly", DCMI(0x08) & 3, 1);
    print_sum(64 * 32);

    // Manual exposure: half the light is darker.
    (void)ov7725_set(0x13, 0xf8);
    (void)ov7725_set(0x00, 0x00);
    (void)ov7725_set(0x08, 0x00);
    (void)ov7725_set(0x10, 40);
    DCMI(0x14) = 0x1f;
    check("a dark frame comes", take(), true);
    print_sum(WIDTH * HEIGHT);

    // Mirrored and upside down.
    (void)ov7725_set(0x13, 0xff);
    (void)ov7725_set(0x0c, 0xd0);
    settle();
    check("a turned frame comes", take(), true);
    print_sum(WIDTH * HEIGHT);

    // The lower byte of each pair only: grey from YUV.
    (void)ov7725_set(0x0c, 0x10);
    (void)ov7725_set(0x12, 0x40);
    dma_start(FRAME, WORDS / 2);
    dcmi_snapshot(POLARITY | 1 << 16);
    check("a grey frame comes", dma_wait(200000), true);

    // Bars.
    (void)ov7725_set(0x12, 0x46);
    (void)ov7725_set(0x0c, 0x11);
    check("bars come", take(), true);
    check("white is first", REG(FRAME), 0xffffffff);
    check("black is last", REG(FRAME + WIDTH * 2 - 4), 0);
}

// 64 words from DMA2's view, in circles between two buffers.
static void two_buffers(void) {
    DMA(2, 0x08) = 0xf7d;
    STREAM(2, 1, 0x04) = WORDS / 2;
    STREAM(2, 1, 0x08) = 0x48020028;
    STREAM(2, 1, 0x0c) = FRAME;
    STREAM(2, 1, 0x10) = FRAME + WORDS * 2;
    STREAM(2, 1, 0x00) = 1u << 18 | 2u << 13 | 2u << 11 | 1u << 10 | 1;
    dcmi_snapshot(POLARITY);
    for (unsigned n = 0; n < 200 && !(DCMI(0x08) & 1); n++) {
        wait_us(1000);
    }
    check("two halves came", DCMI(0x08) & 3, 1);
    check("back at the first buffer", STREAM(2, 1, 0) >> 19 & 1, 0);
    check("NDTR is whole again", STREAM(2, 1, 4), WORDS / 2);
    print_sum(WIDTH * HEIGHT);
    STREAM(2, 1, 0x00) = 0;
    DMA(2, 0x08) = 0xf7d;
}

// SDA is held: no START comes through until SCL was clocked by hand.
static void stuck(void) {
    setup();
    I2C1(0x04) = OV7725 << 1 | 1u << 16 | 1u << 25 | 1u << 13;
    wait_us(5000);
    check("busy, and nothing else", I2C1(0x18) & 0x803a, 0x8000);
    I2C1(0x00) = 0;
    GPIO('B', 0) = (GPIO('B', 0) & ~(15u << 16)) | 1u << 16; // SCL out, SDA in
    check("SDA is low", GPIO('B', 0x10) >> 9 & 1, 0);
    for (unsigned n = 0; n < 9; n++) {
        GPIO('B', 0x18) = 1u << 24;
        wait_us(5);
        GPIO('B', 0x18) = 1u << 8;
        wait_us(5);
    }
    GPIO('B', 0x0c) = (GPIO('B', 0x0c) & ~(3u << 18)) | 1u << 18;
    check("SDA is free", GPIO('B', 0x10) >> 9 & 1, 1);
    camera_start();
    check("PID", (uint32_t)ov7725_get(0x0a), 0x77);
}

void test(void) {
    if (CASE == 9) {
        stuck();
        return;
    }
    probe();
    (void)ov7725_set(0x0d, 0x41);
    switch (CASE) {
    case 0:
        frames();
        (void)ov7725_set(0x0c, 0x10);
        two_buffers();
        break;
    case 1: // sampled at the wrong edge
        qvga();
        dcmi_snapshot(1 << 7);
        wait_us(200000);
        break;
    case 2: // VSYNC the wrong way round
        qvga();
        dcmi_snapshot(1 << 5);
        wait_us(200000);
        break;
    case 3: // HSYNC too
        qvga();
        dcmi_snapshot(POLARITY | 1 << 6);
        wait_us(200000);
        break;
    case 4: // a bus that does not go there
        qvga();
        dma_start(0x20000000, WORDS);
        dcmi_snapshot(POLARITY);
        wait_us(200000);
        break;
    case 5: // started with its flags set
        qvga();
        (void)take();
        STREAM(2, 1, 0) |= 1;
        break;
    case 6: // one pin is missing
        qvga();
        GPIO('A', 0) = (GPIO('A', 0) & ~(3u << 12)) | 0u << 12;
        (void)take();
        break;
    case 7: // PIXCLK faster than HCLK / 2.5
        qvga();
        (void)ov7725_set(0x11, 0xc0);
        (void)take();
        break;
    case 8: // a clock that the sensor cannot take
        camera_clock(63);
        (void)ov7725_get(0x0a);
        break;
    default:
        break;
    }
}
