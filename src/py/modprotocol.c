// SPDX-License-Identifier: MIT
// The protocol module: channels of a script's own.
//
// A backend is an object with any of the methods poll, lock, unlock, size,
// shape, read, readp, write, ioctl, init, flush and is_active. A host's request
// may come at any time, even from an interrupt; the method runs where Python
// runs its scheduled calls, and the host waits for what it returns.

#include <string.h>

#include "py/mphal.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "src/py/link.h"

#define CHANNELS_MOST 8

typedef struct channel_obj {
    mp_obj_base_t base;
    struct omv_channel channel;
    int id;
    mp_obj_t backend;
} channel_obj;

static const mp_obj_type_t channel_type;

// --- one call at a time --------------------------------------------------

enum what { POLL, LOCK, UNLOCK, SIZE, SHAPE, READ, MAP, WRITE, IOCTL };

static struct call {
    volatile enum { IDLE, ASKED, DONE } state;
    channel_obj *self;
    enum what what;
    uint32_t a, b;    // offset and bytes, or a request
    const void *from; // what the host sent; its length is b
    // What came of it.
    int result;
    uint32_t words[4];
    const uint8_t *data;
    uint32_t bytes;
} call;

static mp_sched_node_t node;

// What keeps the bytes of the last answer alive, and all channels.
MP_REGISTER_ROOT_POINTER(mp_obj_t link_answer);
MP_REGISTER_ROOT_POINTER(void *link_channels[8]);

static const qstr_short_t methods[] = {
        [POLL] = MP_QSTR_poll,
        [LOCK] = MP_QSTR_lock,
        [UNLOCK] = MP_QSTR_unlock,
        [SIZE] = MP_QSTR_size,
        [SHAPE] = MP_QSTR_shape,
        [READ] = MP_QSTR_read,
        [MAP] = MP_QSTR_readp,
        [WRITE] = MP_QSTR_write,
        [IOCTL] = MP_QSTR_ioctl,
};

static bool has(mp_obj_t backend, qstr name) {
    mp_obj_t dest[2];
    mp_load_method_maybe(backend, name, dest);
    return dest[0] != MP_OBJ_NULL;
}

static mp_obj_t bytes_of(const void *from, uint32_t bytes) {
    return mp_obj_new_bytearray(bytes, from);
}

// Calls the method with the arguments that it takes.
static mp_obj_t call_backend(void) {
    mp_obj_t dest[5];
    size_t count = 0;
    mp_load_method(call.self->backend, methods[call.what], dest);
    switch (call.what) {
    case READ:
    case MAP:
        dest[2] = mp_obj_new_int_from_uint(call.a);
        dest[3] = mp_obj_new_int_from_uint(call.b);
        count = 2;
        break;
    case WRITE:
        dest[2] = mp_obj_new_int_from_uint(call.a);
        dest[3] = bytes_of(call.from, call.b);
        count = 2;
        break;
    case IOCTL:
        dest[2] = mp_obj_new_int_from_uint(call.a);
        dest[3] = mp_obj_new_int_from_uint(call.b);
        dest[4] = call.b ? bytes_of(call.from, call.b) : mp_const_none;
        count = 3;
        break;
    default:
        break;
    }
    return mp_call_method_n_kw(count, 0, dest);
}

static int number_of(mp_obj_t value) {
    if (value == mp_const_none) {
        return 0;
    }
    mp_int_t number = mp_obj_is_int(value) ? mp_obj_get_int(value) : 0;
    return number < 0 ? -OMV_STATUS_FAILED : 0;
}

static int take_words(mp_obj_t value) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(value, &count, &items);
    for (size_t i = 0; i < count && i < 4; i++) {
        call.words[i] = (uint32_t)mp_obj_get_int_truncated(items[i]);
    }
    return (int)count;
}

static int take_bytes(mp_obj_t value) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(value, &buffer, MP_BUFFER_READ);
    MP_STATE_VM(link_answer) = value;
    call.data = buffer.buf;
    call.bytes = (uint32_t)(buffer.len < call.b ? buffer.len : call.b);
    return (int)call.bytes;
}

// What the method returned, as the protocol has it.
static int convert(mp_obj_t value) {
    switch (call.what) {
    case POLL:
        return mp_obj_is_true(value);
    case LOCK:
    case UNLOCK:
        return mp_obj_is_true(value) ? 0 : -OMV_STATUS_BUSY;
    case SIZE:
        call.words[0] = (uint32_t)mp_obj_get_int_truncated(value);
        return 0;
    case SHAPE:
        return take_words(value);
    case READ:
        return take_bytes(value);
    case MAP:
        return take_bytes(value) == (int)call.b ? 0 : -OMV_STATUS_FAILED;
    default:
        return number_of(value);
    }
}

