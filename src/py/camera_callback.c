// SPDX-License-Identifier: MIT
// Functions of a script that are called when a frame begins or has come, from
// the interrupt: they cannot allocate memory.

#include "board.h"
#include "chip/gpio.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "src/py/camera.h"

MP_REGISTER_ROOT_POINTER(mp_obj_t camera_vsync_function);
MP_REGISTER_ROOT_POINTER(mp_obj_t camera_frame_function);

static bool is_set(mp_obj_t function) {
    return function != MP_OBJ_NULL && function != mp_const_none;
}

// One that raises is not called again.
static void call(mp_obj_t *function, size_t n_args, const mp_obj_t *args) {
    if (!is_set(*function)) {
        return;
    }
    mp_sched_lock();
    gc_lock();
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_n_kw(*function, n_args, 0, args);
        nlr_pop();
    } else {
        *function = mp_const_none;
        mp_print_str(&mp_plat_print, "exception in a callback of the camera\n");
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    gc_unlock();
    mp_sched_unlock();
}

void camera_frame_event(void) {
    call(&MP_STATE_PORT(camera_frame_function), 0, NULL);
}

void camera_vsync_edge(void) {
    mp_obj_t level = MP_OBJ_NEW_SMALL_INT(chip_pin_read(BOARD_CAMERA_VSYNC));
    call(&MP_STATE_PORT(camera_vsync_function), 1, &level);
}

void camera_callbacks_off(void) {
    chip_pin_interrupt(BOARD_CAMERA_VSYNC, 0);
    MP_STATE_PORT(camera_vsync_function) = mp_const_none;
    MP_STATE_PORT(camera_frame_function) = mp_const_none;
}

static mp_obj_t get_or_set(mp_obj_t *function, size_t n_args,
        const mp_obj_t *args) {
    if (n_args == 0) {
        return is_set(*function) ? *function : mp_const_none;
    }
    if (args[0] != mp_const_none && !mp_obj_is_callable(args[0])) {
        mp_raise_TypeError(MP_ERROR_TEXT("expected a function or None"));
    }
    *function = args[0];
    return mp_const_none;
}

mp_obj_t camera_vsync_callback(size_t n_args, const mp_obj_t *args) {
    mp_obj_t *function = &MP_STATE_PORT(camera_vsync_function);
    mp_obj_t result = get_or_set(function, n_args, args);
    if (n_args > 0) {
        chip_pin_interrupt(BOARD_CAMERA_VSYNC,
                is_set(*function) ? CHIP_EDGE_RISING | CHIP_EDGE_FALLING : 0);
    }
    return result;
}

mp_obj_t camera_frame_callback(size_t n_args, const mp_obj_t *args) {
    return get_or_set(&MP_STATE_PORT(camera_frame_function), n_args, args);
}
