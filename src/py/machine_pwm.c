// SPDX-License-Identifier: MIT
// machine.PWM on P0, P1 and P4 to P10; included by extmod/machine_pwm.c.

#include "chip/tim.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "src/py/port.h"

// The duty is kept as the user gave it and worked out again when the
// frequency changes.
struct _machine_pwm_obj_t {
    mp_obj_base_t base;
    const struct board_pin *pin;
    bool in_ns;
    uint32_t duty;
};

static void mp_machine_pwm_print(const mp_print_t *print, mp_obj_t self_in,
        mp_print_kind_t kind) {
    (void)kind;
    machine_pwm_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "PWM('%s', freq=%u, duty_%s=%u)", self->pin->name,
            (unsigned)chip_tim_hz(self->pin->pwm_timer),
            self->in_ns ? "ns" : "u16", (unsigned)self->duty);
}

static void apply_duty(machine_pwm_obj_t *self) {
    uint32_t hz = chip_tim_hz(self->pin->pwm_timer);
    if (hz == 0) {
        return;
    }
    uint64_t tick_hz = chip_tim_tick_hz(self->pin->pwm_timer);
    uint64_t period = (tick_hz + hz / 2U) / hz;
    uint64_t high = self->in_ns
            ? (tick_hz * self->duty + 500000000U) / 1000000000U
            : (period * self->duty + 32767U) / 65535U;
    high = high > period ? period : high;
    port_check(chip_tim_output(self->pin->pwm_timer, self->pin->pwm_channel,
            (uint32_t)high));
}

static void mp_machine_pwm_freq_set(machine_pwm_obj_t *self, mp_int_t freq) {
    uint32_t ticks;
    if (freq <= 0 ||
            chip_tim_period(self->pin->pwm_timer, (uint32_t)freq, &ticks)) {
        mp_raise_ValueError(MP_ERROR_TEXT("no such frequency"));
    }
    apply_duty(self);
}

static void mp_machine_pwm_duty_set_u16(machine_pwm_obj_t *self,
        mp_int_t duty_u16) {
    if (duty_u16 < 0 || duty_u16 > 65535) {
        mp_raise_ValueError(MP_ERROR_TEXT("duty_u16 is 0 to 65535"));
    }
    self->in_ns = false;
    self->duty = duty_u16;
    apply_duty(self);
}

static void mp_machine_pwm_duty_set_ns(machine_pwm_obj_t *self,
        mp_int_t duty_ns) {
    if (duty_ns < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("duty_ns is negative"));
    }
    self->in_ns = true;
    self->duty = duty_ns;
    apply_duty(self);
}

static void mp_machine_pwm_init_helper(machine_pwm_obj_t *self, size_t n_args,
        const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_freq, ARG_duty_u16, ARG_duty_ns };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_freq, MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_duty_u16, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_duty_ns, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed,
            args);
    if (args[ARG_freq].u_int != -1) {
        mp_machine_pwm_freq_set(self, args[ARG_freq].u_int);
    }
    if (args[ARG_duty_u16].u_int != -1) {
        mp_machine_pwm_duty_set_u16(self, args[ARG_duty_u16].u_int);
    }
    if (args[ARG_duty_ns].u_int != -1) {
        mp_machine_pwm_duty_set_ns(self, args[ARG_duty_ns].u_int);
    }
}

static mp_obj_t mp_machine_pwm_make_new(const mp_obj_type_t *type,
        size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    const struct board_pin *pin = port_pin(args[0]);
    if (pin->pwm_timer == 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("%s has no PWM; P0, P1 and P4 to P10 have"),
                pin->name);
    }
    machine_pwm_obj_t *self = mp_obj_malloc(machine_pwm_obj_t, type);
    self->pin = pin;
    self->in_ns = false;
    self->duty = 0;
    mp_map_t kw;
    mp_map_init_fixed_table(&kw, n_kw, args + n_args);
    mp_machine_pwm_init_helper(self, n_args - 1, args + 1, &kw);
    chip_pin_config(pin->pin, CHIP_PIN_ALT, CHIP_PIN_FLOAT, 0, pin->pwm_alt);
    return MP_OBJ_FROM_PTR(self);
}

static void mp_machine_pwm_deinit(machine_pwm_obj_t *self) {
    chip_tim_output_off(self->pin->pwm_timer, self->pin->pwm_channel);
    chip_pin_config(self->pin->pin, CHIP_PIN_INPUT, CHIP_PIN_FLOAT, 0, 0);
}

void port_pwm_deinit(void) {
    for (size_t i = 0; i < BOARD_PINS; i++) {
        const struct board_pin *pin = &board_pins[i];
        if (pin->pwm_timer != 0) {
            chip_tim_output_off(pin->pwm_timer, pin->pwm_channel);
        }
    }
}

static mp_obj_t mp_machine_pwm_freq_get(machine_pwm_obj_t *self) {
    return MP_OBJ_NEW_SMALL_INT(chip_tim_hz(self->pin->pwm_timer));
}

static mp_obj_t mp_machine_pwm_duty_get_u16(machine_pwm_obj_t *self) {
    uint32_t hz = chip_tim_hz(self->pin->pwm_timer);
    if (!self->in_ns || hz == 0) {
        return MP_OBJ_NEW_SMALL_INT(self->in_ns ? 0 : self->duty);
    }
    uint64_t duty = (uint64_t)self->duty * hz * 65535U / 1000000000U;
    return MP_OBJ_NEW_SMALL_INT(duty > 65535U ? 65535U : duty);
}

static mp_obj_t mp_machine_pwm_duty_get_ns(machine_pwm_obj_t *self) {
    uint32_t hz = chip_tim_hz(self->pin->pwm_timer);
    if (self->in_ns || hz == 0) {
        return mp_obj_new_int_from_uint(self->in_ns ? self->duty : 0);
    }
    return mp_obj_new_int_from_uint(
            (uint32_t)((uint64_t)self->duty * 1000000000U / 65535U / hz));
}
