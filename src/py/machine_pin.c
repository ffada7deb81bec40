// SPDX-License-Identifier: MIT
// machine.Pin with the names on the camera's headers.

#include <stdio.h>
#include <string.h>

#include "chip/gpio.h"
#include "extmod/modmachine.h"
#include "extmod/virtpin.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/mpirq.h"
#include "src/py/camera.h"
#include "src/py/port.h"

typedef struct {
    mp_obj_base_t base;
    const struct board_pin *pin;
} machine_pin_obj_t;

enum { MODE_OPEN_DRAIN = 16 };

static machine_pin_obj_t pin_objects[BOARD_PINS];

static machine_pin_obj_t *object_of(const struct board_pin *pin) {
    machine_pin_obj_t *self = &pin_objects[pin - board_pins];
    self->base.type = &machine_pin_type;
    self->pin = pin;
    return self;
}

const struct board_pin *port_pin(mp_obj_t arg) {
    if (mp_obj_is_type(arg, &machine_pin_type)) {
        return ((machine_pin_obj_t *)MP_OBJ_TO_PTR(arg))->pin;
    }
    if (mp_obj_is_int(arg)) {
        mp_int_t number = mp_obj_get_int(arg);
        if (number >= 0 && number <= 12) {
            return &board_pins[number];
        }
    } else if (mp_obj_is_str(arg)) {
        const char *name = mp_obj_str_get_str(arg);
        for (size_t i = 0; i < BOARD_PINS; i++) {
            if (strcmp(board_pins[i].name, name) == 0) {
                return &board_pins[i];
            }
        }
        // "PB15" and the like: the name ST gives the pin.
        for (size_t i = 0; i < BOARD_PINS; i++) {
            char chip_name[6];
            unsigned bit = CHIP_PIN_BIT(board_pins[i].pin);
            snprintf(chip_name, sizeof(chip_name), "P%c%u",
                    (char)('A' + CHIP_PIN_PORT(board_pins[i].pin)), bit);
            if (strcmp(chip_name, name) == 0) {
                return &board_pins[i];
            }
        }
    }
    if (mp_obj_is_str(arg)) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("no pin '%s'; the camera has P0 to P10"),
                mp_obj_str_get_str(arg));
    }
    mp_raise_ValueError(MP_ERROR_TEXT("no such pin; a name is P0 to P10"));
}

uint8_t mp_hal_get_pin_obj(mp_obj_t pin) {
    return port_pin(pin)->pin;
}

static void pin_print(const mp_print_t *print, mp_obj_t self_in,
        mp_print_kind_t kind) {
    (void)kind;
    static const char *const modes[] = {"IN", "OUT", "ALT", "ANALOG"};
    const struct board_pin *pin = port_pin(self_in);
    enum chip_pin_mode mode = chip_pin_mode(pin->pin);
    bool open = mode == CHIP_PIN_OUTPUT && chip_pin_is_open_drain(pin->pin);
    mp_printf(print, "Pin('%s', mode=Pin.%s", pin->name,
            open ? "OPEN_DRAIN" : modes[mode]);
    enum chip_pin_pull pull = chip_pin_pull(pin->pin);
    if (pull != CHIP_PIN_FLOAT) {
        mp_printf(print, ", pull=Pin.PULL_%s",
                pull == CHIP_PIN_PULL_UP ? "UP" : "DOWN");
    }
    mp_print_str(print, ")");
}

static void pin_init(uint8_t pin, size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_mode, ARG_pull, ARG_value, ARG_alt };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_mode, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0}},
            {MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ,
                    {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_alt, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_int_t mode = args[ARG_mode].u_int;
    mp_int_t pull = CHIP_PIN_FLOAT;
    if (args[ARG_pull].u_obj != mp_const_none) {
        pull = mp_obj_get_int(args[ARG_pull].u_obj);
    }
    mp_int_t alt = args[ARG_alt].u_int;
    bool open = mode == MODE_OPEN_DRAIN;
    if (open) {
        mode = CHIP_PIN_OUTPUT;
    }
    if (mode < CHIP_PIN_INPUT || mode > CHIP_PIN_ANALOG) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid pin mode"));
    }
    if (pull < CHIP_PIN_FLOAT || pull > CHIP_PIN_PULL_DOWN) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid pull"));
    }
    if (mode == CHIP_PIN_ALT && (alt < 0 || alt > 15)) {
        mp_raise_ValueError(MP_ERROR_TEXT("Pin.ALT needs alt=0 to 15"));
    }
    // The level first, so that an output does not glitch.
    if (args[ARG_value].u_obj != mp_const_none) {
        chip_pin_config(pin, chip_pin_mode(pin), pull, 0, 0);
        chip_pin_write(pin, mp_obj_is_true(args[ARG_value].u_obj));
    }
    chip_pin_config(pin, mode, pull, open ? CHIP_PIN_OPEN_DRAIN : 0,
            mode == CHIP_PIN_ALT ? alt : 0);
}