// Runs between two instructions of the script.
static void run_call(mp_sched_node_t *unused) {
    (void)unused;
    if (call.state != ASKED) {
        return;
    }
    int result;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        result = convert(call_backend());
        nlr_pop();
    } else {
        // The host is told; the script's author sees why.
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
        result = -OMV_STATUS_FAILED;
    }
    if (call.state == ASKED) {
        call.result = result;
        call.state = DONE;
    }
}

// The answer, or OMV_LATER until there is one. The protocol asks again with
// the same arguments, and for nothing else meanwhile.
static int ask(channel_obj *self, enum what what, uint32_t a, uint32_t b,
        const void *from) {
    if (call.state == IDLE) {
        call.self = self;
        call.what = what;
        call.a = a;
        call.b = b;
        call.from = from;
        call.state = ASKED;
        mp_sched_schedule_node(&node, run_call);
        return OMV_LATER;
    }
    if (call.state == ASKED) {
        // A full queue of scheduled calls is tried again.
        mp_sched_schedule_node(&node, run_call);
        return OMV_LATER;
    }
    call.state = IDLE;
    return call.self == self && call.what == what ? call.result : OMV_LATER;
}

// --- the protocol's operations -------------------------------------------

static int channel_poll(void *context) {
    return ask(context, POLL, 0, 0, NULL);
}

static int channel_lock(void *context) {
    return ask(context, LOCK, 0, 0, NULL);
}

// A new session unlocks without waiting for an answer.
static int channel_unlock(void *context) {
    return ask(context, UNLOCK, 0, 0, NULL);
}

static int channel_size(void *context, uint32_t *bytes) {
    int result = ask(context, SIZE, 0, 0, NULL);
    *bytes = call.words[0];
    return result;
}

static int channel_shape(void *context, uint32_t shape[4]) {
    int result = ask(context, SHAPE, 0, 0, NULL);
    memcpy(shape, call.words, sizeof(call.words));
    return result;
}

static int channel_read(void *context, uint32_t offset, void *to,
        size_t bytes) {
    int result = ask(context, READ, offset, (uint32_t)bytes, NULL);
    if (result > 0) {
        memcpy(to, call.data, (size_t)result);
    }
    return result;
}

static int channel_map(void *context, uint32_t offset, uint32_t bytes,
        const uint8_t **at) {
    int result = ask(context, MAP, offset, bytes, NULL);
    *at = call.data;
    return result;
}

static int channel_write(void *context, uint32_t offset, const void *from,
        size_t bytes) {
    return ask(context, WRITE, offset, (uint32_t)bytes, from);
}

static int channel_ioctl(void *context, uint32_t request, const void *argument,
        size_t bytes) {
    return ask(context, IOCTL, request, (uint32_t)bytes, argument);
}

static void channel_cancel(void *context) {
    (void)context;
    call.state = IDLE;
}

// --- Python --------------------------------------------------------------

static void print_channel(const mp_print_t *print, mp_obj_t self_in,
        mp_print_kind_t kind) {
    (void)kind;
    channel_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "<ProtocolChannel %s, id %d>", self->channel.name,
            self->id);
}

static mp_obj_t channel_send_event(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    static const mp_arg_t allowed[] = {
            {MP_QSTR_event, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0}},
            {MP_QSTR_wait_ack, MP_ARG_BOOL, {.u_bool = false}},
    };
    channel_obj *self = MP_OBJ_TO_PTR(pos[0]);
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos + 1, kw, MP_ARRAY_SIZE(allowed), allowed,
            args);
    if (args[0].u_int < 0 || args[0].u_int > 0xFFFF) {
        mp_raise_ValueError(MP_ERROR_TEXT("event must be 0 to 65535"));
    }
    uint32_t state = port_pendsv_lock();
    int err = link_is_host()
            ? omv_protocol_event(&link_host.protocol, (uint8_t)self->id,
                      (uint16_t)args[0].u_int, args[1].u_bool)
            : 0;
    port_pendsv_unlock(state);
    if (err != 0) {
        mp_raise_msg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("the host does not take events fast enough"));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(channel_send_event_obj, 1,
        channel_send_event);

