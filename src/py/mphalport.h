// SPDX-License-Identifier: MIT
// What MicroPython's core and drivers ask of the hardware.
#pragma once

#include "chip/gpio.h"
#include "chip/systick.h"
#include "py/obj.h"

#define MICROPY_BEGIN_ATOMIC_SECTION() port_irq_disable()
#define MICROPY_END_ATOMIC_SECTION(state) __set_PRIMASK(state)

static inline uint32_t port_irq_disable(void) {
    uint32_t state = __get_PRIMASK();
    __disable_irq();
    return state;
}

// The millisecond tick bounds every wait for an event.
#define MICROPY_INTERNAL_WFE(timeout_ms) __WFI()
#define MICROPY_INTERNAL_EVENT_HOOK port_poll()
void port_poll(void);

#define MP_HAL_CLEAN_DCACHE(address, size)                             \
    SCB_CleanDCache_by_Addr((uint32_t *)((uintptr_t)(address) & ~31U), \
            (int32_t)(((uintptr_t)(address)&31U) + (size)))

#define mp_hal_ticks_ms chip_ms
#define mp_hal_ticks_us chip_us
#define mp_hal_ticks_cpu chip_cycles
#define mp_hal_delay_us chip_delay_us
#define mp_hal_delay_us_fast chip_delay_us
void mp_hal_set_interrupt_char(int c);

// Pins are objects; a C driver holds the chip's pin number.
#define mp_hal_pin_obj_t uint8_t
#define MP_HAL_PIN_FMT "%u"
uint8_t mp_hal_get_pin_obj(mp_obj_t pin);
#define mp_hal_pin_name(pin) (pin)
#define mp_hal_pin_read(pin) chip_pin_read(pin)
#define mp_hal_pin_read_output(pin) chip_pin_driven(pin)
#define mp_hal_pin_write(pin, value) chip_pin_write(pin, (value) != 0)
#define mp_hal_pin_od_low(pin) chip_pin_write(pin, false)
#define mp_hal_pin_od_high(pin) chip_pin_write(pin, true)
#define mp_hal_pin_low(pin) chip_pin_write(pin, false)
#define mp_hal_pin_high(pin) chip_pin_write(pin, true)
static inline void mp_hal_pin_input(uint8_t pin) {
    chip_pin_config(pin, CHIP_PIN_INPUT, CHIP_PIN_FLOAT, 0, 0);
}
static inline void mp_hal_pin_output(uint8_t pin) {
    chip_pin_config(pin, CHIP_PIN_OUTPUT, CHIP_PIN_FLOAT, 0, 0);
}
static inline void mp_hal_pin_open_drain(uint8_t pin) {
    chip_pin_config(pin, CHIP_PIN_OUTPUT, CHIP_PIN_FLOAT, CHIP_PIN_OPEN_DRAIN,
            0);
}
#define mp_hal_quiet_timing_enter() MICROPY_BEGIN_ATOMIC_SECTION()
#define mp_hal_quiet_timing_exit(state) MICROPY_END_ATOMIC_SECTION(state)
