// SPDX-License-Identifier: MIT
// The functions that both modules give to scripts, under their old and their
// new names. They take no `self`: there is one camera.
#pragma once

#include "py/obj.h"

// camera_frames.c
MP_DECLARE_CONST_FUN_OBJ_KW(camera_reset_obj);
MP_DECLARE_CONST_FUN_OBJ_1(camera_shutdown_obj);
MP_DECLARE_CONST_FUN_OBJ_1(camera_sleep_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_flush_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(camera_snapshot_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(camera_skip_frames_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_width_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_height_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_id_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_readable_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_get_fb_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_frame_stats_obj);
MP_DECLARE_CONST_FUN_OBJ_3(camera_alloc_extra_fb_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_dealloc_extra_fb_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_pixformat_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_framesize_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_framerate_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_window_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_framebuffers_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_delays_off_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_flush_off_obj);

// camera_controls.c
MP_DECLARE_CONST_FUN_OBJ_1(camera_contrast_obj);
MP_DECLARE_CONST_FUN_OBJ_1(camera_brightness_obj);
MP_DECLARE_CONST_FUN_OBJ_1(camera_saturation_obj);
MP_DECLARE_CONST_FUN_OBJ_1(camera_gainceiling_obj);
MP_DECLARE_CONST_FUN_OBJ_1(camera_quality_obj);
MP_DECLARE_CONST_FUN_OBJ_1(camera_colorbar_obj);
MP_DECLARE_CONST_FUN_OBJ_1(camera_special_effect_obj);
MP_DECLARE_CONST_FUN_OBJ_3(camera_lens_correction_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(camera_auto_gain_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_gain_db_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(camera_auto_exposure_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_exposure_us_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(camera_auto_whitebal_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_rgb_gain_db_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(camera_auto_blc_obj);
MP_DECLARE_CONST_FUN_OBJ_0(camera_blc_regs_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_hmirror_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_vflip_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_transpose_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_auto_rotation_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_color_palette_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_vsync_callback_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(camera_frame_callback_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(camera_ioctl_obj);
MP_DECLARE_CONST_FUN_OBJ_2(camera_write_reg_obj);
MP_DECLARE_CONST_FUN_OBJ_1(camera_read_reg_obj);

// The requests of ioctl(), with the numbers that other firmware gives them.
enum {
    CAMERA_SET_READOUT_WINDOW = 0x100,
    CAMERA_GET_READOUT_WINDOW = 0x01,
    CAMERA_SET_TRIGGERED_MODE = 0x02,
    CAMERA_GET_TRIGGERED_MODE = 0x03,
    CAMERA_SET_FOV_WIDE = 0x04,
    CAMERA_GET_FOV_WIDE = 0x05,
    CAMERA_TRIGGER_AUTO_FOCUS = 0x06,
    CAMERA_PAUSE_AUTO_FOCUS = 0x07,
    CAMERA_RESET_AUTO_FOCUS = 0x08,
    CAMERA_WAIT_ON_AUTO_FOCUS = 0x09,
    CAMERA_SET_NIGHT_MODE = 0x0A,
    CAMERA_GET_NIGHT_MODE = 0x0B,
    CAMERA_GET_RGB_STATS = 0x1F
};