static const mp_rom_map_elem_t channel_locals_table[] = {
        {MP_ROM_QSTR(MP_QSTR_send_event), MP_ROM_PTR(&channel_send_event_obj)},
};
static MP_DEFINE_CONST_DICT(channel_locals, channel_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(channel_type, MP_QSTR_ProtocolChannel,
        MP_TYPE_FLAG_NONE, print, print_channel, locals_dict, &channel_locals);

// What a channel can do is what its backend has methods for.
static const struct omv_channel_ops *ops_of(mp_obj_t backend) {
    struct omv_channel_ops *ops = m_new0(struct omv_channel_ops, 1);
    ops->poll = has(backend, MP_QSTR_poll) ? channel_poll : NULL;
    ops->lock = has(backend, MP_QSTR_lock) ? channel_lock : NULL;
    ops->unlock = has(backend, MP_QSTR_unlock) ? channel_unlock : NULL;
    ops->size = has(backend, MP_QSTR_size) ? channel_size : NULL;
    ops->shape = has(backend, MP_QSTR_shape) ? channel_shape : NULL;
    ops->read = has(backend, MP_QSTR_read) ? channel_read : NULL;
    ops->map = has(backend, MP_QSTR_readp) ? channel_map : NULL;
    ops->write = has(backend, MP_QSTR_write) ? channel_write : NULL;
    ops->ioctl = has(backend, MP_QSTR_ioctl) ? channel_ioctl : NULL;
    ops->cancel = channel_cancel;
    return ops;
}

static unsigned flags_of(const struct omv_channel_ops *ops) {
    unsigned flags = OMV_CHANNEL_DYNAMIC;
    flags |= ops->read != NULL || ops->map != NULL ? OMV_CHANNEL_READS : 0U;
    flags |= ops->write != NULL ? OMV_CHANNEL_WRITES : 0U;
    flags |= ops->lock != NULL && ops->unlock != NULL ? OMV_CHANNEL_LOCKS : 0U;
    return flags;
}

static int free_slot(void) {
    for (int i = 0; i < CHANNELS_MOST; i++) {
        if (MP_STATE_VM(link_channels)[i] == NULL) {
            return i;
        }
    }
    mp_raise_msg_varg(&mp_type_RuntimeError,
            MP_ERROR_TEXT("a script can have %d channels"), CHANNELS_MOST);
}

static mp_obj_t protocol_register(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_name, ARG_flags, ARG_backend };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_name, MP_ARG_REQUIRED | MP_ARG_OBJ,
                    {.u_obj = MP_OBJ_NULL}},
            {MP_QSTR_flags, MP_ARG_INT, {.u_int = 0}},
            {MP_QSTR_backend, MP_ARG_REQUIRED | MP_ARG_OBJ,
                    {.u_obj = MP_OBJ_NULL}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    size_t length;
    const char *name = mp_obj_str_get_data(args[ARG_name].u_obj, &length);
    if (length == 0 || length >= OMV_NAME_BYTES) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("a name has 1 to %d bytes, not %d"),
                OMV_NAME_BYTES - 1, (int)length);
    }
    if (args[ARG_flags].u_int & OMV_CHANNEL_PHYSICAL) {
        mp_raise_ValueError(
                MP_ERROR_TEXT("the USB port is the only physical channel"));
    }
    int slot = free_slot();
    mp_obj_t backend = args[ARG_backend].u_obj;
    channel_obj *self = mp_obj_malloc(channel_obj, &channel_type);
    self->backend = backend;
    memset(&self->channel, 0, sizeof(self->channel));
    memcpy(self->channel.name, name, length);
    self->channel.ops = ops_of(backend);
    self->channel.flags =
            (uint8_t)(args[ARG_flags].u_int | flags_of(self->channel.ops));
    self->channel.context = self;
    if (has(backend, MP_QSTR_init)) {
        mp_obj_t dest[2];
        mp_load_method(backend, MP_QSTR_init, dest);
        mp_call_method_n_kw(0, 0, dest);
    }
    MP_STATE_VM(link_channels)[slot] = self;
    uint32_t state = port_pendsv_lock();
    self->id = omv_protocol_register(&link_host.protocol, -1, &self->channel);
    port_pendsv_unlock(state);
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(protocol_register_obj, 0, protocol_register);

static mp_obj_t protocol_is_active(void) {
    return mp_obj_new_bool(link_is_host());
}
static MP_DEFINE_CONST_FUN_OBJ_0(protocol_is_active_obj, protocol_is_active);

