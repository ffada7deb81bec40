// SPDX-License-Identifier: MIT
// Life cycle, frame settings and snapshots, as scripts call them.

#include <math.h>

#include "chip/systick.h"
#include "image/code.h"
#include "image/frame.h"
#include "link/preview.h"
#include "py/mphal.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "src/py/camera.h"
#include "src/py/camera_methods.h"
#include "src/py/image_args.h"
#include "src/py/image_object.h"

static mp_obj_t reset_camera(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    static const mp_arg_t allowed[] = {
            {MP_QSTR_hard, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = true}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    camera_reset(args[0].u_bool);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(camera_reset_obj, 0, reset_camera);

static mp_obj_t camera_shutdown(mp_obj_t down_in) {
    camera *c = &the_camera;
    camera_find();
    bool down = mp_obj_is_true(down_in);
    camera_stop();
    sensor_shutdown(&c->chip, down);
    if (!down) {
        camera_reset(false);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_shutdown_obj, camera_shutdown);

static mp_obj_t camera_sleep(mp_obj_t on_in) {
    camera *c = camera_get();
    bool on = mp_obj_is_true(on_in);
    if (on) {
        camera_stop();
    }
    camera_check(c->chip.driver->sleep(&c->chip, on), "sleep");
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_sleep_obj, camera_sleep);

// Shows the host the frame as it is now.
static mp_obj_t camera_flush(void) {
    if (the_camera.shown) {
        preview_frame(&the_camera.frame);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_flush_obj, camera_flush);

// --- snapshots --------------------------------------------------------------

static mp_obj_t image_now(void) {
    camera *c = &the_camera;
    return image_object_new(&c->frame, c->owner);
}

// Stretches the frame over all of another image.
static void copy_into(mp_obj_t to_in) {
    const img_image *to = image_object_pixels(to_in);
    const img_image *from = &the_camera.frame;
    for (int32_t y = 0; y < to->height; y++) {
        int32_t from_y = (2 * y + 1) * from->height / (2 * to->height);
        for (int32_t x = 0; x < to->width; x++) {
            int32_t from_x = (2 * x + 1) * from->width / (2 * to->width);
            img_set(to, x, y, img_get(from, from_x, from_y));
        }
    }
}

// Takes frames and forgets them: for `time` ms or `frames` of them, whichever
// is over first; -1 is no limit.
static void discard(mp_int_t time, mp_int_t frames, bool wait) {
    uint32_t start = chip_ms();
    while (frames != 0 && (time < 0 || chip_ms() - start < (uint32_t)time)) {
        if (!camera_snapshot(wait)) {
            mp_event_wait_ms(1);
        } else if (frames > 0) {
            frames--;
        }
    }
}

static mp_obj_t take_snapshot(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_time, ARG_frames, ARG_blocking, ARG_image };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_time, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_frames, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_blocking, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = true}},
            {MP_QSTR_image, MP_ARG_KW_ONLY | MP_ARG_OBJ,
                    {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_int_t time = args[ARG_time].u_int;
    mp_int_t frames = args[ARG_frames].u_int;
    bool wait = args[ARG_blocking].u_bool;
    if (time >= 0 || frames >= 0) {
        discard(time, frames, wait);
        return mp_const_none;
    }
    mp_obj_t to = args[ARG_image].u_obj;
    if (to != mp_const_none) {
        image_object_pixels(to);
    }
    if (!camera_snapshot(wait)) {
        return mp_const_none;
    }
    if (to != mp_const_none) {
        copy_into(to);
        return mp_const_none;
    }
    return image_now();
}
MP_DEFINE_CONST_FUN_OBJ_KW(camera_snapshot_obj, 0, take_snapshot);

static mp_obj_t camera_skip_frames(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_n, ARG_time };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_n, MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_time, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_int_t frames = args[ARG_n].u_int;
    mp_int_t time = args[ARG_time].u_int;
    discard(frames < 0 && time < 0 ? 300 : time, frames, true);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(camera_skip_frames_obj, 0, camera_skip_frames);

static mp_obj_t camera_readable(void) {
    return mp_obj_new_bool(
            the_camera.running && queue_ready(&the_camera.queue));
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_readable_obj, camera_readable);

static mp_obj_t camera_get_fb(void) {
    return the_camera.shown ? image_now() : mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_get_fb_obj, camera_get_fb);

// (fps, sent, dropped, broken): frames a second the sensor sends, and how many
// since the last reset; how many of them no snapshot returned, and how many of
// those were incomplete.
static mp_obj_t camera_frame_stats(void) {
    static const qstr names[] = {MP_QSTR_fps, MP_QSTR_sent, MP_QSTR_dropped,
            MP_QSTR_broken};
    camera *c = camera_get();
    mp_float_t fps = c->period_us ? 1e6 / c->period_us : 0;
    mp_obj_t items[] = {mp_obj_new_float(fps),
            mp_obj_new_int_from_uint(c->queue.sent),
            mp_obj_new_int_from_uint(c->queue.dropped),
            mp_obj_new_int_from_uint(c->queue.broken)};
    return mp_obj_new_attrtuple(names, MP_ARRAY_SIZE(items), items);
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_frame_stats_obj, camera_frame_stats);

// An image in the heap, for scripts of a time when frame buffers were shared.
static mp_obj_t camera_alloc_extra_fb(mp_obj_t width, mp_obj_t height,
        mp_obj_t format) {
    mp_obj_t args[] = {width, height, format};
    return MP_OBJ_TYPE_GET_SLOT(&image_type, make_new)(&image_type, 3, 0, args);
}
MP_DEFINE_CONST_FUN_OBJ_3(camera_alloc_extra_fb_obj, camera_alloc_extra_fb);

static mp_obj_t camera_dealloc_extra_fb(void) {
    return mp_const_none; // the collector does
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_dealloc_extra_fb_obj, camera_dealloc_extra_fb);

// --- settings of the frame --------------------------------------------------

static camera *sized(void) {
    camera *c = camera_get();
    if (c->size_number == SENSOR_SIZE_NONE) {
        mp_raise_msg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("framesize has not been set"));
    }
    return c;
}

static mp_obj_t camera_width(void) {
    return MP_OBJ_NEW_SMALL_INT(sized()->size.width);
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_width_obj, camera_width);

static mp_obj_t camera_height(void) {
    return MP_OBJ_NEW_SMALL_INT(sized()->size.height);
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_height_obj, camera_height);

static mp_obj_t camera_id(void) {
    camera_find();
    return MP_OBJ_NEW_SMALL_INT(the_camera.chip.driver->id);
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_id_obj, camera_id);

static mp_obj_t camera_pixformat(size_t n_args, const mp_obj_t *args) {
    camera *c = camera_get();
    if (n_args == 0) {
        if (!c->has_format) {
            mp_raise_msg(&mp_type_RuntimeError,
                    MP_ERROR_TEXT("pixformat has not been set"));
        }
        return mp_obj_new_int_from_uint(img_code_of(c->format));
    }
    camera_set_format(image_args_format(args[0]));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_pixformat_obj, 0, 1,
        camera_pixformat);

static uint16_t side(mp_obj_t value) {
    mp_int_t pixels = mp_obj_get_int(value);
    return pixels < 0 ? 0 : pixels > 0xFFFF ? 0xFFFF : (uint16_t)pixels;
}

// The number of a named size, (width, height) of others.
static mp_obj_t camera_framesize(size_t n_args, const mp_obj_t *args) {
    if (n_args == 0) {
        camera *c = sized();
        if (c->size_number != SENSOR_SIZE_CUSTOM) {
            return MP_OBJ_NEW_SMALL_INT(c->size_number);
        }
        mp_obj_t items[2] = {MP_OBJ_NEW_SMALL_INT(c->size.width),
                MP_OBJ_NEW_SMALL_INT(c->size.height)};
        return mp_obj_new_tuple(2, items);
    }
    if (mp_obj_is_int(args[0])) {
        int32_t number = (int32_t)mp_obj_get_int(args[0]);
        sensor_extent size = sensor_size(number);
        if (size.width == 0) {
            mp_raise_msg_varg(&mp_type_ValueError,
                    MP_ERROR_TEXT("framesize: %d is none"), (int)number);
        }
        camera_set_size(number, size);
        return mp_const_none;
    }
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(args[0], 2, &items);
    sensor_extent size = {side(items[0]), side(items[1])};
    camera_set_size(SENSOR_SIZE_CUSTOM, size);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_framesize_obj, 0, 1,
        camera_framesize);

static mp_obj_t camera_framerate(size_t n_args, const mp_obj_t *args) {
    camera *c = camera_get();
    if (n_args == 0) {
        sized();
        return mp_obj_new_int(lroundf(c->chip.driver->rate(&c->chip)));
    }
    mp_int_t fps = mp_obj_get_int(args[0]);
    if (fps < 1 || fps > 1000) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("framerate: expected 1 to 1000, got %d"),
                (int)fps);
    }
    c->chip.fps = (uint16_t)fps;
    camera_configure();
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_framerate_obj, 0, 1,
        camera_framerate);

