// SPDX-License-Identifier: MIT
// What a script may ask of the sensor itself.

#include <math.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "src/py/camera.h"
#include "src/py/camera_constants.h"
#include "src/py/camera_methods.h"

// What a chip has no function for: as the firmware that scripts come from, a
// setting gives False, an automatic a line on the console.
static mp_obj_t done(int err, const char *what) {
    if (err == SENSOR_ERR_UNSUPPORTED) {
        return mp_const_false;
    }
    camera_check(err, what);
    camera_changed();
    return mp_const_true;
}

static mp_obj_t done_or_warn(int err, const char *what) {
    if (err == SENSOR_ERR_UNSUPPORTED) {
        mp_printf(&mp_plat_print, "warning: %s: %s cannot do that\n", what,
                the_camera.chip.driver->name);
        return mp_const_none;
    }
    camera_check(err, what);
    camera_changed();
    return mp_const_none;
}

static int level_of(mp_obj_t level) {
    mp_int_t value = mp_obj_get_int(level);
    return value > 1000 ? 1000 : value < -1000 ? -1000 : (int)value;
}

static mp_obj_t tone(sensor_tone what, mp_obj_t level, const char *name) {
    sensor *s = &camera_get()->chip;
    int (*set)(sensor *, sensor_tone, int) = s->driver->tone;
    return done(set ? set(s, what, level_of(level)) : SENSOR_ERR_UNSUPPORTED,
            name);
}

static mp_obj_t camera_contrast(mp_obj_t level) {
    return tone(SENSOR_CONTRAST, level, "contrast");
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_contrast_obj, camera_contrast);

static mp_obj_t camera_brightness(mp_obj_t level) {
    return tone(SENSOR_BRIGHTNESS, level, "brightness");
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_brightness_obj, camera_brightness);

static mp_obj_t camera_saturation(mp_obj_t level) {
    return tone(SENSOR_SATURATION, level, "saturation");
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_saturation_obj, camera_saturation);

static mp_obj_t camera_gainceiling(mp_obj_t times_in) {
    sensor *s = &camera_get()->chip;
    int times = level_of(times_in);
    if (times < 2 || times > 128 || (times & (times - 1)) != 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("gainceiling: expected 2, 4, 8, 16, 32, 64 or "
                              "128, got %d"),
                times);
    }
    int (*set)(sensor *, int) = s->driver->gain_ceiling;
    return done(set ? set(s, times) : SENSOR_ERR_UNSUPPORTED, "gainceiling");
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_gainceiling_obj, camera_gainceiling);

// Of the JPEG files that some chips make.
static mp_obj_t camera_quality(mp_obj_t quality_in) {
    camera_get();
    mp_int_t quality = mp_obj_get_int(quality_in);
    if (quality < 0 || quality > 100) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("quality: expected 0 to 100, got %d"),
                (int)quality);
    }
    return mp_const_false;
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_quality_obj, camera_quality);

static mp_obj_t camera_colorbar(mp_obj_t on) {
    sensor *s = &camera_get()->chip;
    int (*set)(sensor *, bool) = s->driver->colour_bar;
    return done(set ? set(s, mp_obj_is_true(on)) : SENSOR_ERR_UNSUPPORTED,
            "colorbar");
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_colorbar_obj, camera_colorbar);

static mp_obj_t camera_special_effect(mp_obj_t effect_in) {
    sensor *s = &camera_get()->chip;
    mp_int_t effect = mp_obj_get_int(effect_in);
    if (effect != CAMERA_NORMAL && effect != CAMERA_NEGATIVE) {
        mp_raise_ValueError(MP_ERROR_TEXT("expected NORMAL or NEGATIVE"));
    }
    int (*set)(sensor *, bool) = s->driver->negative;
    return done(set ? set(s, effect == CAMERA_NEGATIVE)
                    : SENSOR_ERR_UNSUPPORTED,
            "special_effect");
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_special_effect_obj, camera_special_effect);

