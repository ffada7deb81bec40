// SPDX-License-Identifier: MIT
// machine.UART on ports 1 (P1, P0) and 3 (P4, P5); included by
// extmod/machine_uart.c.

#include "chip/systick.h"
#include "chip/uart.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "src/py/console.h"
#include "src/py/port.h"

struct _machine_uart_obj_t {
    mp_obj_base_t base;
    enum chip_uart_id id;
    bool open;
    uint16_t timeout;      // ms to the first byte
    uint16_t timeout_char; // ms between bytes
    struct chip_uart_config config;
};

#define MICROPY_PY_MACHINE_UART_CLASS_CONSTANTS

static machine_uart_obj_t uarts[CHIP_UART_COUNT];

static const char *parity_name(enum chip_uart_parity parity) {
    static const char *const names[] = {"None", "0", "1"};
    return names[parity];
}

static int number_of(const machine_uart_obj_t *self) {
    return self->id == CHIP_UART1 ? 1 : 3;
}

static void mp_machine_uart_print(const mp_print_t *print, mp_obj_t self_in,
        mp_print_kind_t kind) {
    (void)kind;
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print,
            "UART(%d, baudrate=%u, bits=%u, parity=%s, stop=%u, timeout=%u, "
            "timeout_char=%u)",
            number_of(self), (unsigned)self->config.baud, self->config.bits,
            parity_name(self->config.parity), self->config.stop, self->timeout,
            self->timeout_char);
}

static void mp_machine_uart_init_helper(machine_uart_obj_t *self, size_t n_args,
        const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum {
        ARG_baudrate,
        ARG_bits,
        ARG_parity,
        ARG_stop,
        ARG_timeout,
        ARG_timeout_char
    };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_baudrate, MP_ARG_INT, {.u_int = 9600}},
            {MP_QSTR_bits, MP_ARG_INT, {.u_int = 8}},
            {MP_QSTR_parity, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_stop, MP_ARG_INT, {.u_int = 1}},
            {MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
            {MP_QSTR_timeout_char, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed,
            args);
    bool one = self->id == CHIP_UART1;
    struct chip_uart_config config = {
            .baud = args[ARG_baudrate].u_int,
            .bits = args[ARG_bits].u_int & 0xFF,
            .stop = args[ARG_stop].u_int & 0xFF,
            .tx_pin = one ? BOARD_UART1_TX : BOARD_UART3_TX,
            .rx_pin = one ? BOARD_UART1_RX : BOARD_UART3_RX,
            .alt = one ? BOARD_UART1_ALT : BOARD_UART3_ALT,
    };
    if (args[ARG_parity].u_obj != mp_const_none) {
        config.parity = mp_obj_get_int(args[ARG_parity].u_obj) & 1
                ? CHIP_UART_PARITY_ODD
                : CHIP_UART_PARITY_EVEN;
    }
    int err = chip_uart_start(self->id, &config);
    if (err) {
        mp_raise_ValueError(MP_ERROR_TEXT("no such baud rate or frame"));
    }
    chip_uart_set_filter(self->id, NULL);
    self->config = config;
    self->open = true;
    self->timeout = args[ARG_timeout].u_int;
    // At least the time of two characters, so that a read sees a whole line.
    uint32_t char_ms = 20000U / config.baud + 1U;
    uint32_t asked = args[ARG_timeout_char].u_int;
    self->timeout_char = asked > char_ms ? asked : char_ms;
}

static mp_obj_t mp_machine_uart_make_new(const mp_obj_type_t *type,
        size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    mp_int_t number = mp_obj_get_int(args[0]);
    if (number != 1 && number != 3) {
        mp_raise_ValueError(
                MP_ERROR_TEXT("the camera has UART 1 (P1, P0) and 3 (P4, P5)"));
    }
    enum chip_uart_id id = number == 1 ? CHIP_UART1 : CHIP_UART3;
    machine_uart_obj_t *self = &uarts[id];
    self->base.type = type;
    self->id = id;
    if (n_args > 1 || n_kw > 0) {
        mp_map_t kw;
        mp_map_init_fixed_table(&kw, n_kw, args + n_args);
        mp_machine_uart_init_helper(self, n_args - 1, args + 1, &kw);
    }
    return MP_OBJ_FROM_PTR(self);
}

