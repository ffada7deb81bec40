// SPDX-License-Identifier: MIT
// The time module's part of this port; included by extmod/modtime.c.

#include "chip/rtc.h"
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