mp_obj_t mp_pin_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
        const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    machine_pin_obj_t *self = object_of(port_pin(args[0]));
    if (n_args > 1 || n_kw > 0) {
        mp_map_t kw;
        mp_map_init_fixed_table(&kw, n_kw, args + n_args);
        pin_init(self->pin->pin, n_args - 1, args + 1, &kw);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t pin_obj_init(size_t n_args, const mp_obj_t *args,
        mp_map_t *kw) {
    pin_init(port_pin(args[0])->pin, n_args - 1, args + 1, kw);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_init_obj, 1, pin_obj_init);

static mp_obj_t pin_get_or_set(uint8_t pin, size_t n_args, mp_obj_t value) {
    if (n_args == 0) {
        return MP_OBJ_NEW_SMALL_INT(chip_pin_read(pin));
    }
    chip_pin_write(pin, mp_obj_is_true(value));
    return mp_const_none;
}

static mp_obj_t pin_call(mp_obj_t self, size_t n_args, size_t n_kw,
        const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    return pin_get_or_set(port_pin(self)->pin, n_args,
            n_args ? args[0] : MP_OBJ_NULL);
}

static mp_obj_t pin_value(size_t n_args, const mp_obj_t *args) {
    return pin_get_or_set(port_pin(args[0])->pin, n_args - 1,
            n_args > 1 ? args[1] : MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_value_obj, 1, 2, pin_value);

static mp_obj_t pin_high(mp_obj_t self) {
    chip_pin_write(port_pin(self)->pin, true);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_high_obj, pin_high);

static mp_obj_t pin_low(mp_obj_t self) {
    chip_pin_write(port_pin(self)->pin, false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_low_obj, pin_low);

static mp_obj_t pin_toggle(mp_obj_t self) {
    uint8_t pin = port_pin(self)->pin;
    chip_pin_write(pin, !chip_pin_driven(pin));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_toggle_obj, pin_toggle);

static mp_obj_t pin_name(mp_obj_t self) {
    const char *name = port_pin(self)->name;
    return mp_obj_new_str(name, strlen(name));
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_name_obj, pin_name);

// Pin.irq: one handler for each of the sixteen lines.
typedef struct {
    mp_irq_obj_t irq;
    uint32_t trigger;
    uint32_t flags;
} pin_irq_t;

MP_REGISTER_ROOT_POINTER(void *port_pin_irq[16]);

static pin_irq_t *irq_of(uint8_t pin) {
    return MP_STATE_PORT(port_pin_irq)[CHIP_PIN_BIT(pin)];
}

static mp_uint_t pin_irq_trigger(mp_obj_t self, mp_uint_t trigger) {
    uint8_t pin = port_pin(self)->pin;
    pin_irq_t *irq = irq_of(pin);
    irq->trigger = trigger;
    irq->flags = 0;
    chip_pin_interrupt(pin, trigger);
    return 0;
}

static mp_uint_t pin_irq_info(mp_obj_t self, mp_uint_t info_type) {
    pin_irq_t *irq = irq_of(port_pin(self)->pin);
    if (info_type == MP_IRQ_INFO_FLAGS) {
        return irq->flags;
    }
    return info_type == MP_IRQ_INFO_TRIGGERS ? irq->trigger : 0;
}

static const mp_irq_methods_t pin_irq_methods = {
        .trigger = pin_irq_trigger,
        .info = pin_irq_info,
};

void chip_pin_edge(uint32_t bit) {
    if (bit == CHIP_PIN_BIT(BOARD_CAMERA_VSYNC)) { // of no header pin
        camera_vsync_edge();
        return;
    }
    pin_irq_t *irq = MP_STATE_PORT(port_pin_irq)[bit];
    if (irq) {
        irq->flags = irq->trigger;
        mp_irq_handler(&irq->irq);
    }
}

static mp_obj_t pin_irq(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    enum { ARG_handler, ARG_trigger, ARG_hard };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_trigger, MP_ARG_INT,
                    {.u_int = CHIP_EDGE_RISING | CHIP_EDGE_FALLING}},
            {MP_QSTR_hard, MP_ARG_BOOL, {.u_bool = false}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos + 1, kw, MP_ARRAY_SIZE(allowed), allowed,
            args);
    uint8_t pin = port_pin(pos[0])->pin;
    pin_irq_t *irq = irq_of(pin);
    if (irq == NULL || irq->irq.parent != pos[0]) {
        chip_pin_interrupt(pin, 0);
        irq = m_new0(pin_irq_t, 1);
        mp_irq_init(&irq->irq, &pin_irq_methods, pos[0]);
        MP_STATE_PORT(port_pin_irq)[CHIP_PIN_BIT(pin)] = irq;
    }
    if (n_args > 1 || kw->used != 0) {
        mp_int_t trigger = args[ARG_trigger].u_int;
        if (trigger & ~(CHIP_EDGE_RISING | CHIP_EDGE_FALLING)) {
            mp_raise_ValueError(MP_ERROR_TEXT("invalid trigger"));
        }
        chip_pin_interrupt(pin, 0);
        irq->irq.handler = args[ARG_handler].u_obj;
        irq->irq.ishard = args[ARG_hard].u_bool;
        bool on = args[ARG_handler].u_obj != mp_const_none;
        pin_irq_trigger(pos[0], on ? trigger : 0);
    }
    return MP_OBJ_FROM_PTR(&irq->irq);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_irq_obj, 1, pin_irq);

void port_pins_deinit(void) {
    for (size_t i = 0; i < BOARD_PINS; i++) {
        if (irq_of(board_pins[i].pin)) {
            chip_pin_interrupt(board_pins[i].pin, 0);
        }
    }
    for (size_t i = 0; i < 16; i++) {
        MP_STATE_PORT(port_pin_irq)[i] = NULL;
    }
}

static const mp_rom_map_elem_t pin_locals_table[] = {
        {MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&pin_init_obj)},
        {MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&pin_value_obj)},
        {MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&pin_high_obj)},
        {MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&pin_low_obj)},
        {MP_ROM_QSTR(MP_QSTR_high), MP_ROM_PTR(&pin_high_obj)},
        {MP_ROM_QSTR(MP_QSTR_low), MP_ROM_PTR(&pin_low_obj)},
        {MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&pin_toggle_obj)},
        {MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&pin_irq_obj)},
        {MP_ROM_QSTR(MP_QSTR_name), MP_ROM_PTR(&pin_name_obj)},
        {MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(CHIP_PIN_INPUT)},
        {MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(CHIP_PIN_OUTPUT)},
        {MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(MODE_OPEN_DRAIN)},
        {MP_ROM_QSTR(MP_QSTR_ALT), MP_ROM_INT(CHIP_PIN_ALT)},
        {MP_ROM_QSTR(MP_QSTR_ANALOG), MP_ROM_INT(CHIP_PIN_ANALOG)},
        {MP_ROM_QSTR(MP_QSTR_PULL_NONE), MP_ROM_INT(CHIP_PIN_FLOAT)},
        {MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(CHIP_PIN_PULL_UP)},
        {MP_ROM_QSTR(MP_QSTR_PULL_DOWN), MP_ROM_INT(CHIP_PIN_PULL_DOWN)},
        {MP_ROM_QSTR(MP_QSTR_IRQ_RISING), MP_ROM_INT(CHIP_EDGE_RISING)},
        {MP_ROM_QSTR(MP_QSTR_IRQ_FALLING), MP_ROM_INT(CHIP_EDGE_FALLING)},
};
static MP_DEFINE_CONST_DICT(pin_locals, pin_locals_table);

static mp_uint_t pin_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t arg,
        int *errcode) {
    uint8_t pin = port_pin(self)->pin;
    switch (request) {
    case MP_PIN_READ:
        return chip_pin_read(pin);
    case MP_PIN_WRITE:
        chip_pin_write(pin, arg != 0);
        return 0;
    default:
        *errcode = -1;
        return -1;
    }
}

static const mp_pin_p_t pin_protocol = {.ioctl = pin_ioctl};

MP_DEFINE_CONST_OBJ_TYPE(machine_pin_type, MP_QSTR_Pin, MP_TYPE_FLAG_NONE,
        make_new, mp_pin_make_new, print, pin_print, call, pin_call, protocol,
        &pin_protocol, locals_dict, &pin_locals);
