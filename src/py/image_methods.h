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
MP_DECLARE_CONST_FUN_OBJ_1(image_flush_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_get_pixel_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_set_pixel_obj);

// image_draw.c
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_line_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_rectangle_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_circle_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_ellipse_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_cross_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_arrow_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_edges_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_keypoints_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_string_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_detection_obj);

// image_convert.c
MP_DECLARE_CONST_FUN_OBJ_KW(image_copy_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_crop_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_to_bitmap_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_to_grayscale_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_to_rgb565_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_to_rainbow_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_to_ironbow_obj);

// image_file.c
MP_DECLARE_CONST_FUN_OBJ_KW(image_save_obj);

// image_combine.c
MP_DECLARE_CONST_FUN_OBJ_KW(image_draw_image_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_add_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_sub_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_rsub_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_min_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_max_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_difference_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_b_and_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_b_nand_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_b_or_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_b_nor_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_b_xor_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_b_xnor_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_clear_obj);
MP_DECLARE_CONST_FUN_OBJ_1(image_invert_obj);

// image_stats.c
MP_DECLARE_CONST_FUN_OBJ_KW(image_get_histogram_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_get_statistics_obj);

// image_jpeg.c
MP_DECLARE_CONST_FUN_OBJ_KW(image_to_jpeg_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(image_compressed_obj);

// image_colors.c: functions of the module, from one way to say a colour to
// another.
#define IMAGE_COLOR_CONVERTERS(X) \
    X(binary, grayscale);         \
    X(binary, rgb);               \
    X(binary, lab);               \
    X(binary, yuv);               \
    X(grayscale, binary);         \
    X(grayscale, rgb);            \
    X(grayscale, lab);            \
    X(grayscale, yuv);            \
    X(rgb, binary);               \
    X(rgb, grayscale);            \
    X(rgb, lab);                  \
    X(rgb, yuv);                  \
    X(lab, binary);               \
    X(lab, grayscale);            \
    X(lab, rgb);                  \
    X(lab, yuv);                  \
    X(yuv, binary);               \
    X(yuv, grayscale);            \
    X(yuv, rgb);                  \
    X(yuv, lab)
#define IMAGE_COLOR_DECLARE(from, to) \
    MP_DECLARE_CONST_FUN_OBJ_1(image_##from##_to_##to##_obj)
IMAGE_COLOR_CONVERTERS(IMAGE_COLOR_DECLARE);
