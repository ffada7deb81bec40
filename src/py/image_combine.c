// SPDX-License-Identifier: MIT
// Methods of images: two of them, pixel by pixel.

#include <string.h>

#include "py/runtime.h"
#include "src/py/image_args.h"
#include "src/py/image_jpeg.h"
#include "src/py/image_methods.h"
#include "src/py/image_object.h"
#include "src/py/image_options.h"

// The image that an argument means: an Image, a file's name, or a colour,
// which is one pixel for all places.
static const img_image *source_of(const img_image *to, mp_obj_t arg,
        img_image *color, uint8_t *pixel) {
    if (mp_obj_is_str(arg)) {
        arg = image_file_load(arg, false);
    }
    if (image_object_is(arg)) {
        const img_image *image = image_object_get(arg);
        return img_has_pixels(image->format)
                ? image
                : image_object_get(image_jpeg_unpack(image, -1, false));
    }
    img_color c = image_args_color(to, arg);
    pixel[0] = c.r;
    pixel[1] = c.g;
    pixel[2] = c.b;
    *color = img_image_of(pixel, 1, 1, IMG_RGB888);
    return color;
}

// A copy of the source where the image is its own source.
static img_image apart(const img_image *from, image_scratch *scratch) {
    img_image copy = *from;
    copy.data = image_scratch_take(scratch, img_bytes(from));
    memcpy(copy.data, from->data, img_bytes(from));
    return copy;
}

// x and y from the front of the positional arguments or from the keywords,
// which are not passed on.
static size_t take_place(size_t n_args, const mp_obj_t *pos, mp_map_t *kw,
        int32_t at[2], mp_map_elem_t *rest, mp_map_t *others) {
    size_t used = 0;
    at[0] = 0;
    at[1] = 0;
    if (n_args > 0) {
        bool pair = !mp_obj_is_int(pos[0]) && !mp_obj_is_float(pos[0]);
        if (pair || n_args >= 2) {
            used = image_args_numbers(n_args, pos, 2, "(x, y)", at);
        }
    }
    size_t count = 0;
    for (size_t k = 0; k < kw->alloc; k++) {
        if (!mp_map_slot_is_filled(kw, k)) {
            continue;
        }
        mp_obj_t key = kw->table[k].key;
        if (key == MP_OBJ_NEW_QSTR(MP_QSTR_x)) {
            at[0] = (int32_t)mp_obj_get_float(kw->table[k].value);
        } else if (key == MP_OBJ_NEW_QSTR(MP_QSTR_y)) {
            at[1] = (int32_t)mp_obj_get_float(kw->table[k].value);
        } else {
            rest[count++] = kw->table[k];
        }
    }
    mp_map_init_fixed_table(others, count, (const mp_obj_t *)rest);
    return used;
}

// img.method(image, x, y, *, …): the image drawn into this one.
static mp_obj_t combine(size_t n_args, const mp_obj_t *pos, mp_map_t *kw,
        img_op op) {
    img_image *to = image_object_pixels(pos[0]);
    img_image color;
    uint8_t pixel[3];
    const img_image *from = source_of(to, pos[1], &color, pixel);
    int32_t at[2];
    mp_map_elem_t *rest = m_new(mp_map_elem_t, kw->alloc + 1);
    mp_map_t others;
    size_t used = take_place(n_args - 2, pos + 2, kw, at, rest, &others);
    image_options o = image_options_of(from, to, n_args - 2 - used,
            pos + 2 + used, &others);
    img_blit *b = &o.blit;
    if (from == &color) {
        b->to = (img_box){0, 0, to->width, to->height};
    }
    b->op = op;
    b->to.x = at[0];
    b->to.y = at[1];
    if (o.hint & IMAGE_CENTER) {
        b->to.x += (to->width - b->to.w) / 2;
        b->to.y += (to->height - b->to.h) / 2;
    }
    if (o.hint & IMAGE_BLACK_BACKGROUND) {
        memset(to->data, 0, img_bytes(to));
    }
    image_scratch scratch;
    bool same = from->data == to->data;
    img_image copy = same ? apart(from, &scratch) : *from;
    int err = img_blit_run(to, &copy, b);
    if (same) {
        image_scratch_give(&scratch);
    }
    m_del(mp_map_elem_t, rest, kw->alloc + 1);
    image_object_check(err);
    return pos[0];
}

#define COMBINE(name, op)                                                    \
    static mp_obj_t name(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) { \
        return combine(n_args, pos, kw, op);                                 \
    }                                                                        \
    MP_DEFINE_CONST_FUN_OBJ_KW(image_##name##_obj, 2, name)

COMBINE(draw_image, IMG_REPLACE);
COMBINE(add, IMG_ADD);
COMBINE(sub, IMG_SUB);
COMBINE(rsub, IMG_RSUB);
COMBINE(min, IMG_MIN);
COMBINE(max, IMG_MAX);
COMBINE(difference, IMG_DIFFERENCE);
COMBINE(b_and, IMG_AND);
COMBINE(b_nand, IMG_NAND);
COMBINE(b_or, IMG_OR);
COMBINE(b_nor, IMG_NOR);
COMBINE(b_xor, IMG_XOR);
COMBINE(b_xnor, IMG_XNOR);

// Every pixel (that the mask covers) black.
static mp_obj_t clear(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    static const mp_arg_t allowed[] = {
            {MP_QSTR_mask, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[1];
    mp_arg_parse_all(n_args - 1, pos + 1, kw, 1, allowed, args);
    img_image *image = image_object_pixels(pos[0]);
    uint8_t black[3] = {0};
    img_image color = img_image_of(black, 1, 1, IMG_RGB888);
    img_blit b = img_blit_whole(&color);
    b.to = (img_box){0, 0, image->width, image->height};
    if (args[0].u_obj != mp_const_none) {
        b.mask = image_object_pixels(args[0].u_obj);
    }
    image_object_check(img_blit_run(image, &color, &b));
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_clear_obj, 1, clear);

// Every value by its opposite.
static mp_obj_t invert(mp_obj_t self) {
    img_image *image = image_object_pixels(self);
    if (image->format == IMG_YUV422) {
        mp_raise_ValueError(MP_ERROR_TEXT("YUV422 cannot be inverted"));
    }
    size_t bytes = img_bytes(image);
    for (size_t k = 0; k < bytes; k++) {
        image->data[k] = (uint8_t)~image->data[k];
    }
    return self;
}
MP_DEFINE_CONST_FUN_OBJ_1(image_invert_obj, invert);
