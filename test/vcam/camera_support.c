// SPDX-License-Identifier: MIT
// The camera's side of the small programs.

#include "camera.h"

// At 64 MHz, an instruction a cycle.
void wait_us(uint32_t us) {
    for (uint32_t n = us * 32; n; n--) {
        __asm volatile("" ::: "memory");
    }
}

static void pin(char port, unsigned n, unsigned af) {
    GPIO(port, 0) = (GPIO(port, 0) & ~(3u << 2 * n)) | 2u << 2 * n;
    uint32_t shift = 4 * (n % 8);
    uint32_t offset = n < 8 ? 0x20 : 0x24;
    GPIO(port, offset) = (GPIO(port, offset) & ~(15u << shift)) | af << shift;
}

static void output(char port, unsigned n) {
    GPIO(port, 0) = (GPIO(port, 0) & ~(3u << 2 * n)) | 1u << 2 * n;
}

void camera_start(void) {
    RCC(0xe0) |= 0x1f;         // ports A to E
    RCC(0xd8) |= 3;            // DMA1, DMA2
    RCC(0xd4) |= 1;            // MDMA
    RCC(0xdc) |= 1 | 7u << 29; // DCMI, SRAM1 to SRAM3
    RCC(0xe8) |= 1u << 21;     // I2C1
    RCC(0xf0) |= 1;            // TIM1
    (void)RCC(0xf0);
    static const struct {
        char port;
        uint8_t n;
    } video[] = {{'C', 6}, {'C', 7}, {'E', 0}, {'E', 1}, {'E', 4}, {'B', 6},
            {'E', 5}, {'E', 6}, {'A', 4}, {'B', 7}, {'A', 6}};
    for (unsigned i = 0; i < sizeof video / sizeof *video; i++) {
        pin(video[i].port, video[i].n, 13);
    }
    pin('A', 8, 1);
    GPIO('B', 4) |= 3u << 8;
    pin('B', 8, 4);
    pin('B', 9, 4);
    output('A', 10);
    output('D', 7);
    I2C1(0x10) = 0x10707dbc; // 100 kHz from 64 MHz
    I2C1(0x00) = 1;
}

void camera_clock(uint32_t arr) {
    TIM1(0x00) = 0;
    TIM1(0x2c) = arr;
    TIM1(0x34) = (arr + 1) / 2;
    TIM1(0x18) = 6u << 4;
    TIM1(0x20) = 1;
    TIM1(0x44) = 1u << 15;
    TIM1(0x14) = 1;
    TIM1(0x00) = 1;
}

void camera_power(bool pwdn, bool reset) {
    GPIO('D', 0x18) = pwdn ? 1u << 7 : 1u << 23;
    GPIO('A', 0x18) = reset ? 1u << 10 : 1u << 26;
}

static bool i2c_end(void) {
    while (!(I2C1(0x18) & 0x20)) {
    }
    bool good = !(I2C1(0x18) & 0x10);
    I2C1(0x1c) = 0x3f38;
    return good;
}

bool i2c_write(uint8_t address, const uint8_t *bytes, unsigned count) {
    I2C1(0x04) = (uint32_t)address << 1 | count << 16 | 1u << 25 | 1u << 13;
    for (unsigned i = 0; i < count; i++) {
        while (!(I2C1(0x18) & 0x32)) {
        }
        if (I2C1(0x18) & 0x30) {
            break;
        }
        I2C1(0x28) = bytes[i];
    }
    return i2c_end();
}

bool i2c_read(uint8_t address, uint8_t *bytes, unsigned count) {
    I2C1(0x04) = (uint32_t)address << 1 | 1u << 10 | count << 16 | 1u << 25 |
            1u << 13;
    for (unsigned i = 0; i < count; i++) {
        while (!(I2C1(0x18) & 0x34)) {
        }
        if (!(I2C1(0x18) & 4)) {
            break;
        }
        bytes[i] = (uint8_t)I2C1(0x24);
    }
    return i2c_end();
}

bool ov7725_set(uint8_t reg, uint8_t value) {
    const uint8_t bytes[2] = {reg, value};
    return i2c_write(OV7725, bytes, 2);
}

int ov7725_get(uint8_t reg) {
    uint8_t value = 0;
    return i2c_write(OV7725, &reg, 1) && i2c_read(OV7725, &value, 1) ? value
                                                                     : -1;
}

void dma_start(uint32_t to, uint32_t words) {
    STREAM(2, 1, 0x00) = 0;
    DMA(2, 0x08) = 0xf7d;
    DMAMUX1(9) = 75;
    STREAM(2, 1, 0x04) = words;
    STREAM(2, 1, 0x08) = 0x48020028;
    STREAM(2, 1, 0x0c) = to;
    STREAM(2, 1, 0x14) = 7;
    STREAM(2, 1, 0x00) = 2u << 13 | 2u << 11 | 1u << 10 | 1;
}

bool dma_wait(uint32_t us) {
    for (; us >= 100; us -= 100) {
        if (DMA(2, 0x00) & 1u << 11) {
            // The frame has an end too.
            for (unsigned n = 0; n < 100 && !(DCMI(0x08) & 1); n++) {
                wait_us(100);
            }
            return true;
        }
        wait_us(100);
    }
    return false;
}

void dcmi_snapshot(uint32_t cr) {
    DCMI(0x00) = 0;
    DCMI(0x14) = 0x1f;
    DCMI(0x00) = cr | 2;
    DCMI(0x00) |= 1u << 14;
    DCMI(0x00) |= 1;
}

void print_sum(uint32_t pixels) {
    const volatile uint8_t *p = (const volatile uint8_t *)(uintptr_t)FRAME;
    uint32_t r = 0;
    uint32_t g = 0;
    uint32_t b = 0;
    for (uint32_t i = 0; i < pixels; i++, p += 2) {
        uint32_t word = (uint32_t)p[0] << 8 | p[1];
        uint32_t r5 = word >> 11;
        uint32_t g6 = word >> 5 & 63;
        uint32_t b5 = word & 31;
        r += r5 << 3 | r5 >> 2;
        g += g6 << 2 | g6 >> 4;
        b += b5 << 3 | b5 >> 2;
    }
    print("sum ");
    print_number(pixels);
    put_char(' ');
    print_number(r);
    put_char(' ');
    print_number(g);
    put_char(' ');
    print_number(b);
    put_char('\n');
}
