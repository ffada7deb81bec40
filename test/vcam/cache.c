// SPDX-License-Identifier: MIT
// The data cache between the processor and DMA: what maintenance does, and
// what goes wrong without it (the cases beyond 0).

#include "camera.h"

#ifndef CASE
#define CASE 0
#endif

enum {
    FROM = 0x24020000,
    TO = 0x24030000,
    UNCACHED = 0x30000000,
    THROUGH = 0x38000000,
    BYTES = 256
};

static void cache_on(void) {
    for (uint32_t way = 0; way < 4; way++) {
        for (uint32_t set = 0; set < 128; set++) {
            SCS(0xf60) = way << 30 | set << 5;
        }
    }
    barrier();
    SCB_CCR |= 1u << 16;
    barrier();
}

// DCIMVAC 0xf5c, DCCMVAC 0xf68, DCCIMVAC 0xf70
static void maintain(uint32_t offset, uint32_t at) {
    for (uint32_t line = 0; line < BYTES; line += 32) {
        SCS(offset) = at + line;
    }
    barrier();
}

static void fill(uint32_t at, uint32_t value) {
    for (uint32_t i = 0; i < BYTES; i += 4) {
        REG(at + i) = value + i;
    }
}

static uint32_t differing(uint32_t at, uint32_t value) {
    uint32_t bad = 0;
    for (uint32_t i = 0; i < BYTES; i += 4) {
        bad += REG(at + i) != value + i;
    }
    return bad;
}

static void copy(uint32_t from, uint32_t to) {
    DMA(2, 0x08) = 0x3d;
    STREAM(2, 0, 0x04) = BYTES / 4;
    STREAM(2, 0, 0x08) = from;
    STREAM(2, 0, 0x0c) = to;
    STREAM(2, 0, 0x14) = 7;
    STREAM(2, 0, 0x00) = 2u << 13 | 2u << 11 | 3u << 9 | 2u << 6 | 1;
    wait_us(100);
    check("copied", DMA(2, 0) & 0x3d, 0x30);
}

static void region(uint32_t n, uint32_t at, uint32_t attributes) {
    SCS(0xd98) = n;
    SCS(0xd9c) = at;
    SCS(0xda0) = 3u << 24 | attributes | 15u << 1 | 1; // 64 KiB
}

void test(void) {
    camera_start();
    region(0, UNCACHED, 1u << 19);
    region(1, THROUGH, 2u << 16);
    SCS(0xd94) = 5;
    fill(FROM, 1000);
    fill(TO, 2000);
    if (CASE == 1) {
        SCB_CCR |= 1u << 16;
    }
    cache_on();
    fill(FROM, 3000);
    if (CASE != 2) {
        maintain(0xf68, FROM);
    }
    fill(TO, 4000);
    if (CASE != 3) {
        maintain(0xf5c, TO);
        check("invalidated, stores are lost", differing(TO, 2000), 0);
    }
    copy(FROM, TO);
    check("the processor does not see it", differing(TO, 2000), 0);
    if (CASE == 4) { // nobody ever looks
        for (unsigned n = 0; n < 100; n++) {
            copy(FROM, TO);
        }
        return;
    }
    maintain(0xf5c, TO);
    check("until it invalidates", differing(TO, 3000), 0);

    // Clean and invalidate in one: what DMA wrote stays.
    fill(FROM, 5000);
    maintain(0xf70, FROM);
    copy(FROM, TO);
    maintain(0xf70, TO);
    check("clean lines are fetched again", differing(TO, 5000), 0);

    // By set and way, as for the whole cache.
    fill(FROM, 6000);
    for (uint32_t set = 0; set < 128; set++) {
        for (uint32_t way = 4; way-- > 0;) {
            SCS(0xf74) = way << 30 | set << 5;
        }
    }
    copy(FROM, TO);
    maintain(0xf5c, TO);
    check("all was cleaned", differing(TO, 6000), 0);

    // Memory that is not cached needs nothing; stores go through to that
    // which says so.
    fill(UNCACHED, 7000);
    copy(UNCACHED, TO);
    maintain(0xf5c, TO);
    check("from uncached memory", differing(TO, 7000), 0);
    copy(TO, UNCACHED);
    check("to uncached memory", differing(UNCACHED, 7000), 0);
    fill(THROUGH, 8000);
    copy(THROUGH, UNCACHED);
    check("from where stores go through", differing(UNCACHED, 8000), 0);

    // Off again: all is as it is in memory.
    fill(FROM, 9000);
    SCB_CCR &= ~(1u << 16);
    barrier();
    copy(FROM, TO);
    check("without a cache", differing(TO, 9000), 0);
}
