// SPDX-License-Identifier: MIT
// machine.RTC: the calendar clock.

#include "chip/rtc.h"
#include "extmod/modmachine.h"
#include "py/runtime.h"
#include "shared/timeutils/timeutils.h"
#include "src/py/port.h"

static const mp_obj_base_t the_rtc = {&machine_rtc_type};

static mp_obj_t rtc_make_new(const mp_obj_type_t *type, size_t n_args,
        size_t n_kw, const mp_obj_t *args) {
    (void)type;
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&the_rtc);
}

// (year, month, day, weekday, hour, minute, second, subseconds), where Monday
// is weekday 1 and subseconds are microseconds.
static mp_obj_t rtc_datetime(size_t n_args, const mp_obj_t *args) {
    struct chip_time t;
    if (n_args == 1) {
        port_check(chip_rtc_get(&t));
        mp_obj_t tuple[8] = {
                MP_OBJ_NEW_SMALL_INT(t.year),
                MP_OBJ_NEW_SMALL_INT(t.month),
                MP_OBJ_NEW_SMALL_INT(t.day),
                MP_OBJ_NEW_SMALL_INT(t.weekday),
                MP_OBJ_NEW_SMALL_INT(t.hour),
                MP_OBJ_NEW_SMALL_INT(t.minute),
                MP_OBJ_NEW_SMALL_INT(t.second),
                MP_OBJ_NEW_SMALL_INT(t.micros),
        };
        return mp_obj_new_tuple(8, tuple);
    }
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(args[1], 8, &items);
    int field[8];
    for (int i = 0; i < 8; i++) {
        mp_int_t value = mp_obj_get_int(items[i]);
        field[i] = value < 0 || value > 9999 ? 9999 : value;
    }
    // Every field but the year fits a byte; what does not is no date.
    bool fits = true;
    for (int i = 1; i < 7; i++) {
        fits = fits && field[i] < 100;
    }
    t = (struct chip_time){
            .year = field[0],
            .month = field[1],
            .day = field[2],
            .hour = field[4],
            .minute = field[5],
            .second = field[6],
    };
    if (fits && t.year >= 2000 && t.month >= 1 && t.month <= 12) {
        // The weekday follows from the date, whatever the caller says.
        timeutils_struct_time_t tm;
        timeutils_seconds_since_epoch_to_struct_time(
                timeutils_seconds_since_epoch(t.year, t.month, t.day, 0, 0, 0),
                &tm);
        t.weekday = tm.tm_wday + 1;
    }
    if (!fits || chip_rtc_set(&t) == CHIP_EINVAL) {
        mp_raise_ValueError(MP_ERROR_TEXT("no such date"));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rtc_datetime_obj, 1, 2,
        rtc_datetime);

static const mp_rom_map_elem_t rtc_locals_table[] = {
        {MP_ROM_QSTR(MP_QSTR_datetime), MP_ROM_PTR(&rtc_datetime_obj)},
};
static MP_DEFINE_CONST_DICT(rtc_locals, rtc_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(machine_rtc_type, MP_QSTR_RTC, MP_TYPE_FLAG_NONE,
        make_new, rtc_make_new, locals_dict, &rtc_locals);