static mp_obj_t camera_lens_correction(mp_obj_t on, mp_obj_t radius,
        mp_obj_t coefficient) {
    sensor *s = &camera_get()->chip;
    int (*set)(sensor *, bool, int, int) = s->driver->lens;
    return done(set ? set(s, mp_obj_is_true(on), level_of(radius),
                              level_of(coefficient))
                    : SENSOR_ERR_UNSUPPORTED,
            "lens_correction");
}
MP_DEFINE_CONST_FUN_OBJ_3(camera_lens_correction_obj, camera_lens_correction);

// --- automatics -------------------------------------------------------------

static float decibels(mp_obj_t value) {
    return value == mp_const_none ? NAN : (float)mp_obj_get_float(value);
}

static mp_obj_t camera_auto_gain(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_enable, ARG_gain_db, ARG_gain_db_ceiling };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_enable, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = NULL}},
            {MP_QSTR_gain_db, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_gain_db_ceiling, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    sensor *s = &camera_get()->chip;
    int err = SENSOR_ERR_UNSUPPORTED;
    if (s->driver->auto_gain) {
        err = s->driver->auto_gain(s, mp_obj_is_true(args[ARG_enable].u_obj),
                decibels(args[ARG_gain_db].u_obj),
                decibels(args[ARG_gain_db_ceiling].u_obj));
    }
    return done_or_warn(err, "auto_gain");
}
MP_DEFINE_CONST_FUN_OBJ_KW(camera_auto_gain_obj, 1, camera_auto_gain);

static mp_obj_t camera_gain_db(void) {
    sensor *s = &camera_get()->chip;
    float db = 0;
    int err = SENSOR_ERR_UNSUPPORTED;
    if (s->driver->gain_db) {
        err = s->driver->gain_db(s, &db);
    }
    camera_check(err, "gain_db");
    return mp_obj_new_float((mp_float_t)db);
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_gain_db_obj, camera_gain_db);

static mp_obj_t camera_auto_exposure(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_enable, ARG_exposure_us };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_enable, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = NULL}},
            {MP_QSTR_exposure_us, MP_ARG_INT, {.u_int = -1}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    sensor *s = &camera_get()->chip;
    int err = SENSOR_ERR_UNSUPPORTED;
    if (s->driver->auto_exposure) {
        err = s->driver->auto_exposure(s,
                mp_obj_is_true(args[ARG_enable].u_obj),
                (int)args[ARG_exposure_us].u_int);
    }
    return done_or_warn(err, "auto_exposure");
}
MP_DEFINE_CONST_FUN_OBJ_KW(camera_auto_exposure_obj, 1, camera_auto_exposure);

static mp_obj_t camera_exposure_us(void) {
    sensor *s = &camera_get()->chip;
    int us = 0;
    int err = SENSOR_ERR_UNSUPPORTED;
    if (s->driver->exposure_us) {
        err = s->driver->exposure_us(s, &us);
    }
    camera_check(err, "exposure_us");
    return mp_obj_new_int(us);
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_exposure_us_obj, camera_exposure_us);

static mp_obj_t camera_auto_whitebal(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_enable, ARG_rgb_gain_db };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_enable, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = NULL}},
            {MP_QSTR_rgb_gain_db, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    sensor *s = &camera_get()->chip;
    float rgb[3];
    bool given = args[ARG_rgb_gain_db].u_obj != mp_const_none;
    if (given) {
        mp_obj_t *items;
        mp_obj_get_array_fixed_n(args[ARG_rgb_gain_db].u_obj, 3, &items);
        for (size_t i = 0; i < 3; i++) {
            rgb[i] = (float)mp_obj_get_float(items[i]);
            given = given && isfinite(rgb[i]);
        }
    }
    int err = SENSOR_ERR_UNSUPPORTED;
    if (s->driver->auto_white) {
        err = s->driver->auto_white(s, mp_obj_is_true(args[ARG_enable].u_obj),
                given ? rgb : NULL);
    }
    return done_or_warn(err, given ? "rgb_gain_db" : "auto_whitebal");
}
MP_DEFINE_CONST_FUN_OBJ_KW(camera_auto_whitebal_obj, 1, camera_auto_whitebal);

