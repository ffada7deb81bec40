// SPDX-License-Identifier: MIT
// machine.bitstream: pulses of exact length, for NeoPixels.

#include "chip/rcc.h"
#include "extmod/modmachine.h"
#include "py/mphal.h"

// From ITCM: a cache miss would stretch a pulse.
CHIP_FASTCODE static void send(uint8_t pin, const uint32_t cycles[4],
        const uint8_t *data, size_t count) {
    volatile uint32_t *bsrr = &GPIO_BSRR(pin);
    uint32_t high = 1U << CHIP_PIN_BIT(pin);
    uint32_t low = high << 16;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t mask = 0x80; mask != 0; mask >>= 1) {
            const uint32_t *t = data[i] & mask ? cycles + 2 : cycles;
            uint32_t start = DWT->CYCCNT;
            *bsrr = high;
            while (DWT->CYCCNT - start < t[0]) {
            }
            *bsrr = low;
            while (DWT->CYCCNT - start < t[0] + t[1]) {
            }
        }
    }
}

void machine_bitstream_high_low(mp_hal_pin_obj_t pin, uint32_t *timing_ns,
        const uint8_t *data, size_t count) {
    uint32_t per_us = chip_clocks()->cpu / 1000000U;
    uint32_t cycles[4];
    for (int i = 0; i < 4; i++) {
        cycles[i] = (uint32_t)((uint64_t)timing_ns[i] * per_us / 1000U);
    }
    uint32_t state = port_irq_disable();
    send(pin, cycles, data, count);
    __set_PRIMASK(state);
}
