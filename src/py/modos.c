// SPDX-License-Identifier: MIT
// The os module's part of this port; included by extmod/modos.c.

#include "chip/rng.h"
#include "py/mperrno.h"

static mp_obj_t mp_os_urandom(mp_obj_t count_in) {
    mp_int_t count = mp_obj_get_int(count_in);
    if (count < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("negative count"));
    }
    vstr_t bytes;
    vstr_init_len(&bytes, count);
    for (mp_int_t i = 0; i < count; i += 4) {
        uint32_t word;
        if (chip_rng(&word)) {
            mp_raise_OSError(MP_EIO);
        }
        mp_int_t left = count - i;
        memcpy(bytes.buf + i, &word, left < 4 ? left : 4);
    }
    return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mp_os_urandom_obj, mp_os_urandom);