static void mp_machine_uart_deinit(machine_uart_obj_t *self) {
    if (self->open) {
        self->open = false;
        chip_uart_stop(self->id);
        if (self->id == CHIP_UART1) {
            // The port goes back to the console.
            console_init();
        }
    }
}

void port_uarts_deinit(void) {
    for (int i = 0; i < CHIP_UART_COUNT; i++) {
        mp_machine_uart_deinit(&uarts[i]);
    }
}

static void must_be_open(const machine_uart_obj_t *self) {
    if (!self->open) {
        mp_raise_msg_varg(&mp_type_OSError,
                MP_ERROR_TEXT("UART(%d) is closed: give it a baud rate"),
                number_of(self));
    }
}

static mp_int_t mp_machine_uart_any(machine_uart_obj_t *self) {
    return self->open ? chip_uart_available(self->id) : 0;
}

static bool mp_machine_uart_txdone(machine_uart_obj_t *self) {
    return !self->open || chip_uart_idle(self->id);
}

static void mp_machine_uart_sendbreak(machine_uart_obj_t *self) {
    must_be_open(self);
    chip_uart_send_break(self->id);
}

static bool wait_readable(machine_uart_obj_t *self, uint32_t ms) {
    uint32_t start = chip_ms();
    while (chip_uart_available(self->id) == 0) {
        if (chip_ms() - start >= ms) {
            return false;
        }
        mp_event_wait_ms(1);
    }
    return true;
}

static mp_uint_t mp_machine_uart_read(mp_obj_t self_in, void *buf_in,
        mp_uint_t size, int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    must_be_open(self);
    uint8_t *buf = buf_in;
    mp_uint_t count = 0;
    uint32_t wait = self->timeout;
    while (count < size && wait_readable(self, wait)) {
        buf[count++] = (uint8_t)chip_uart_get(self->id);
        wait = self->timeout_char;
    }
    if (count == 0 && size != 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return count;
}

static mp_uint_t mp_machine_uart_write(mp_obj_t self_in, const void *buf_in,
        mp_uint_t size, int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    must_be_open(self);
    const uint8_t *buf = buf_in;
    for (mp_uint_t i = 0; i < size; i++) {
        uint32_t start = chip_ms();
        while (!chip_uart_put(self->id, buf[i])) {
            if (chip_ms() - start > 100U + self->timeout) {
                if (i == 0) {
                    *errcode = MP_ETIMEDOUT;
                    return MP_STREAM_ERROR;
                }
                return i;
            }
            mp_event_wait_ms(1);
        }
    }
    return size;
}

static mp_uint_t mp_machine_uart_ioctl(mp_obj_t self_in, mp_uint_t request,
        uintptr_t arg, int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (request == MP_STREAM_POLL) {
        uintptr_t ready = 0;
        if (arg & MP_STREAM_POLL_RD && mp_machine_uart_any(self)) {
            ready |= MP_STREAM_POLL_RD;
        }
        if (arg & MP_STREAM_POLL_WR && chip_uart_room(self->id)) {
            ready |= MP_STREAM_POLL_WR;
        }
        return ready;
    }
    if (request == MP_STREAM_FLUSH) {
        uint32_t start = chip_ms();
        // The longest queue at the slowest rate.
        while (!mp_machine_uart_txdone(self)) {
            if (chip_ms() - start > 10000U) {
                *errcode = MP_ETIMEDOUT;
                return MP_STREAM_ERROR;
            }
            mp_event_wait_ms(1);
        }
        return 0;
    }
    *errcode = MP_EINVAL;
    return MP_STREAM_ERROR;
}
