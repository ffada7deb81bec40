// SPDX-License-Identifier: MIT
// I2C masters of the STM32H743 (RM0433 chapter 47).

#include "chip/i2c.h"

#include "chip/gpio.h"
#include "chip/rcc.h"
#include "chip/systick.h"

// Registers: RM0433 section 47.7.
#define I2C_CR1(base) CHIP_REG((base) + 0x00)
#define I2C_CR2(base) CHIP_REG((base) + 0x04)
#define I2C_TIMINGR(base) CHIP_REG((base) + 0x10)
#define I2C_ISR(base) CHIP_REG((base) + 0x18)
#define I2C_ICR(base) CHIP_REG((base) + 0x1C)
#define I2C_RXDR(base) CHIP_REG((base) + 0x24)
#define I2C_TXDR(base) CHIP_REG((base) + 0x28)

#define I2C_CR1_PE (1U << 0)
#define I2C_CR2_RD_WRN (1U << 10)
#define I2C_CR2_START (1U << 13)
#define I2C_CR2_STOP (1U << 14)
#define I2C_CR2_NBYTES_SHIFT 16
#define I2C_CR2_RELOAD (1U << 24)
#define I2C_ISR_TXIS (1U << 1)
#define I2C_ISR_RXNE (1U << 2)
#define I2C_ISR_NACKF (1U << 4)
#define I2C_ISR_STOPF (1U << 5)
#define I2C_ISR_TC (1U << 6)
#define I2C_ISR_TCR (1U << 7)
#define I2C_ISR_BERR (1U << 8)
#define I2C_ISR_ARLO (1U << 9)
#define I2C_ISR_BUSY (1U << 15)
#define I2C_ICR_ALL 0x3F38U

#define CHUNK 255U // NBYTES is eight bits wide

static uint32_t base_of(uint32_t bus) {
    switch (bus) {
    case 1:
        return 0x40005400U;
    case 2:
        return 0x40005800U;
    case 4:
        return 0x58001C00U;
    default:
        return 0;
    }
}

// Whether a message is under way that ended without STOP, per bus.
static uint8_t held;

int chip_i2c_init(uint32_t bus, uint32_t hz) {
    uint32_t base = base_of(bus);
    if (base == 0 || hz < 10000U || hz > 1000000U) {
        return CHIP_EINVAL;
    }
    chip_rcc_enable(bus == 1U ? GATE_I2C1 : bus == 2U ? GATE_I2C2 : GATE_I2C4);
    uint32_t clock = chip_clocks()->apb;
    // The slowest prescaler that still gives 256 ticks or less a phase, and
    // eight ticks of data set-up time.
    uint32_t prescaler = clock / hz / 400U;
    uint32_t tick = clock / (prescaler + 1U);
    uint32_t period = tick / hz;
    // The low phase takes 55 %; synchronising costs some ticks of each.
    uint32_t low = period * 55U / 100U;
    uint32_t high = period - low;
    uint32_t sync = tick / 8000000U + 3U;
    low = low > sync ? low - sync : 1U;
    high = high > sync ? high - sync : 1U;
    uint32_t setup = hz <= 100000U ? tick / 2000000U : tick / 8000000U;
    setup = setup > 15U ? 15U : setup;
    I2C_CR1(base) = 0;
    I2C_TIMINGR(base) = prescaler << 28 | setup << 20 | (setup / 4U) << 16 |
            (high - 1U) << 8 | (low - 1U);
    I2C_CR1(base) = I2C_CR1_PE;
    held &= (uint8_t) ~(1U << bus);
    return 0;
}

// Waits for one of `flags`, or an end that makes it impossible.
static int wait_for(uint32_t base, uint32_t flags, uint32_t timeout_us) {
    uint32_t ends = I2C_ISR_NACKF | I2C_ISR_BERR | I2C_ISR_ARLO;
    for (uint32_t turns = timeout_us * 120U + 1U; turns != 0; turns--) {
        uint32_t isr = I2C_ISR(base);
        if (isr & I2C_ISR_NACKF) {
            return CHIP_EIO;
        }
        if (isr & ends) {
            return CHIP_EBUSY;
        }
        if (isr & flags) {
            return 0;
        }
    }
    return CHIP_ETIMEDOUT;
}

