// SPDX-License-Identifier: MIT
// An MT9M114: its start, its commands, and pictures.

#include "camera.h"

#ifndef CASE
#define CASE 0
#endif

enum { WIDTH = 320, HEIGHT = 240, COMMAND = 0x0080, OK = 0x8000 };

static bool set(uint16_t at, unsigned bytes, uint32_t value) {
    uint8_t out[6] = {(uint8_t)(at >> 8), (uint8_t)at};
    for (unsigned i = 0; i < bytes; i++) {
        out[2 + i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    }
    return i2c_write(MT9M114, out, 2 + bytes);
}

static uint32_t get(uint16_t at, unsigned bytes) {
    const uint8_t address[2] = {(uint8_t)(at >> 8), (uint8_t)at};
    uint8_t in[4] = {0};
    if (!i2c_write(MT9M114, address, 2) || !i2c_read(MT9M114, in, bytes)) {
        return 0xdeadbeef;
    }
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value = value << 8 | in[i];
    }
    return value;
}

// True when the command succeeded.
static bool command(uint16_t what) {
    (void)set(COMMAND, 2, OK | what);
    for (unsigned n = 0; n < 100; n++) {
        uint32_t now = get(COMMAND, 2);
        if (!(now & what)) {
            return now & OK;
        }
        wait_us(1000);
    }
    return false;
}

static bool state(uint8_t next) {
    (void)set(0xdc00, 1, next);
    return command(2);
}

static void start(void) {
    camera_start();
    camera_clock(9); // 6.4 MHz
    camera_power(false, false);
    wait_us(1000);
    camera_power(false, true);
    wait_us(5000);
    check("chip id", get(0x0000, 2), 0x2481);
    check("not an OV7725", (uint32_t)ov7725_get(0x0a), (uint32_t)-1);
    check("starting", get(COMMAND, 2) & 2, 2);
    wait_us(50000);
    check("started", get(COMMAND, 2), OK);
    check("streams", get(0xdc01, 1), 0x31);
}

static void configure(void) {
    (void)set(0xc980, 2, 0x0120); // 12.8 MHz
    (void)set(0xc984, 2, 0x8008); // PIXCLK 20.48 MHz
    (void)set(0xc834, 2, 0x0333); // upright, binned
    (void)set(0xc812, 2, 528);
    (void)set(0xc814, 2, 1182);
    (void)set(0xc858, 2, 640);
    (void)set(0xc85a, 2, 480);
    (void)set(0xc868, 2, WIDTH);
    (void)set(0xc86a, 2, HEIGHT);
    (void)set(0xc86c, 2, 0x0100); // RGB565
    (void)set(0xc88c, 2, 120 << 8);
}

static bool take(void) {
    dma_start(FRAME, WIDTH * HEIGHT / 2);
    dcmi_snapshot(0);
    return dma_wait(500000);
}

static void commands(void) {
    check("sleep", state(0x50), true);
    check("standby", get(0xdc01, 1), 0x52);
    check("no configuration in standby", state(0x28), false);
    check("because", get(0xdc02, 1), 0x0c);
    check("wake", state(0x54), true);
    check("streams again", get(0xdc01, 1), 0x31);
    configure();
    (void)set(0xc868, 2, 800); // wider than what it is made from
    check("the scaler does not enlarge", state(0x28), false);
    check("because it does not fit", get(0xdc02, 1), 0x0d);
    configure();
    check("a configuration", state(0x28), true);

    // A patch: through the physical window, then applied.
    (void)set(0x0982, 2, 1);
    (void)set(0x098a, 2, 0x5000);
    (void)set(0xd000, 4, 0x70cfffff);
    (void)set(0x098e, 2, 0);
    (void)set(0xe000, 2, 0x010c);
    (void)set(0xe002, 2, 0x0202);
    (void)set(0xe004, 4, 0x41030202);
    check("a patch", command(1), true);
    check("one of them", get(0xe008, 2), 1);
    check("its number", get(0xe00a, 2), 0x0202);
    (void)set(0xe004, 4, 0x41030201);
    check("a patch for another firmware", command(1), false);
}

static void pictures(void) {
    wait_us(700000);
    check("a frame comes", take(), true);
    print_sum(WIDTH * HEIGHT);

    // Contrast waits for Refresh.
    (void)set(0xcc0c, 2, 16);
    check("a frame comes", take(), true);
    print_sum(WIDTH * HEIGHT);
    check("refresh", command(4), true);
    wait_us(200000);
    check("a flat frame comes", take(), true);
    print_sum(WIDTH * HEIGHT);
    (void)set(0xcc0c, 2, 32);
    check("refresh", command(4), true);

    // Manual: 2 ms, gain 1.
    (void)set(0xcc00, 1, 1);
    (void)set(0xcc04, 4, 20);
    (void)set(0xcc0e, 2, 32);
    check("refresh", command(4), true);
    wait_us(200000);
    check("a dark frame comes", take(), true);
    print_sum(WIDTH * HEIGHT);
    (void)set(0xcc00, 1, 2);
    (void)set(0xc834, 2, 0x0330);
    check("a configuration", state(0x28), true);
    wait_us(900000);
    check("a frame upside down comes", take(), true);
    print_sum(WIDTH * HEIGHT);

    (void)set(0xc84c, 1, 2);
    (void)set(0xc86c, 2, 0x0102); // bytes exchanged
    check("a configuration", state(0x28), true);
    wait_us(200000);
    check("bars come", take(), true);
    check("yellow is second", REG(FRAME + 100), 0xffe0ffe0);
}

void test(void) {
    start();
    switch (CASE) {
    case 0:
        commands();
        pictures();
        break;
    case 1: // before the start-up is over
        (void)set(0x001a, 2, 1);
        (void)set(0x001a, 2, 0);
        (void)state(0x28);
        break;
    case 2: // one at a time
        (void)set(COMMAND, 2, OK | 4);
        (void)set(COMMAND, 2, OK | 4);
        break;
    case 3: // 32 MHz * 32 / 2 / 8
        camera_clock(1);
        wait_us(400000);
        break;
    default:
        break;
    }
}