static mp_obj_t window_now(const camera *c) {
    bool all = c->window.width == 0;
    mp_obj_t items[4] = {
            MP_OBJ_NEW_SMALL_INT(all ? 0 : c->window.x),
            MP_OBJ_NEW_SMALL_INT(all ? 0 : c->window.y),
            MP_OBJ_NEW_SMALL_INT(all ? c->size.width : c->window.width),
            MP_OBJ_NEW_SMALL_INT(all ? c->size.height : c->window.height),
    };
    return mp_obj_new_tuple(4, items);
}

// Cuts `*from` … `*from + *count` to 0 … size; false when nothing is left.
static bool cut(int32_t *from, int32_t *count, int32_t size) {
    int64_t end = (int64_t)*from + *count;
    *from = *from < 0 ? 0 : *from;
    *count = (int32_t)((end < size ? end : size) - *from);
    return *count > 0;
}

// (w, h) in the middle or (x, y, w, h), packed or loose. What lies beyond the
// frame is cut off.
static mp_obj_t camera_window(size_t n_args, const mp_obj_t *args) {
    camera *c = sized();
    if (n_args == 0) {
        return window_now(c);
    }
    size_t count = n_args;
    mp_obj_t *items = (mp_obj_t *)args;
    if (n_args == 1) {
        mp_obj_get_array(args[0], &count, &items);
    }
    if (count != 2 && count != 4) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("window: expected (w, h) or (x, y, w, h), got "
                              "%u numbers"),
                (unsigned)count);
    }
    int32_t n[4];
    for (size_t i = 0; i < count; i++) {
        n[4 - count + i] = (int32_t)mp_obj_get_int(items[i]);
    }
    if (n[2] < 1 || n[3] < 1) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("window: %d x %d has no pixel"), (int)n[2],
                (int)n[3]);
    }
    if (count == 2) {
        n[0] = c->size.width / 2 - n[2] / 2;
        n[1] = c->size.height / 2 - n[3] / 2;
    }
    int32_t asked[4] = {n[0], n[1], n[2], n[3]};
    if (!cut(&n[0], &n[2], c->size.width) ||
            !cut(&n[1], &n[3], c->size.height)) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("window: (%d, %d, %d, %d) lies outside of the "
                              "frame of %u x %u"),
                (int)asked[0], (int)asked[1], (int)asked[2], (int)asked[3],
                c->size.width, c->size.height);
    }
    camera_set_window(n[0], n[1], n[2], n[3]);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_window_obj, 0, 4, camera_window);

