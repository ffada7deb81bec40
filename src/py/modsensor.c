// SPDX-License-Identifier: MIT
// The sensor module: the camera under the names of OpenMV's firmware up to 4.

#include "py/runtime.h"
#include "src/py/camera.h"
#include "src/py/camera_constants.h"
#include "src/py/camera_methods.h"

// Importing the module fails where there is no camera.
static mp_obj_t sensor_init(void) {
    camera_find();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(sensor_init_obj, sensor_init);

#define ENTRY(name, object) \
    { MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_PTR(&camera_##object##_obj) }
#define GET_AND_SET(name, object) \
    ENTRY(get_##name, object), ENTRY(set_##name, object)

static const mp_rom_map_elem_t sensor_globals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_sensor)},
        {MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&sensor_init_obj)},
        ENTRY(reset, reset), ENTRY(sleep, sleep), ENTRY(shutdown, shutdown),
        ENTRY(flush, flush), ENTRY(snapshot, snapshot),
        ENTRY(skip_frames, skip_frames), ENTRY(width, width),
        ENTRY(height, height), ENTRY(get_fb, get_fb), ENTRY(get_id, id),
        ENTRY(get_frame_available, readable),
        ENTRY(get_frame_stats, frame_stats),
        ENTRY(alloc_extra_fb, alloc_extra_fb),
        ENTRY(dealloc_extra_fb, dealloc_extra_fb),
        GET_AND_SET(pixformat, pixformat), GET_AND_SET(framesize, framesize),
        GET_AND_SET(framerate, framerate), GET_AND_SET(windowing, window),
        GET_AND_SET(framebuffers, framebuffers),
        ENTRY(set_gainceiling, gainceiling), ENTRY(set_contrast, contrast),
        ENTRY(set_brightness, brightness), ENTRY(set_saturation, saturation),
        ENTRY(set_quality, quality), ENTRY(set_colorbar, colorbar),
        ENTRY(set_auto_gain, auto_gain), ENTRY(get_gain_db, gain_db),
        ENTRY(set_auto_exposure, auto_exposure),
        ENTRY(get_exposure_us, exposure_us),
        ENTRY(set_auto_whitebal, auto_whitebal),
        ENTRY(get_rgb_gain_db, rgb_gain_db), ENTRY(set_auto_blc, auto_blc),
        ENTRY(get_blc_regs, blc_regs), GET_AND_SET(hmirror, hmirror),
        GET_AND_SET(vflip, vflip), GET_AND_SET(transpose, transpose),
        GET_AND_SET(auto_rotation, auto_rotation),
        ENTRY(disable_delays, delays_off), ENTRY(disable_full_flush, flush_off),
        ENTRY(set_special_effect, special_effect),
        ENTRY(set_lens_correction, lens_correction),
        GET_AND_SET(color_palette, color_palette),
        ENTRY(set_vsync_callback, vsync_callback),
        ENTRY(set_frame_callback, frame_callback), ENTRY(ioctl, ioctl),
        ENTRY(__write_reg, write_reg), ENTRY(__read_reg, read_reg),
        CAMERA_CONSTANTS};
static MP_DEFINE_CONST_DICT(sensor_globals, sensor_globals_table);

const mp_obj_module_t sensor_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&sensor_globals,
};

MP_REGISTER_MODULE(MP_QSTR_sensor, sensor_module);
