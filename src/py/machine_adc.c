// SPDX-License-Identifier: MIT
// machine.ADC on P6; included by extmod/machine_adc.c.

#include "chip/adc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "src/py/port.h"

#define VREF_UV 3300000ULL

struct _machine_adc_obj_t {
    mp_obj_base_t base;
    const struct board_pin *pin;
};

#define MICROPY_PY_MACHINE_ADC_CLASS_CONSTANTS

static void mp_machine_adc_print(const mp_print_t *print, mp_obj_t self_in,
        mp_print_kind_t kind) {
    (void)kind;
    machine_adc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "ADC('%s')", self->pin->name);
}

static mp_obj_t mp_machine_adc_make_new(const mp_obj_type_t *type,
        size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    const struct board_pin *pin = port_pin(args[0]);
    if (pin->adc < 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("%s has no ADC; P6 has"), pin->name);
    }
    chip_pin_config(pin->pin, CHIP_PIN_ANALOG, CHIP_PIN_FLOAT, 0, 0);
    machine_adc_obj_t *self = mp_obj_malloc(machine_adc_obj_t, type);
    self->pin = pin;
    return MP_OBJ_FROM_PTR(self);
}

static mp_int_t mp_machine_adc_read_u16(machine_adc_obj_t *self) {
    uint16_t value;
    port_check(chip_adc_read(self->pin->adc, &value));
    return value;
}

static mp_int_t mp_machine_adc_read_uv(machine_adc_obj_t *self) {
    return mp_machine_adc_read_u16(self) * VREF_UV / 65535U;
}
