// SPDX-License-Identifier: MIT
// The machine module's part of this port; included by extmod/modmachine.c.

#include "chip/boot.h"
#include "chip/rcc.h"
#include "chip/uid.h"
#include "memory.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "src/py/drive.h"
#include "src/py/machine_sdcard.h"
#include "src/py/port.h"

// Found there by the bootloader, which then stays (and clears it).
#define MAILBOX_ADDRESS 0x2001FFFCU
#define MAILBOX_STAY 0xB00710ADU

#if FEATURE_SDCARD
#define MACHINE_SDCARD \
    {MP_ROM_QSTR(MP_QSTR_SDCard), MP_ROM_PTR(&machine_sdcard_type)},
#else
#define MACHINE_SDCARD
#endif

#define MICROPY_PY_MACHINE_EXTRA_GLOBALS                                       \
    {MP_ROM_QSTR(MP_QSTR_Pin), MP_ROM_PTR(&machine_pin_type)},                 \
            {MP_ROM_QSTR(MP_QSTR_LED), MP_ROM_PTR(&machine_led_type)},         \
            MACHINE_SDCARD{MP_ROM_QSTR(MP_QSTR_Timer),                         \
                    MP_ROM_PTR(&machine_timer_type)},                          \
            {MP_ROM_QSTR(MP_QSTR_RTC), MP_ROM_PTR(&machine_rtc_type)},         \
            {MP_ROM_QSTR(MP_QSTR_PWRON_RESET), MP_ROM_INT(CHIP_RESET_POWER)},  \
            {MP_ROM_QSTR(MP_QSTR_HARD_RESET), MP_ROM_INT(CHIP_RESET_PIN)},     \
            {MP_ROM_QSTR(MP_QSTR_SOFT_RESET), MP_ROM_INT(CHIP_RESET_SOFT)},    \
            {MP_ROM_QSTR(MP_QSTR_WDT_RESET), MP_ROM_INT(CHIP_RESET_WATCHDOG)}, \
            {MP_ROM_QSTR(MP_QSTR_DEEPSLEEP_RESET),                             \
                    MP_ROM_INT(CHIP_RESET_STANDBY)},

void port_check(int err) {
    if (err < 0) {
        mp_raise_OSError(-err);
    }
}

void port_deinit_peripherals(void) {
    port_pins_deinit();
    port_uarts_deinit();
#if FEATURE_PWM
    port_pwm_deinit();
#endif
}

static mp_obj_t mp_machine_unique_id(void) {
    return mp_obj_new_bytes(chip_uid(), CHIP_UID_BYTES);
}

NORETURN static void mp_machine_reset(void) {
    chip_boot_good();
    drive_settle();
    NVIC_SystemReset();
    for (;;) {
    }
}

static mp_int_t mp_machine_reset_cause(void) {
    return chip_reset_cause();
}

NORETURN void port_bootloader(void) {
    chip_boot_good();
    drive_settle();
    *(volatile uint32_t *)MAILBOX_ADDRESS = MAILBOX_STAY;
    __DSB();
    NVIC_SystemReset();
    for (;;) {
    }
}

NORETURN void mp_machine_bootloader(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    port_bootloader();
}

static mp_obj_t mp_machine_get_freq(void) {
    return mp_obj_new_int_from_uint(chip_clocks()->cpu);
}

static void mp_machine_set_freq(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    mp_raise_NotImplementedError(
            MP_ERROR_TEXT("the clock is fixed; machine.freq() reads it"));
}

static void mp_machine_idle(void) {
    mp_event_wait_ms(1);
}

// Sleeps with the clocks running; `time_ms` bounds it, any key ends it.
static void mp_machine_lightsleep(size_t n_args, const mp_obj_t *args) {
    if (n_args == 0) {
        mp_event_wait_ms(1);
        return;
    }
    mp_hal_delay_ms(mp_obj_get_int(args[0]));
}

NORETURN static void mp_machine_deepsleep(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    mp_raise_NotImplementedError(
            MP_ERROR_TEXT("deepsleep: not on this camera; use lightsleep"));
}
