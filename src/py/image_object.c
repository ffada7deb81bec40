// SPDX-License-Identifier: MIT
// image.Image: making one, and what every object can.

#include "src/py/image_object.h"

#include <string.h>

#include "image/code.h"
#include "image/draw.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "src/py/heap.h"
#include "src/py/image_args.h"
#include "src/py/image_methods.h"

void image_object_check(int code) {
    switch (code) {
    case 0:
        return;
    case IMG_ERR_READ:
        mp_raise_OSError(MP_EIO);
    case IMG_ERR_NO_MEMORY:
        mp_raise_type(&mp_type_MemoryError);
    case IMG_ERR_RANGE:
        mp_raise_ValueError(MP_ERROR_TEXT("a number out of range"));
    default:
        mp_raise_ValueError(MP_ERROR_TEXT("an impossible image"));
    }
}

mp_obj_t image_object_new(const img_image *image, mp_obj_t owner) {
    image_object *object = mp_obj_malloc(image_object, &image_type);
    object->image = *image;
    object->owner = owner;
    object->capacity = img_bytes(image);
    return MP_OBJ_FROM_PTR(object);
}

mp_obj_t image_object_new_in_heap(int32_t width, int32_t height,
        img_format format) {
    img_image image = img_image_of(NULL, width, height, format);
    image.data = heap_take("the image", img_bytes(&image));
    return image_object_new(&image, mp_const_none);
}

bool image_object_is(mp_obj_t object) {
    return mp_obj_is_type(object, &image_type);
}

img_image *image_object_get(mp_obj_t object) {
    if (!image_object_is(object)) {
        mp_raise_msg_varg(&mp_type_TypeError,
                MP_ERROR_TEXT("expected an Image, got %s"),
                mp_obj_get_type_str(object));
    }
    return &((image_object *)MP_OBJ_TO_PTR(object))->image;
}

img_image *image_object_pixels(mp_obj_t object) {
    img_image *image = image_object_get(object);
    if (!img_has_pixels(image->format)) {
        mp_raise_ValueError(MP_ERROR_TEXT("the image is compressed; to_rgb565()"
                                          " or to_grayscale() unpack it"));
    }
    return image;
}

// An image of width x height in memory of `buffer`, of the heap when None.
static mp_obj_t make_blank(mp_obj_t width, mp_obj_t height, mp_obj_t code,
        mp_obj_t buffer, bool to_frame) {
    img_format format = image_args_format(code);
    mp_int_t w = mp_obj_get_int(width);
    mp_int_t h = mp_obj_get_int(height);
    if (w < 1 || h < 1 || w > IMG_MAX_SIDE || h > IMG_MAX_SIDE) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("an image is 1 to %d pixels wide and high, got "
                              "%d x %d"),
                IMG_MAX_SIDE, (int)w, (int)h);
    }
    if (buffer == mp_const_none) {
        if (!img_has_pixels(format)) {
            mp_raise_ValueError(MP_ERROR_TEXT("a JPEG or PNG needs a buffer"));
        }
        mp_obj_t object = to_frame ? image_object_new_in_frame(w, h, format)
                                   : image_object_new_in_heap(w, h, format);
        img_image *image = image_object_get(object);
        memset(image->data, 0, img_bytes(image));
        return object;
    }
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_READ);
    img_image image = img_image_of(info.buf, w, h, format);
    image.bytes = img_has_pixels(format) ? 0 : info.len;
    if (info.len < img_bytes(&image)) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("the image needs %u bytes, the buffer has %u"),
                (unsigned)img_bytes(&image), (unsigned)info.len);
    }
    return image_object_new(&image, buffer);
}

// Image(path) or Image(width, height, format), with copy_to_fb=, buffer=.
static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
        const mp_obj_t *all) {
    enum { ARG, HEIGHT, FORMAT, BUFFER, COPY_TO_FB };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, {0}},
            {MP_QSTR_height, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_pixformat, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_buffer, MP_ARG_KW_ONLY | MP_ARG_OBJ,
                    {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_copy_to_fb, MP_ARG_KW_ONLY | MP_ARG_BOOL, {0}},
    };
    (void)type;
    mp_arg_val_t args[5];
    mp_arg_parse_all_kw_array(n_args, n_kw, all, 5, allowed, args);
    if (mp_obj_is_str(args[ARG].u_obj)) {
        return image_file_load(args[ARG].u_obj, args[COPY_TO_FB].u_bool);
    }
    if (args[HEIGHT].u_obj == mp_const_none ||
            args[FORMAT].u_obj == mp_const_none) {
        mp_raise_TypeError(MP_ERROR_TEXT("expected Image(path) or "
                                         "Image(width, height, format)"));
    }
    return make_blank(args[ARG].u_obj, args[HEIGHT].u_obj, args[FORMAT].u_obj,
            args[BUFFER].u_obj, args[COPY_TO_FB].u_bool);
}

static mp_int_t get_buffer(mp_obj_t self, mp_buffer_info_t *info,
        mp_uint_t flags) {
    (void)flags;
    img_image *image = image_object_get(self);
    info->buf = image->data;
    info->len = img_bytes(image);
    info->typecode = 'B';
    return 0;
}

static void image_print(const mp_print_t *print, mp_obj_t self,
        mp_print_kind_t kind) {
    (void)kind;
    static const char *const names[] = {
            [IMG_GRAYSCALE] = "grayscale",
            [IMG_RGB565] = "rgb565",
            [IMG_YUV422] = "yuv422",
            [IMG_RGB888] = "rgb888",
            [IMG_BINARY] = "binary",
            [IMG_BAYER] = "bayer",
            [IMG_JPEG] = "jpeg",
            [IMG_PNG] = "png",
    };
    const img_image *image = image_object_get(self);
    mp_printf(print, "{\"w\":%d, \"h\":%d, \"type\":\"%s\", \"size\":%u}",
            (int)image->width, (int)image->height, names[image->format],
            (unsigned)img_bytes(image));
}

static mp_obj_t image_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value) {
    img_image *image = image_object_pixels(self);
    size_t count = (size_t)image->width * (size_t)image->height;
    size_t at = mp_get_index(&image_type, count, index, false);
    int32_t x = (int32_t)(at % (size_t)image->width);
    int32_t y = (int32_t)(at / (size_t)image->width);
    if (value == MP_OBJ_SENTINEL) {
        return image_args_pixel(image, x, y, false);
    }
    if (value == MP_OBJ_NULL) {
        return MP_OBJ_NULL; // pixels cannot be deleted
    }
    img_set(image, x, y, image_args_color(image, value));
    return mp_const_none;
}

static mp_obj_t image_unary(mp_unary_op_t op, mp_obj_t self) {
    const img_image *image = image_object_get(self);
    switch (op) {
    case MP_UNARY_OP_BOOL:
        return mp_const_true;
    case MP_UNARY_OP_LEN:
        return MP_OBJ_NEW_SMALL_INT(image->width * image->height);
    default:
        return MP_OBJ_NULL;
    }
}

MP_DEFINE_CONST_OBJ_TYPE(image_type, MP_QSTR_Image, MP_TYPE_FLAG_NONE, make_new,
        make_new, print, image_print, buffer, get_buffer, subscr, image_subscr,
        unary_op, image_unary, locals_dict, &image_methods);
