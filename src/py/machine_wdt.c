// SPDX-License-Identifier: MIT
// machine.WDT; included by extmod/machine_wdt.c.

#include "chip/boot.h"
#include "chip/iwdg.h"
#include "py/mperrno.h"

struct _machine_wdt_obj_t {
    mp_obj_base_t base;
};

static machine_wdt_obj_t the_wdt = {{&machine_wdt_type}};

static machine_wdt_obj_t *mp_machine_wdt_make_new_instance(mp_int_t id,
        mp_int_t timeout_ms) {
    if (id != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("the only watchdog is WDT(0)"));
    }
    if (timeout_ms < 1 || timeout_ms > (mp_int_t)CHIP_IWDG_MAX_MS) {
        mp_raise_ValueError(MP_ERROR_TEXT("timeout is 1 to 32768 ms"));
    }
    chip_boot_disown();
    if (chip_iwdg_start(timeout_ms)) {
        mp_raise_OSError(MP_EIO);
    }
    return &the_wdt;
}

static void mp_machine_wdt_feed(machine_wdt_obj_t *self) {
    (void)self;
    chip_iwdg_feed();
}
