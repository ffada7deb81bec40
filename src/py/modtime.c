// SPDX-License-Identifier: MIT
// The time module's part of this port; included by extmod/modtime.c.

#include "chip/rtc.h"
#include "chip/systick.h"
#include "py/mperrno.h"
#include "shared/timeutils/timeutils.h"

static void clock_now(struct chip_time *t) {
    if (chip_rtc_get(t)) {
        mp_raise_OSError(MP_EIO);
    }
}

static mp_obj_t mp_time_localtime_get(void) {
    struct chip_time t;
    clock_now(&t);
    mp_obj_t tuple[8] = {
            MP_OBJ_NEW_SMALL_INT(t.year),
            MP_OBJ_NEW_SMALL_INT(t.month),
            MP_OBJ_NEW_SMALL_INT(t.day),
            MP_OBJ_NEW_SMALL_INT(t.hour),
            MP_OBJ_NEW_SMALL_INT(t.minute),
            MP_OBJ_NEW_SMALL_INT(t.second),
            MP_OBJ_NEW_SMALL_INT(t.weekday - 1),
            MP_OBJ_NEW_SMALL_INT(timeutils_year_day(t.year, t.month, t.day)),
    };
    return mp_obj_new_tuple(8, tuple);
}

static mp_obj_t mp_time_time_get(void) {
    struct chip_time t;
    clock_now(&t);
    return mp_obj_new_int(timeutils_seconds_since_epoch(t.year, t.month, t.day,
            t.hour, t.minute, t.second));
}

// clock: frames a second, and milliseconds a frame, since it was made.
typedef struct clock_object {
    mp_obj_base_t base;
    uint32_t start_us; // of the frame under way
    uint64_t total_us;
    uint32_t frames;
} clock_object;

static mp_obj_t clock_make_new(const mp_obj_type_t *type, size_t n_args,
        size_t n_kw, const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    clock_object *clock = mp_obj_malloc(clock_object, type);
    clock->start_us = chip_us();
    clock->total_us = 0;
    clock->frames = 0;
    return MP_OBJ_FROM_PTR(clock);
}

// A frame begins.
static mp_obj_t clock_tick(mp_obj_t self) {
    ((clock_object *)MP_OBJ_TO_PTR(self))->start_us = chip_us();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(clock_tick_obj, clock_tick);

// It ends: fps() and avg() both count one.
static clock_object *clock_count(mp_obj_t self) {
    clock_object *clock = MP_OBJ_TO_PTR(self);
    clock->frames++;
    clock->total_us += chip_us() - clock->start_us;
    return clock;
}

static mp_obj_t clock_fps(mp_obj_t self) {
    clock_object *clock = clock_count(self);
    uint64_t total = clock->total_us ? clock->total_us : 1;
    return mp_obj_new_float(1e6 * clock->frames / (mp_float_t)total);
}
static MP_DEFINE_CONST_FUN_OBJ_1(clock_fps_obj, clock_fps);

static mp_obj_t clock_avg(mp_obj_t self) {
    clock_object *clock = clock_count(self);
    return mp_obj_new_float((mp_float_t)clock->total_us / 1e3 / clock->frames);
}
static MP_DEFINE_CONST_FUN_OBJ_1(clock_avg_obj, clock_avg);

static mp_obj_t clock_reset(mp_obj_t self) {
    clock_object *clock = MP_OBJ_TO_PTR(self);
    clock->start_us = chip_us();
    clock->total_us = 0;
    clock->frames = 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(clock_reset_obj, clock_reset);

static const mp_rom_map_elem_t clock_locals_table[] = {
        {MP_ROM_QSTR(MP_QSTR_tick), MP_ROM_PTR(&clock_tick_obj)},
        {MP_ROM_QSTR(MP_QSTR_fps), MP_ROM_PTR(&clock_fps_obj)},
        {MP_ROM_QSTR(MP_QSTR_avg), MP_ROM_PTR(&clock_avg_obj)},
        {MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&clock_reset_obj)},
};
static MP_DEFINE_CONST_DICT(clock_locals, clock_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(clock_type, MP_QSTR_clock, MP_TYPE_FLAG_NONE,
        make_new, clock_make_new, locals_dict, &clock_locals);

#define MICROPY_PY_TIME_EXTRA_GLOBALS \
    {MP_ROM_QSTR(MP_QSTR_clock), MP_ROM_PTR(&clock_type)},
