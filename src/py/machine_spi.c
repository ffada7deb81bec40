// SPDX-License-Identifier: MIT
// machine.SPI: bus 2 (P0 out, P1 in, P2 clock; P3 is free for select).

#include "chip/spi.h"
#include "extmod/modmachine.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "src/py/port.h"

#define SPI2_ALT 5

typedef struct {
    mp_obj_base_t base;
    bool open;
    uint32_t hz;
    struct chip_spi_config config;
} machine_spi_obj_t;

static machine_spi_obj_t spi2 = {
        .base = {&machine_spi_type},
        .config = {.hz = 1000000},
};

static void spi_print(const mp_print_t *print, mp_obj_t self_in,
        mp_print_kind_t kind) {
    (void)kind;
    machine_spi_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "SPI(2, baudrate=%u, polarity=%u, phase=%u, bits=8)",
            (unsigned)self->hz, self->config.polarity, self->config.phase);
}

static void spi_init(mp_obj_base_t *self_in, size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_baudrate, ARG_polarity, ARG_phase, ARG_bits, ARG_firstbit };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_baudrate, MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_polarity, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_phase, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_bits, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 8}},
            {MP_QSTR_firstbit, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
    };
    machine_spi_obj_t *self = (machine_spi_obj_t *)self_in;
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    struct chip_spi_config config = self->config;
    if (args[ARG_bits].u_int != 8) {
        mp_raise_ValueError(MP_ERROR_TEXT("bits is 8"));
    }
    if (args[ARG_baudrate].u_int != -1) {
        config.hz = args[ARG_baudrate].u_int;
    }
    if (args[ARG_polarity].u_int != -1) {
        config.polarity = args[ARG_polarity].u_int & 1;
    }
    if (args[ARG_phase].u_int != -1) {
        config.phase = args[ARG_phase].u_int & 1;
    }
    if (args[ARG_firstbit].u_int != -1) {
        config.lsb_first =
                args[ARG_firstbit].u_int == MICROPY_PY_MACHINE_SPI_LSB;
    }
    if (chip_spi_init(&config, &self->hz)) {
        mp_raise_ValueError(MP_ERROR_TEXT("baudrate is 625000 or more"));
    }
    self->config = config;
    self->open = true;
    static const uint8_t pins[] = {CHIP_PIN('B', 15), CHIP_PIN('B', 14),
            CHIP_PIN('B', 13)};
    for (size_t i = 0; i < sizeof(pins); i++) {
        chip_pin_config(pins[i], CHIP_PIN_ALT, CHIP_PIN_FLOAT, 0, SPI2_ALT);
    }
}

static mp_obj_t spi_make_new(const mp_obj_type_t *type, size_t n_args,
        size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    if (mp_obj_get_int(args[0]) != 2) {
        mp_raise_ValueError(MP_ERROR_TEXT("the camera has SPI 2 (P0 to P3)"));
    }
    mp_map_t kw;
    mp_map_init_fixed_table(&kw, n_kw, args + n_args);
    spi_init(&spi2.base, n_args - 1, args + 1, &kw);
    return MP_OBJ_FROM_PTR(&spi2);
}

static void spi_deinit(mp_obj_base_t *self_in) {
    machine_spi_obj_t *self = (machine_spi_obj_t *)self_in;
    if (self->open) {
        self->open = false;
        chip_spi_deinit();
    }
}

static void spi_transfer(mp_obj_base_t *self_in, size_t count,
        const uint8_t *out, uint8_t *in) {
    machine_spi_obj_t *self = (machine_spi_obj_t *)self_in;
    if (!self->open) {
        mp_raise_OSError(MP_ENODEV);
    }
    port_check(chip_spi_transfer(out, in, count));
}

static const mp_machine_spi_p_t spi_protocol = {
        .init = spi_init,
        .deinit = spi_deinit,
        .transfer = spi_transfer,
};

MP_DEFINE_CONST_OBJ_TYPE(machine_spi_type, MP_QSTR_SPI, MP_TYPE_FLAG_NONE,
        make_new, spi_make_new, print, spi_print, protocol, &spi_protocol,
        locals_dict, &mp_machine_spi_locals_dict);
