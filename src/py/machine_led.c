// SPDX-License-Identifier: MIT
// machine.LED: the four LEDs, which light when their pin is low.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "src/py/port.h"

typedef struct {
    mp_obj_base_t base;
    const struct board_pin *pin;
} machine_led_obj_t;

// LED("LED_RED"), LED("RED"), or pyb's numbers: 1 red, 2 green, 3 blue, 4 IR.
static const struct board_pin *led_pin(mp_obj_t arg) {
    const struct board_pin *leds = &board_pins[BOARD_PINS - 4];
    if (mp_obj_is_int(arg)) {
        mp_int_t number = mp_obj_get_int(arg);
        if (number >= 1 && number <= 4) {
            return &leds[number - 1];
        }
    } else if (mp_obj_is_str(arg)) {
        const char *name = mp_obj_str_get_str(arg);
        for (int i = 0; i < 4; i++) {
            if (strcmp(leds[i].name, name) == 0 ||
                    strcmp(leds[i].name + strlen("LED_"), name) == 0) {
                return &leds[i];
            }
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT(
            "no such LED; there are LED_RED, LED_GREEN, LED_BLUE, LED_IR"));
}

static mp_obj_t led_make_new(const mp_obj_type_t *type, size_t n_args,
        size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    machine_led_obj_t *self = mp_obj_malloc(machine_led_obj_t, type);
    self->pin = led_pin(args[0]);
    chip_pin_write(self->pin->pin, true);
    chip_pin_config(self->pin->pin, CHIP_PIN_OUTPUT, CHIP_PIN_FLOAT, 0, 0);
    return MP_OBJ_FROM_PTR(self);
}

static uint8_t pin_of(mp_obj_t self) {
    return ((machine_led_obj_t *)MP_OBJ_TO_PTR(self))->pin->pin;
}

static void led_print(const mp_print_t *print, mp_obj_t self_in,
        mp_print_kind_t kind) {
    (void)kind;
    machine_led_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "LED('%s')", self->pin->name);
}

static mp_obj_t led_on(mp_obj_t self) {
    chip_pin_write(pin_of(self), false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(led_on_obj, led_on);

static mp_obj_t led_off(mp_obj_t self) {
    chip_pin_write(pin_of(self), true);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(led_off_obj, led_off);

static mp_obj_t led_toggle(mp_obj_t self) {
    chip_pin_write(pin_of(self), !chip_pin_driven(pin_of(self)));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(led_toggle_obj, led_toggle);

static mp_obj_t led_value(size_t n_args, const mp_obj_t *args) {
    if (n_args == 1) {
        return MP_OBJ_NEW_SMALL_INT(!chip_pin_driven(pin_of(args[0])));
    }
    chip_pin_write(pin_of(args[0]), !mp_obj_is_true(args[1]));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(led_value_obj, 1, 2, led_value);

static const mp_rom_map_elem_t led_locals_table[] = {
        {MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&led_on_obj)},
        {MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&led_off_obj)},
        {MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&led_toggle_obj)},
        {MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&led_value_obj)},
};
static MP_DEFINE_CONST_DICT(led_locals, led_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(machine_led_type, MP_QSTR_LED, MP_TYPE_FLAG_NONE,
        make_new, led_make_new, print, led_print, locals_dict, &led_locals);
