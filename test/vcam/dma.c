// SPDX-License-Identifier: MIT
// DMA between memories, and MDMA: blocks, repeated blocks, lists, triggers.
// The cases beyond 0 each do one thing that no camera would take.

#include "camera.h"

#ifndef CASE
#define CASE 0
#endif

enum {
    FROM = 0x24020000, // AXI SRAM
    TO = 0x30000000,   // SRAM1
    DTCM = 0x20010000,
    WORDS = 64
};

static uint32_t pattern(uint32_t i) {
    return i * 0x01020304u + 0x1234567u;
}

static void prepare(void) {
    for (uint32_t i = 0; i < WORDS; i++) {
        REG(FROM + 4 * i) = pattern(i);
        REG(TO + 4 * i) = 0;
        REG(DTCM + 4 * i) = 0;
    }
}

static uint32_t differing(uint32_t at) {
    uint32_t bad = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        bad += REG(at + 4 * i) != pattern(i);
    }
    return bad;
}

static void wait_for(volatile uint32_t *reg, uint32_t bit) {
    for (unsigned n = 0; n < 1000 && !(*reg & bit); n++) {
        wait_us(1);
    }
}

static void between_memories(void) {
    prepare();
    DMA(2, 0x08) = 0x3d;
    STREAM(2, 0, 0x04) = WORDS * 4; // bytes to words
    STREAM(2, 0, 0x08) = FROM;
    STREAM(2, 0, 0x0c) = TO;
    STREAM(2, 0, 0x14) = 7;
    STREAM(2, 0, 0x00) = 2u << 13 | 3u << 9 | 2u << 6 | 1;
    check("runs", STREAM(2, 0, 0) & 1, 1);
    wait_for(&DMA(2, 0), 0x20);
    check("half and whole", DMA(2, 0) & 0x3d, 0x30);
    check("stopped", STREAM(2, 0, 0) & 1, 0);
    check("packed", differing(TO), 0);
    DMA(2, 0x08) = 0x3d;
    check("flags cleared", DMA(2, 0), 0);
}

// SINC and DINC, words, 32 bytes a buffer, the whole at one request.
#define TCR_WORDS                                                        \
    (2u | 2u << 2 | 2u << 4 | 2u << 6 | 2u << 8 | 2u << 10 | 31u << 18 | \
            1u << 30)

static uint32_t exchange; // CCR.BEX

static void mdma_start(uint32_t tcr, uint32_t bytes, uint32_t from, uint32_t to,
        uint32_t tbr) {
    MDMA(0, 0x04) = 0x1f;
    MDMA(0, 0x10) = tcr;
    MDMA(0, 0x14) = bytes;
    MDMA(0, 0x18) = from;
    MDMA(0, 0x1c) = to;
    MDMA(0, 0x20) = 0;
    MDMA(0, 0x24) = 0;
    MDMA(0, 0x28) = tbr;
    MDMA(0, 0x30) = 0;
    MDMA(0, 0x0c) = 1 | exchange;
}

static void software(void) {
    prepare();
    mdma_start(TCR_WORDS | 1u << 28, WORDS * 4, FROM, DTCM, 1u << 17);
    check("waits", MDMA(0, 0x00), 0);
    MDMA(0, 0x0c) |= 1u << 16;
    wait_for(&MDMA(0, 0), 2);
    check("all flags but errors", MDMA(0, 0), 0x1e);
    check("to DTCM", differing(DTCM), 0);
    check("its counter", MDMA(0, 0x14), 0);
    check("its source", MDMA(0, 0x18), FROM + WORDS * 4);

    // A buffer a request.
    prepare();
    mdma_start(TCR_WORDS, 64, DTCM, TO, 1u << 16);
    MDMA(0, 0x0c) |= 1u << 16;
    wait_for(&MDMA(0, 0), 16);
    wait_us(100);
    check("one buffer", MDMA(0, 0x14), 32);
    MDMA(0, 0x0c) |= 1u << 16;
    wait_for(&MDMA(0, 0), 2);
    check("and the other", MDMA(0, 0x14), 0);

    // Four rows of 16 bytes out of lines of 64, as an image is cropped.
    prepare();
    MDMA(0, 0x04) = 0x1f;
    MDMA(0, 0x10) = TCR_WORDS | 2u << 28;
    MDMA(0, 0x14) = 16 | 3u << 20;
    MDMA(0, 0x18) = FROM + 8;
    MDMA(0, 0x1c) = TO;
    MDMA(0, 0x20) = 48;
    MDMA(0, 0x28) = 0;
    MDMA(0, 0x0c) = 1;
    MDMA(0, 0x0c) |= 1u << 16;
    wait_for(&MDMA(0, 0), 2);
    uint32_t bad = 0;
    for (uint32_t i = 0; i < 16; i++) {
        bad += REG(TO + 4 * i) != pattern(i / 4 * 16 + i % 4 + 2);
    }
    check("rows", bad, 0);

    // Bytes exchanged within halves, and widened without packing.
    prepare();
    exchange = 1u << 12;
    mdma_start((TCR_WORDS & ~(0xf0u | 0xf00u)) | 1u << 4 | 2u << 6 | 1u << 8 |
                    2u << 10 | 1u << 28,
            16, FROM, TO, 0);
    MDMA(0, 0x0c) |= 1u << 16;
    wait_for(&MDMA(0, 0), 2);
    uint32_t first = pattern(0) & 0xffff;
    check("exchanged and widened", REG(TO), (first << 8 | first >> 8) & 0xffff);
    check("a second", REG(TO + 4) >> 16, 0);
    exchange = 0;
}