// Zeros from a chip that keeps its gains to itself.
static mp_obj_t camera_rgb_gain_db(void) {
    sensor *s = &camera_get()->chip;
    float rgb[3] = {0, 0, 0};
    if (s->driver->white_db) {
        camera_check(s->driver->white_db(s, rgb), "rgb_gain_db");
    }
    mp_obj_t items[3];
    for (size_t i = 0; i < 3; i++) {
        items[i] = mp_obj_new_float((mp_float_t)rgb[i]);
    }
    return mp_obj_new_tuple(3, items);
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_rgb_gain_db_obj, camera_rgb_gain_db);

static mp_obj_t camera_auto_blc(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { ARG_enable, ARG_regs };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_enable, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_obj = NULL}},
            {MP_QSTR_regs, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    sensor *s = &camera_get()->chip;
    int levels[SENSOR_BLACK_LEVELS] = {0};
    bool given = args[ARG_regs].u_obj != mp_const_none;
    int err = SENSOR_ERR_UNSUPPORTED;
    if (s->driver->auto_black) {
        mp_obj_t *items = NULL;
        if (given) {
            mp_obj_get_array_fixed_n(args[ARG_regs].u_obj,
                    s->driver->black_levels, &items);
        }
        for (size_t i = 0; given && i < s->driver->black_levels; i++) {
            levels[i] = (int)mp_obj_get_int(items[i]);
        }
        err = s->driver->auto_black(s, mp_obj_is_true(args[ARG_enable].u_obj),
                given ? levels : NULL);
    }
    return done_or_warn(err, "auto_blc");
}
MP_DEFINE_CONST_FUN_OBJ_KW(camera_auto_blc_obj, 1, camera_auto_blc);

static mp_obj_t camera_blc_regs(void) {
    sensor *s = &camera_get()->chip;
    int levels[SENSOR_BLACK_LEVELS] = {0};
    int err = SENSOR_ERR_UNSUPPORTED;
    if (s->driver->black_level) {
        err = s->driver->black_level(s, levels);
    }
    camera_check(err, "blc_regs");
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (size_t i = 0; i < s->driver->black_levels; i++) {
        mp_obj_list_append(list, MP_OBJ_NEW_SMALL_INT(levels[i]));
    }
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_0(camera_blc_regs_obj, camera_blc_regs);

// --- which way round --------------------------------------------------------

static mp_obj_t turn(bool *setting, size_t n_args, const mp_obj_t *args) {
    if (n_args == 0) {
        return mp_obj_new_bool(*setting);
    }
    if (*setting != mp_obj_is_true(args[0])) {
        *setting = !*setting;
        camera_configure();
    }
    return mp_const_none;
}

static mp_obj_t camera_hmirror(size_t n_args, const mp_obj_t *args) {
    return turn(&camera_get()->chip.mirror, n_args, args);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_hmirror_obj, 0, 1, camera_hmirror);

static mp_obj_t camera_vflip(size_t n_args, const mp_obj_t *args) {
    return turn(&camera_get()->chip.flip, n_args, args);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_vflip_obj, 0, 1, camera_vflip);

static mp_obj_t camera_transpose(size_t n_args, const mp_obj_t *args) {
    return turn(&camera_get()->transpose, n_args, args);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_transpose_obj, 0, 1,
        camera_transpose);

static mp_obj_t camera_auto_rotation(size_t n_args, const mp_obj_t *args) {
    if (n_args > 0 && mp_obj_is_true(args[0])) {
        mp_raise_msg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("auto_rotation: this camera has no motion "
                              "sensor"));
    }
    return n_args > 0 ? mp_const_none : mp_const_false;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_auto_rotation_obj, 0, 1,
        camera_auto_rotation);

// For chips that see heat; kept for those who ask.
static mp_obj_t camera_color_palette(size_t n_args, const mp_obj_t *args) {
    static mp_int_t palette;
    if (n_args == 0) {
        return MP_OBJ_NEW_SMALL_INT(palette);
    }
    palette = mp_obj_get_int(args[0]);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_color_palette_obj, 0, 1,
        camera_color_palette);

static mp_obj_t vsync_callback(size_t n_args, const mp_obj_t *args) {
    camera_get();
    return camera_vsync_callback(n_args, args);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_vsync_callback_obj, 0, 1,
        vsync_callback);