// Ends a message that failed: a NACK has sent the STOP already.
static void give_up(uint32_t bus, uint32_t base) {
    if ((I2C_ISR(base) & I2C_ISR_STOPF) == 0) {
        I2C_CR2(base) |= I2C_CR2_STOP;
        (void)chip_wait(&I2C_ISR(base), I2C_ISR_STOPF, I2C_ISR_STOPF, 1000);
    }
    I2C_ICR(base) = I2C_ICR_ALL;
    // Section 47.4.5: clearing PE frees the state machine.
    I2C_CR1(base) = 0;
    (void)I2C_CR1(base);
    I2C_CR1(base) = I2C_CR1_PE;
    held &= (uint8_t) ~(1U << bus);
}

static int run(uint32_t base, uint8_t *data, size_t count, uint32_t cr2,
        uint32_t timeout_us) {
    bool read = (cr2 & I2C_CR2_RD_WRN) != 0;
    size_t chunk = count < CHUNK ? count : CHUNK;
    uint32_t reload = chunk < count ? I2C_CR2_RELOAD : 0;
    I2C_CR2(base) = cr2 | I2C_CR2_START | reload |
            (uint32_t)chunk << I2C_CR2_NBYTES_SHIFT;
    for (size_t i = 0; i < count; i++) {
        if (chunk == 0) {
            int err = wait_for(base, I2C_ISR_TCR, timeout_us);
            if (err) {
                return err;
            }
            chunk = count - i < CHUNK ? count - i : CHUNK;
            reload = i + chunk < count ? I2C_CR2_RELOAD : 0;
            I2C_CR2(base) =
                    cr2 | reload | (uint32_t)chunk << I2C_CR2_NBYTES_SHIFT;
        }
        int err =
                wait_for(base, read ? I2C_ISR_RXNE : I2C_ISR_TXIS, timeout_us);
        if (err) {
            return i == 0 && err == CHIP_EIO ? CHIP_ENODEV : err;
        }
        if (read) {
            data[i] = (uint8_t)I2C_RXDR(base);
        } else {
            I2C_TXDR(base) = data[i];
        }
        chunk--;
    }
    int err = wait_for(base, I2C_ISR_TC, timeout_us);
    return count == 0 && err == CHIP_EIO ? CHIP_ENODEV : err;
}

int chip_i2c_transfer(uint32_t bus, uint8_t address, uint8_t *data,
        size_t count, uint32_t flags, uint32_t timeout_us) {
    uint32_t base = base_of(bus);
    if (base == 0 || address > 0x7FU) {
        return CHIP_EINVAL;
    }
    if ((held & 1U << bus) == 0 &&
            chip_wait(&I2C_ISR(base), I2C_ISR_BUSY, 0, timeout_us)) {
        return CHIP_EBUSY;
    }
    I2C_ICR(base) = I2C_ICR_ALL;
    uint32_t cr2 = (uint32_t)address << 1 |
            (flags & CHIP_I2C_READ ? I2C_CR2_RD_WRN : 0);
    int err = run(base, data, count, cr2, timeout_us);
    if (err) {
        give_up(bus, base);
        return err;
    }
    if (flags & CHIP_I2C_STOP) {
        I2C_CR2(base) |= I2C_CR2_STOP;
        err = chip_wait(&I2C_ISR(base), I2C_ISR_STOPF, I2C_ISR_STOPF,
                timeout_us);
        I2C_ICR(base) = I2C_ICR_ALL;
        held &= (uint8_t) ~(1U << bus);
    } else {
        held |= (uint8_t)(1U << bus);
    }
    return err;
}

// Half a period of 100 kHz.
#define HALF_US 5U

// Drives an open-drain line that is configured as an output.
static void line(uint8_t pin, bool high) {
    chip_pin_write(pin, high);
    chip_delay_us(HALF_US);
}

int chip_i2c_recover(uint8_t scl, uint8_t sda) {
    const uint8_t pins[] = {scl, sda};
    for (size_t i = 0; i < 2; i++) {
        chip_pin_write(pins[i], true);
        chip_pin_config(pins[i], CHIP_PIN_OUTPUT, CHIP_PIN_PULL_UP,
                CHIP_PIN_OPEN_DRAIN, 0);
    }
    chip_delay_us(HALF_US);
    // Eight bits and the acknowledge are the most it can still have to say.
    for (uint32_t clock = 0; clock < 9U && !chip_pin_read(sda); clock++) {
        line(scl, false);
        line(scl, true);
    }
    line(scl, false);
    line(sda, false);
    line(scl, true);
    line(sda, true);
    bool free = chip_pin_read(scl) && chip_pin_read(sda);
    for (size_t i = 0; i < 2; i++) {
        chip_pin_config(pins[i], CHIP_PIN_INPUT, CHIP_PIN_PULL_UP, 0, 0);
    }
    return free ? 0 : CHIP_EBUSY;
}