static mp_obj_t camera_framebuffers(size_t n_args, const mp_obj_t *args) {
    if (n_args == 0) {
        camera *c = sized();
        if (!c->running && c->has_format) {
            camera_allocate();
        }
        return MP_OBJ_NEW_SMALL_INT(c->buffers);
    }
    mp_int_t count = mp_obj_get_int(args[0]);
    if (count < 1 || count > FRAME_BUFFERS_MAX) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("framebuffers: expected 1 to 3, got %d"),
                (int)count);
    }
    camera_set_buffers((unsigned)count);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_framebuffers_obj, 0, 1,
        camera_framebuffers);

// --- habits -----------------------------------------------------------------

static mp_obj_t habit(bool *setting, size_t n_args, const mp_obj_t *args) {
    if (n_args == 0) {
        return mp_obj_new_bool(*setting);
    }
    *setting = mp_obj_is_true(args[0]);
    return mp_const_none;
}

static mp_obj_t camera_delays_off(size_t n_args, const mp_obj_t *args) {
    return habit(&the_camera.chip.quick, n_args, args);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_delays_off_obj, 0, 1,
        camera_delays_off);

static mp_obj_t camera_flush_off(size_t n_args, const mp_obj_t *args) {
    bool off = !the_camera.flush;
    mp_obj_t result = habit(&off, n_args, args);
    the_camera.flush = !off;
    return result;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_flush_off_obj, 0, 1,
        camera_flush_off);
