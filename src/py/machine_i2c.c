// SPDX-License-Identifier: MIT
// machine.I2C: bus 2 (P4 clock, P5 data) and bus 4 (P7 clock, P8 data).

#include "chip/i2c.h"
#include "extmod/modmachine.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "src/py/port.h"

typedef struct {
    mp_obj_base_t base;
    uint8_t bus;
    uint8_t scl;
    uint8_t sda;
    uint8_t alt;
    uint32_t freq;
    uint32_t timeout;
} machine_i2c_obj_t;

static machine_i2c_obj_t buses[] = {
        {{&machine_i2c_type}, 2, CHIP_PIN('B', 10), CHIP_PIN('B', 11), 4, 0, 0},
        {{&machine_i2c_type}, 4, CHIP_PIN('D', 12), CHIP_PIN('D', 13), 4, 0, 0},
};

static void i2c_print(const mp_print_t *print, mp_obj_t self_in,
        mp_print_kind_t kind) {
    (void)kind;
    machine_i2c_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "I2C(%u, freq=%u, timeout=%u)", self->bus,
            (unsigned)self->freq, (unsigned)self->timeout);
}

static void i2c_init(mp_obj_base_t *self_in, size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_freq, ARG_timeout };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_freq, MP_ARG_INT, {.u_int = 400000}},
            {MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 50000}},
    };
    machine_i2c_obj_t *self = (machine_i2c_obj_t *)self_in;
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    if (chip_i2c_init(self->bus, args[ARG_freq].u_int)) {
        mp_raise_ValueError(MP_ERROR_TEXT("freq is 10000 to 1000000"));
    }
    self->freq = args[ARG_freq].u_int;
    mp_int_t timeout = args[ARG_timeout].u_int;
    self->timeout = timeout < 1 ? 1 : timeout > 1000000 ? 1000000 : timeout;
    chip_pin_config(self->scl, CHIP_PIN_ALT, CHIP_PIN_PULL_UP,
            CHIP_PIN_OPEN_DRAIN, self->alt);
    chip_pin_config(self->sda, CHIP_PIN_ALT, CHIP_PIN_PULL_UP,
            CHIP_PIN_OPEN_DRAIN, self->alt);
}

static mp_obj_t i2c_make_new(const mp_obj_type_t *type, size_t n_args,
        size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    mp_int_t bus = mp_obj_get_int(args[0]);
    for (size_t i = 0; i < MP_ARRAY_SIZE(buses); i++) {
        if (buses[i].bus == bus) {
            mp_map_t kw;
            mp_map_init_fixed_table(&kw, n_kw, args + n_args);
            i2c_init(&buses[i].base, n_args - 1, args + 1, &kw);
            return MP_OBJ_FROM_PTR(&buses[i]);
        }
    }
    mp_raise_ValueError(
            MP_ERROR_TEXT("the camera has I2C 2 (P4, P5) and 4 (P7, P8)"));
}

static int i2c_transfer(mp_obj_base_t *self_in, uint16_t address, size_t count,
        uint8_t *data, unsigned int flags) {
    machine_i2c_obj_t *self = (machine_i2c_obj_t *)self_in;
    uint32_t ours = (flags & MP_MACHINE_I2C_FLAG_READ ? CHIP_I2C_READ : 0) |
            (flags & MP_MACHINE_I2C_FLAG_STOP ? CHIP_I2C_STOP : 0);
    if (address > 0x7F) {
        return -MP_EINVAL;
    }
    int err = chip_i2c_transfer(self->bus, (uint8_t)address, data, count, ours,
            self->timeout);
    return err ? err : (int)count;
}

static const mp_machine_i2c_p_t i2c_protocol = {
        .init = i2c_init,
        .transfer = mp_machine_i2c_transfer_adaptor,
        .transfer_single = i2c_transfer,
};

MP_DEFINE_CONST_OBJ_TYPE(machine_i2c_type, MP_QSTR_I2C, MP_TYPE_FLAG_NONE,
        make_new, i2c_make_new, print, i2c_print, protocol, &i2c_protocol,
        locals_dict, &mp_machine_i2c_locals_dict);
