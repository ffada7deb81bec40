// SPDX-License-Identifier: MIT
// Functions of the image module: a colour in other terms. RGB is that of a
// pixel, so it goes through RGB565.

#include "image/lab.h"
#include "image/pixel.h"
#include "py/runtime.h"
#include "src/py/image_args.h"
#include "src/py/image_methods.h"

static void take(mp_obj_t value, const char *what, int32_t c[3]) {
    image_args_numbers(1, &value, 3, what, c);
}

static mp_obj_t three(int32_t a, int32_t b, int32_t c) {
    mp_obj_t items[3] = {MP_OBJ_NEW_SMALL_INT(a), MP_OBJ_NEW_SMALL_INT(b),
            MP_OBJ_NEW_SMALL_INT(c)};
    return mp_obj_new_tuple(3, items);
}

static int8_t signed_byte(int32_t value) {
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

static img_color from_binary(mp_obj_t value) {
    return pixel_gray(mp_obj_get_int(value) ? 255 : 0);
}

static img_color from_grayscale(mp_obj_t value) {
    return pixel_gray(pixel_clamp((int32_t)mp_obj_get_int(value)));
}

static img_color from_rgb(mp_obj_t value) {
    int32_t c[3];
    take(value, "(r, g, b)", c);
    return (img_color){pixel_clamp(c[0]), pixel_clamp(c[1]), pixel_clamp(c[2])};
}

static img_color from_lab(mp_obj_t value) {
    int32_t c[3];
    take(value, "(l, a, b)", c);
    img_lab lab = {signed_byte(c[0]), signed_byte(c[1]), signed_byte(c[2])};
    return img_lab_color(lab);
}

// U and V are around 0 here.
static img_color from_yuv(mp_obj_t value) {
    int32_t c[3];
    take(value, "(y, u, v)", c);
    return pixel_from_yuv(pixel_clamp(c[0]), signed_byte(c[1]) + 128,
            signed_byte(c[2]) + 128);
}

static mp_obj_t to_binary(img_color c) {
    return MP_OBJ_NEW_SMALL_INT(pixel_luma(c) > 127);
}

static mp_obj_t to_grayscale(img_color c) {
    return MP_OBJ_NEW_SMALL_INT(pixel_luma(c));
}

static mp_obj_t to_rgb(img_color c) {
    c = pixel_from_565(pixel_to_565(c));
    return three(c.r, c.g, c.b);
}

static mp_obj_t to_lab(img_color c) {
    img_lab lab = img_lab_of(c);
    return three(lab.l, lab.a, lab.b);
}

static mp_obj_t to_yuv(img_color c) {
    return three(pixel_luma(c), pixel_u(c) - 128, pixel_v(c) - 128);
}

#define CONVERT(from, to)                            \
    static mp_obj_t from##_to_##to(mp_obj_t value) { \
        return to_##to(from_##from(value));          \
    }                                                \
    MP_DEFINE_CONST_FUN_OBJ_1(image_##from##_to_##to##_obj, from##_to_##to)

IMAGE_COLOR_CONVERTERS(CONVERT);
