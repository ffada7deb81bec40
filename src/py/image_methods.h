// SPDX-License-Identifier: MIT
// Methods of image.Image, a file each kind.
#pragma once

#include "py/obj.h"

// The table of them all (image_methods.c).
extern const mp_obj_dict_t image_methods;

// image_pixels.c
MP_DECLARE_CONST_FUN_OBJ_1(image_width_obj);
MP_DECLARE_CONST_FUN_OBJ_1(image_height_obj);
MP_DECLARE_CONST_FUN_OBJ_1(image_format_obj);
MP_DECLARE_CONST_FUN_OBJ_1(image_size_obj);
MP_DECLARE_CONST_FUN_OBJ_1(image_bytearray_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_get_pixel_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_set_pixel_obj);
