// SPDX-License-Identifier: MIT
// Arguments that the methods of images share.

#include "src/py/image_args.h"

#include "image/code.h"
#include "image/pixel.h"
#include "py/runtime.h"

img_format image_args_format(mp_obj_t code) {
    img_format format = IMG_GRAYSCALE;
    mp_int_t number = mp_obj_get_int(code);
    if (!img_code_format((uint32_t)number, &format)) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("no pixel format: 0x%x"), (unsigned)number);
    }
    return format;
}

static int32_t number_of(mp_obj_t value) {
    mp_int_t number;
    if (mp_obj_get_int_maybe(value, &number)) {
        return (int32_t)number;
    }
    mp_float_t real = mp_obj_get_float(value);
    if (!(real > -1e9 && real < 1e9)) {
        mp_raise_ValueError(MP_ERROR_TEXT("a number out of range"));
    }
    return (int32_t)real;
}

size_t image_args_numbers(size_t n_args, const mp_obj_t *args, size_t count,
        const char *what, int32_t *numbers) {
    size_t used = count;
    size_t length = n_args;
    mp_obj_t *items = (mp_obj_t *)args;
    if (n_args > 0 && !mp_obj_is_int(args[0]) && !mp_obj_is_float(args[0])) {
        mp_obj_get_array(args[0], &length, &items);
        used = 1;
    }
    if (length < count || (used == 1 && length != count)) {
        mp_raise_msg_varg(&mp_type_TypeError,
                MP_ERROR_TEXT("expected %s, %u numbers, got %u"), what,
                (unsigned)count, (unsigned)length);
    }
    for (size_t k = 0; k < count; k++) {
        numbers[k] = number_of(items[k]);
    }
    return used;
}

img_color image_args_color(const img_image *image, mp_obj_t color) {
    if (!mp_obj_is_int(color)) {
        int32_t c[3];
        image_args_numbers(1, &color, 3, "a colour (r, g, b)", c);
        return (img_color){pixel_clamp(c[0]), pixel_clamp(c[1]),
                pixel_clamp(c[2])};
    }
    mp_int_t number = mp_obj_get_int_truncated(color);
    switch (image->format) {
    case IMG_BINARY:
        return pixel_gray(number & 1 ? 255 : 0);
    case IMG_RGB565:
        return pixel_from_565((uint32_t)number & 0xFFFF);
    default:
        return pixel_gray((uint8_t)number);
    }
}

img_color image_args_color_or_white(const img_image *image, mp_obj_t color) {
    return color == MP_OBJ_NULL || color == mp_const_none
            ? pixel_gray(255)
            : image_args_color(image, color);
}

mp_obj_t image_args_pixel(const img_image *image, int32_t x, int32_t y,
        bool tuple) {
    img_color c = img_get(image, x, y);
    switch (image->format) {
    case IMG_BINARY:
        return MP_OBJ_NEW_SMALL_INT(c.r != 0);
    case IMG_GRAYSCALE:
        break;
    case IMG_BAYER:
        if (!tuple) {
            return MP_OBJ_NEW_SMALL_INT(
                    image->data[(size_t)y * image->stride + (size_t)x]);
        }
        __attribute__((fallthrough));
    default:
        if (tuple) {
            mp_obj_t parts[3] = {MP_OBJ_NEW_SMALL_INT(c.r),
                    MP_OBJ_NEW_SMALL_INT(c.g), MP_OBJ_NEW_SMALL_INT(c.b)};
            return mp_obj_new_tuple(3, parts);
        }
        return MP_OBJ_NEW_SMALL_INT(pixel_to_565(c));
    }
    return MP_OBJ_NEW_SMALL_INT(c.r);
}