static uint32_t nodes[2][10] __attribute__((aligned(8)));

static void list(void) {
    prepare();
    for (unsigned i = 0; i < 2; i++) {
        nodes[i][0] = TCR_WORDS | 3u << 28;
        nodes[i][1] = 64;
        nodes[i][2] = FROM + 64 * (i + 1);
        nodes[i][3] = TO + 64 * (i + 1);
        nodes[i][5] = i == 0 ? (uint32_t)(uintptr_t)nodes[1] : 0;
    }
    MDMA(0, 0x04) = 0x1f;
    MDMA(0, 0x10) = TCR_WORDS | 3u << 28;
    MDMA(0, 0x14) = 64;
    MDMA(0, 0x18) = FROM;
    MDMA(0, 0x1c) = TO;
    MDMA(0, 0x24) = (uint32_t)(uintptr_t)nodes[0];
    MDMA(0, 0x28) = 0;
    MDMA(0, 0x0c) = 1;
    MDMA(0, 0x0c) |= 1u << 16;
    wait_for(&MDMA(0, 0), 2);
    uint32_t bad = 0;
    for (uint32_t i = 0; i < 48; i++) {
        bad += REG(TO + 4 * i) != pattern(i);
    }
    check("three nodes", bad, 0);
    check("and no more", REG(TO + 4 * 48), 0);
}

static volatile uint32_t interrupts;

static void on_mdma(void) {
    interrupts++;
    MDMA(0, 0x04) = 0x1f;
}

// MDMA fetches what a stream of DMA2 has brought, as it is completed, and
// clears the flag that has told it.
static void triggered(void) {
    vectors[16 + 122] = on_mdma;
    prepare();
    MDMA(0, 0x04) = 0x1f;
    MDMA(0, 0x10) = (TCR_WORDS & ~(1u << 30)) | 1u << 28;
    MDMA(0, 0x14) = WORDS * 4;
    MDMA(0, 0x18) = TO;
    MDMA(0, 0x1c) = DTCM;
    MDMA(0, 0x24) = 0;
    MDMA(0, 0x28) = 8u | 1u << 17;
    MDMA(0, 0x30) = 0x40020408;
    MDMA(0, 0x34) = 0x20;
    MDMA(0, 0x0c) = 1 | 1u << 2;
    NVIC_ENABLE(122);
    DMA(2, 0x08) = 0x3d;
    STREAM(2, 0, 0x04) = WORDS;
    STREAM(2, 0, 0x08) = FROM;
    STREAM(2, 0, 0x0c) = TO;
    STREAM(2, 0, 0x14) = 7;
    STREAM(2, 0, 0x00) = 2u << 13 | 2u << 11 | 3u << 9 | 2u << 6 | 1;
    wait_us(100);
    check("the trigger", differing(DTCM), 0);
    check("an interrupt", interrupts, 1);
    check("the mask write", DMA(2, 0) & 0x20, 0);
}

void test(void) {
    camera_start();
    switch (CASE) {
    case 0:
        between_memories();
        software();
        list();
        triggered();
        break;
    case 1: // TCM behind the wrong bus
        mdma_start(TCR_WORDS | 1u << 28, 64, FROM, DTCM, 0);
        MDMA(0, 0x0c) |= 1u << 16;
        wait_us(100);
        break;
    case 2: // half a word
        mdma_start(TCR_WORDS | 1u << 28, 62, FROM, TO, 0);
        MDMA(0, 0x0c) |= 1u << 16;
        wait_us(100);
        break;
    case 3: // a burst that the FIFO cannot hold
        STREAM(2, 0, 0x04) = 64;
        STREAM(2, 0, 0x14) = 4;
        STREAM(2, 0, 0x00) = 1u << 23 | 2u << 13 | 2u << 11 | 2u << 6 | 1;
        break;
    case 4: // misaligned
        STREAM(2, 0, 0x04) = 64;
        STREAM(2, 0, 0x08) = FROM + 2;
        STREAM(2, 0, 0x0c) = TO;
        STREAM(2, 0, 0x14) = 7;
        STREAM(2, 0, 0x00) = 2u << 13 | 2u << 11 | 3u << 9 | 2u << 6 | 1;
        wait_us(100);
        break;
    case 5: // two listeners
        DMAMUX1(0) = 75;
        DMAMUX1(9) = 75;
        break;
    default:
        break;
    }
}