static mp_obj_t frame_callback(size_t n_args, const mp_obj_t *args) {
    camera_get();
    return camera_frame_callback(n_args, args);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(camera_frame_callback_obj, 0, 1,
        frame_callback);

// --- registers and requests -------------------------------------------------

static uint16_t word_of(mp_obj_t value, const char *what) {
    mp_int_t number = mp_obj_get_int(value);
    if (number < 0 || number > 0xFFFF) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("%s: expected 0 to 65535, got %d"), what,
                (int)number);
    }
    return (uint16_t)number;
}

static mp_obj_t camera_write_reg(mp_obj_t reg, mp_obj_t value) {
    sensor *s = &camera_get()->chip;
    camera_check(sensor_write(s, word_of(reg, "register"),
                         word_of(value, "value")),
            "register");
    camera_changed();
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(camera_write_reg_obj, camera_write_reg);

static mp_obj_t camera_read_reg(mp_obj_t reg) {
    sensor *s = &camera_get()->chip;
    uint16_t value;
    camera_check(sensor_read(s, word_of(reg, "register"), &value), "register");
    return MP_OBJ_NEW_SMALL_INT(value);
}
MP_DEFINE_CONST_FUN_OBJ_1(camera_read_reg_obj, camera_read_reg);

static mp_obj_t set_readout(sensor *s, size_t n_args, const mp_obj_t *args) {
    size_t count = n_args;
    mp_obj_t *items = (mp_obj_t *)args;
    if (n_args == 1) {
        mp_obj_get_array(args[0], &count, &items);
    }
    if (count != 2 && count != 4) {
        mp_raise_ValueError(MP_ERROR_TEXT("expected (w, h) or (x, y, w, h)"));
    }
    size_t at = count - 2;
    sensor_readout r = {
            .x = count == 4 ? (int32_t)mp_obj_get_int(items[0]) : 0,
            .y = count == 4 ? (int32_t)mp_obj_get_int(items[1]) : 0,
            .width = (int32_t)mp_obj_get_int(items[at]),
            .height = (int32_t)mp_obj_get_int(items[at + 1]),
    };
    if (r.width < 1 || r.height < 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("a window has at least one pixel"));
    }
    s->readout = r;
    camera_configure();
    return mp_const_none;
}

static mp_obj_t get_readout(const sensor *s) {
    bool all = s->readout.width == 0;
    mp_obj_t items[4] = {
            mp_obj_new_int(s->readout.x),
            mp_obj_new_int(s->readout.y),
            mp_obj_new_int(all ? s->driver->max_width : s->readout.width),
            mp_obj_new_int(all ? s->driver->max_height : s->readout.height),
    };
    return mp_obj_new_tuple(4, items);
}

static mp_obj_t camera_ioctl(size_t n_args, const mp_obj_t *args) {
    sensor *s = &camera_get()->chip;
    mp_int_t request = mp_obj_get_int(args[0]);
    bool windows = s->driver->has_readout;
    if (request == CAMERA_SET_READOUT_WINDOW && windows && n_args > 1) {
        return set_readout(s, n_args - 1, args + 1);
    }
    if (request == CAMERA_GET_READOUT_WINDOW && windows) {
        return get_readout(s);
    }
    if (request == CAMERA_SET_NIGHT_MODE && s->driver->night && n_args > 1) {
        camera_check(s->driver->night(s, mp_obj_is_true(args[1])),
                "night mode");
        return mp_const_none;
    }
    if (request == CAMERA_GET_NIGHT_MODE && s->driver->is_night) {
        bool on;
        camera_check(s->driver->is_night(s, &on), "night mode");
        return mp_obj_new_bool(on);
    }
    mp_raise_msg_varg(&mp_type_RuntimeError,
            MP_ERROR_TEXT("ioctl: %s does not know request 0x%x with %u "
                          "arguments"),
            s->driver->name, (unsigned)request, (unsigned)n_args - 1);
}
MP_DEFINE_CONST_FUN_OBJ_VAR(camera_ioctl_obj, 1, camera_ioctl);
