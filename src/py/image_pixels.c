// SPDX-License-Identifier: MIT
// Methods of images: sizes, bytes and single pixels.

#include "image/code.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "src/py/image_args.h"
#include "src/py/image_methods.h"
#include "src/py/image_object.h"

static mp_obj_t image_width(mp_obj_t self) {
    return MP_OBJ_NEW_SMALL_INT(image_object_get(self)->width);
}
MP_DEFINE_CONST_FUN_OBJ_1(image_width_obj, image_width);

static mp_obj_t image_height(mp_obj_t self) {
    return MP_OBJ_NEW_SMALL_INT(image_object_get(self)->height);
}
MP_DEFINE_CONST_FUN_OBJ_1(image_height_obj, image_height);

static mp_obj_t image_format(mp_obj_t self) {
    return mp_obj_new_int_from_uint(
            img_code_of(image_object_get(self)->format));
}
MP_DEFINE_CONST_FUN_OBJ_1(image_format_obj, image_format);

static mp_obj_t image_size(mp_obj_t self) {
    return mp_obj_new_int_from_uint(img_bytes(image_object_get(self)));
}
MP_DEFINE_CONST_FUN_OBJ_1(image_size_obj, image_size);

// The image's own bytes: what is written there is in the image.
static mp_obj_t image_bytearray(mp_obj_t self) {
    img_image *image = image_object_get(self);
    return mp_obj_new_bytearray_by_ref(img_bytes(image), image->data);
}
MP_DEFINE_CONST_FUN_OBJ_1(image_bytearray_obj, image_bytearray);

// Drawings are in the image at once; the host looks at it with the next
// snapshot.
static mp_obj_t image_flush(mp_obj_t self) {
    image_object_get(self);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(image_flush_obj, image_flush);

static bool inside(const img_image *image, const int32_t *at) {
    return at[0] >= 0 && at[1] >= 0 && at[0] < image->width &&
            at[1] < image->height;
}

// get_pixel((x, y), *, rgbtuple): None outside the image.
static mp_obj_t image_get_pixel(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    static const mp_arg_t allowed[] = {
            {MP_QSTR_rgbtuple, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_TRUE}},
    };
    img_image *image = image_object_pixels(pos[0]);
    int32_t at[2];
    size_t used = 1 + image_args_numbers(n_args - 1, pos + 1, 2, "(x, y)", at);
    mp_arg_val_t args[1];
    mp_arg_parse_all(n_args - used, pos + used, kw, 1, allowed, args);
    if (!inside(image, at)) {
        return mp_const_none;
    }
    return image_args_pixel(image, at[0], at[1], mp_obj_is_true(args[0].u_obj));
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_get_pixel_obj, 2, image_get_pixel);

// set_pixel((x, y), color): nothing happens outside the image.
static mp_obj_t image_set_pixel(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    static const mp_arg_t allowed[] = {
            {MP_QSTR_color, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    img_image *image = image_object_pixels(pos[0]);
    int32_t at[2];
    size_t used = 1 + image_args_numbers(n_args - 1, pos + 1, 2, "(x, y)", at);
    mp_arg_val_t args[1];
    mp_arg_parse_all(n_args - used, pos + used, kw, 1, allowed, args);
    img_set(image, at[0], at[1],
            image_args_color_or_white(image, args[0].u_obj));
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_set_pixel_obj, 2, image_set_pixel);