static mp_obj_t protocol_poll(void) {
    mp_event_handle_nowait();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(protocol_poll_obj, protocol_poll);

// What sessions begin with. The port itself is always served.
static mp_obj_t protocol_init(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum {
        ARG_crc,
        ARG_seq,
        ARG_ack,
        ARG_events,
        ARG_max_payload,
        ARG_soft_reboot,
        ARG_rtx_retries,
        ARG_rtx_timeout_ms,
        ARG_lock_interval_ms,
        ARG_timer_ms
    };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_crc, MP_ARG_BOOL, {.u_bool = true}},
            {MP_QSTR_seq, MP_ARG_BOOL, {.u_bool = true}},
            {MP_QSTR_ack, MP_ARG_BOOL, {.u_bool = true}},
            {MP_QSTR_events, MP_ARG_BOOL, {.u_bool = true}},
            {MP_QSTR_max_payload, MP_ARG_INT, {.u_int = OMV_PAYLOAD_BYTES}},
            {MP_QSTR_soft_reboot, MP_ARG_BOOL, {.u_bool = true}},
            {MP_QSTR_rtx_retries, MP_ARG_INT, {.u_int = 3}},
            {MP_QSTR_rtx_timeout_ms, MP_ARG_INT, {.u_int = 500}},
            {MP_QSTR_lock_interval_ms, MP_ARG_INT, {.u_int = 10}},
            {MP_QSTR_timer_ms, MP_ARG_INT, {.u_int = 0}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_int_t most = args[ARG_max_payload].u_int;
    mp_int_t retries = args[ARG_rtx_retries].u_int;
    mp_int_t rtx_ms = args[ARG_rtx_timeout_ms].u_int;
    mp_int_t lock_ms = args[ARG_lock_interval_ms].u_int;
    if (most < OMV_MIN_PAYLOAD || most > OMV_PAYLOAD_BYTES) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("max_payload is %d to %d bytes, not %d"),
                OMV_MIN_PAYLOAD, OMV_PAYLOAD_BYTES, (int)most);
    }
    if (retries < 0 || retries > 8 || rtx_ms < 1 || rtx_ms > 10000 ||
            lock_ms < 0 || lock_ms > 10000) {
        mp_raise_ValueError(MP_ERROR_TEXT(
                "rtx_retries is 0 to 8, times are at most 10000 ms"));
    }
    struct omv_config config = {
            .caps = (args[ARG_crc].u_bool ? OMV_CAP_CRC : 0U) |
                    (args[ARG_seq].u_bool ? OMV_CAP_SEQ : 0U) |
                    (args[ARG_ack].u_bool ? OMV_CAP_ACK : 0U) |
                    (args[ARG_events].u_bool ? OMV_CAP_EVENTS : 0U),
            .max_payload = (uint16_t)most,
            .retries = (uint8_t)retries,
            .rtx_ms = (uint32_t)rtx_ms,
            .lock_ms = (uint32_t)lock_ms,
    };
    uint32_t state = port_pendsv_lock();
    link_host.protocol.config = config;
    port_pendsv_unlock(state);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(protocol_init_obj, 0, protocol_init);

void link_channels_deinit(void) {
    uint32_t state = port_pendsv_lock();
    for (int i = 0; i < CHANNELS_MOST; i++) {
        channel_obj *self = MP_STATE_VM(link_channels)[i];
        if (self != NULL) {
            omv_protocol_unregister(&link_host.protocol, self->id);
            MP_STATE_VM(link_channels)[i] = NULL;
        }
    }
    call.state = IDLE;
    link_host.protocol.config = omv_config_default;
    port_pendsv_unlock(state);
}

static const mp_rom_map_elem_t protocol_globals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_protocol)},
        {MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&protocol_init_obj)},
        {MP_ROM_QSTR(MP_QSTR_is_active), MP_ROM_PTR(&protocol_is_active_obj)},
        {MP_ROM_QSTR(MP_QSTR_poll), MP_ROM_PTR(&protocol_poll_obj)},
        {MP_ROM_QSTR(MP_QSTR_register), MP_ROM_PTR(&protocol_register_obj)},
        {MP_ROM_QSTR(MP_QSTR_CHANNEL_FLAG_READ), MP_ROM_INT(OMV_CHANNEL_READS)},
        {MP_ROM_QSTR(MP_QSTR_CHANNEL_FLAG_WRITE),
                MP_ROM_INT(OMV_CHANNEL_WRITES)},
        {MP_ROM_QSTR(MP_QSTR_CHANNEL_FLAG_LOCK), MP_ROM_INT(OMV_CHANNEL_LOCKS)},
        {MP_ROM_QSTR(MP_QSTR_CHANNEL_FLAG_PHYSICAL),
                MP_ROM_INT(OMV_CHANNEL_PHYSICAL)},
        {MP_ROM_QSTR(MP_QSTR_CHANNEL_ID_TRANSPORT),
                MP_ROM_INT(OMV_CHANNEL_USB)},
        {MP_ROM_QSTR(MP_QSTR_CHANNEL_ID_STDIN), MP_ROM_INT(OMV_CHANNEL_STDIN)},
        {MP_ROM_QSTR(MP_QSTR_CHANNEL_ID_STDOUT),
                MP_ROM_INT(OMV_CHANNEL_STDOUT)},
        {MP_ROM_QSTR(MP_QSTR_CHANNEL_ID_STREAM),
                MP_ROM_INT(OMV_CHANNEL_STREAM)},
};
static MP_DEFINE_CONST_DICT(protocol_globals, protocol_globals_table);

const mp_obj_module_t protocol_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&protocol_globals,
};

MP_REGISTER_MODULE(MP_QSTR_protocol, protocol_module);
