// SPDX-License-Identifier: MIT
// Methods of images: drawing. Geometry comes first, as a tuple or loose.

#include "image/shapes.h"
#include "py/runtime.h"
#include "src/py/image_args.h"
#include "src/py/image_methods.h"
#include "src/py/image_object.h"

enum { COLOR, SIZE, THICKNESS, FILL };

static const mp_arg_t style_args[] = {
        {MP_QSTR_color, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_thickness, MP_ARG_INT, {.u_int = 1}},
        {MP_QSTR_fill, MP_ARG_BOOL, {.u_bool = false}},
};

// What all shapes are given.
typedef struct shape {
    img_image *image;
    int32_t n[8]; // the geometry
    img_color color;
    int32_t thickness; // 0 where filled
} shape;

// Geometry of `count` numbers, then color, thickness, fill.
static shape shape_of(size_t n_args, const mp_obj_t *pos, mp_map_t *kw,
        size_t count, const char *what) {
    shape s = {.image = image_object_pixels(pos[0])};
    size_t used = 1 + image_args_numbers(n_args - 1, pos + 1, count, what, s.n);
    mp_arg_val_t args[3];
    mp_arg_parse_all(n_args - used, pos + used, kw, 3, style_args, args);
    s.color = image_args_color_or_white(s.image, args[0].u_obj);
    s.thickness = args[2].u_bool ? 0 : (int32_t)args[1].u_int;
    return s;
}

// The same with a size before the thickness.
static const mp_arg_t sized_args[] = {
        {MP_QSTR_color, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_size, MP_ARG_INT, {.u_int = -1}},
        {MP_QSTR_thickness, MP_ARG_INT, {.u_int = 1}},
        {MP_QSTR_fill, MP_ARG_BOOL, {.u_bool = false}},
};

static shape sized_shape_of(size_t n_args, const mp_obj_t *pos, mp_map_t *kw,
        size_t count, const char *what, int32_t usual, int32_t *size) {
    shape s = {.image = image_object_pixels(pos[0])};
    size_t used = 1 + image_args_numbers(n_args - 1, pos + 1, count, what, s.n);
    mp_arg_val_t args[4];
    mp_arg_parse_all(n_args - used, pos + used, kw, 4, sized_args, args);
    s.color = image_args_color_or_white(s.image, args[COLOR].u_obj);
    *size = args[SIZE].u_int < 0 ? usual : (int32_t)args[SIZE].u_int;
    s.thickness = args[FILL].u_bool ? 0 : (int32_t)args[THICKNESS].u_int;
    return s;
}

static img_point point(const shape *s, size_t k) {
    return (img_point){s->n[2 * k], s->n[2 * k + 1]};
}

static mp_obj_t draw_line(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    shape s = shape_of(n_args, pos, kw, 4, "(x0, y0, x1, y1)");
    img_line(s.image, point(&s, 0), point(&s, 1), s.thickness, s.color);
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_line_obj, 2, draw_line);

static mp_obj_t draw_rectangle(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    shape s = shape_of(n_args, pos, kw, 4, "(x, y, w, h)");
    if (s.thickness == 0) {
        img_fill(s.image, s.n[0], s.n[1], s.n[2], s.n[3], s.color);
        return pos[0];
    }
    // Half of the line lies outside.
    int32_t out = s.thickness > 0 && s.thickness <= IMG_MAX_SIDE
            ? s.thickness / 2
            : 0;
    for (int k = 0; k < 4; k++) {
        s.n[k] = s.n[k] < -IMG_DRAW_REACH ? -IMG_DRAW_REACH
                : s.n[k] > IMG_DRAW_REACH ? IMG_DRAW_REACH
                                          : s.n[k];
    }
    img_rectangle(s.image, s.n[0] - out, s.n[1] - out, s.n[2] + 2 * out,
            s.n[3] + 2 * out, s.thickness, s.color);
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_rectangle_obj, 2, draw_rectangle);

static mp_obj_t draw_circle(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    shape s = shape_of(n_args, pos, kw, 3, "(x, y, radius)");
    if (s.thickness >= 0) {
        img_circle(s.image, point(&s, 0), s.n[2], s.thickness, s.color);
    }
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_circle_obj, 2, draw_circle);

static mp_obj_t draw_ellipse(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    shape s = shape_of(n_args, pos, kw, 5, "(cx, cy, rx, ry, rotation)");
    if (s.thickness >= 0) {
        img_ellipse(s.image, point(&s, 0), s.n[2], s.n[3], s.n[4], s.thickness,
                s.color);
    }
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_ellipse_obj, 2, draw_ellipse);

static mp_obj_t draw_cross(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    int32_t size;
    shape s = sized_shape_of(n_args, pos, kw, 2, "(x, y)", 5, &size);
    img_cross(s.image, point(&s, 0), size, s.thickness, s.color);
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_cross_obj, 2, draw_cross);

static mp_obj_t draw_arrow(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    int32_t size;
    shape s = sized_shape_of(n_args, pos, kw, 4, "(x0, y0, x1, y1)", 10, &size);
    img_arrow(s.image, point(&s, 0), point(&s, 1), size, s.thickness, s.color);
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_arrow_obj, 2, draw_arrow);

// Four corners, as ((x, y), …) or (x, y, …).
static mp_obj_t draw_edges(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    size_t count = 0;
    mp_obj_t *items = NULL;
    if (!mp_obj_is_int(pos[1])) {
        mp_obj_get_array(pos[1], &count, &items);
    }
    mp_obj_t flat[9];
    mp_obj_t nested = MP_OBJ_NULL;
    if (count == 4) {
        for (size_t k = 0; k < 4; k++) {
            size_t two;
            mp_obj_t *xy;
            mp_obj_get_array(items[k], &two, &xy);
            if (two != 2) {
                mp_raise_TypeError(MP_ERROR_TEXT("expected corners (x, y)"));
            }
            flat[2 * k] = xy[0];
            flat[2 * k + 1] = xy[1];
        }
        nested = mp_obj_new_tuple(8, flat);
    }
    mp_obj_t first[5];
    size_t n_first = n_args < 5 ? n_args : 5;
    for (size_t k = 0; k < n_first; k++) {
        first[k] = pos[k];
    }
    if (nested != MP_OBJ_NULL) {
        first[1] = nested;
    }
    int32_t size;
    shape s = sized_shape_of(nested != MP_OBJ_NULL ? n_first : n_args,
            nested != MP_OBJ_NULL ? first : pos, kw, 8,
            "four corners ((x, y), ...)", 0, &size);
    img_point corners[4];
    for (size_t k = 0; k < 4; k++) {
        corners[k] = point(&s, k);
    }
    img_polygon(s.image, corners, 4, s.thickness, s.color);
    for (size_t k = 0; k < 4 && size > 0; k++) {
        img_circle(s.image, corners[k], size, s.thickness, s.color);
    }
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_edges_obj, 2, draw_edges);

// A list of (x, y) or (x, y, degrees): a circle each, and a line that shows
// where it points.
static mp_obj_t draw_keypoints(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    img_image *image = image_object_pixels(pos[0]);
    mp_arg_val_t args[4];
    mp_arg_parse_all(n_args - 2, pos + 2, kw, 4, sized_args, args);
    img_color color = image_args_color_or_white(image, args[COLOR].u_obj);
    int32_t size = args[SIZE].u_int < 0 ? 10 : (int32_t)args[SIZE].u_int;
    int32_t thickness = args[FILL].u_bool ? 0 : (int32_t)args[THICKNESS].u_int;
    size = size > IMG_MAX_SIDE ? IMG_MAX_SIDE : size;
    mp_obj_iter_buf_t buffer;
    mp_obj_t iterable = mp_getiter(pos[1], &buffer);
    mp_obj_t item;
    while ((item = mp_iternext(iterable)) != MP_OBJ_STOP_ITERATION) {
        int32_t n[3] = {0};
        size_t count = (size_t)mp_obj_get_int(mp_obj_len(item));
        for (size_t k = 0; k < 3 && k < count; k++) {
            n[k] = (int32_t)mp_obj_get_float(mp_obj_subscr(item,
                    MP_OBJ_NEW_SMALL_INT(k), MP_OBJ_SENTINEL));
        }
        if (count < 2) {
            mp_raise_TypeError(
                    MP_ERROR_TEXT("expected keypoints (x, y, angle)"));
        }
        img_point center = {n[0], n[1]};
        if (count > 2) {
            img_point tip = img_turned((img_point){size, 0}, n[2]);
            tip.x += center.x;
            tip.y += center.y;
            img_line(image, center, tip, thickness > 0 ? thickness : 1, color);
        }
        if (thickness >= 0) {
            img_circle(image, center, size - 2 > 0 ? size - 2 : 0, thickness,
                    color);
        }
    }
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_keypoints_obj, 2, draw_keypoints);

static int32_t to_scale(mp_obj_t value) {
    mp_float_t scale = mp_obj_get_float(value);
    if (!(scale > 0 && scale < 1000)) {
        mp_raise_ValueError(MP_ERROR_TEXT("scale is 1/16 to 1000"));
    }
    return (int32_t)(scale * 65536);
}

static uint8_t quarters(mp_int_t degrees) {
    return (uint8_t)(((degrees / 90) % 4 + 4) % 4);
}

static mp_obj_t draw_string(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    enum {
        TEXT,
        TEXT_COLOR,
        SCALE,
        X_SPACING,
        Y_SPACING,
        MONO,
        LETTER_TURN,
        LETTER_HMIRROR,
        LETTER_VFLIP,
        TURN,
        HMIRROR,
        VFLIP,
        COUNT
    };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_text, MP_ARG_REQUIRED | MP_ARG_OBJ, {0}},
            {MP_QSTR_color, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_scale, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(1)}},
            {MP_QSTR_x_spacing, MP_ARG_INT, {0}},
            {MP_QSTR_y_spacing, MP_ARG_INT, {0}},
            {MP_QSTR_mono_space, MP_ARG_BOOL, {.u_bool = true}},
            {MP_QSTR_char_rotation, MP_ARG_INT, {0}},
            {MP_QSTR_char_hmirror, MP_ARG_BOOL, {0}},
            {MP_QSTR_char_vflip, MP_ARG_BOOL, {0}},
            {MP_QSTR_string_rotation, MP_ARG_INT, {0}},
            {MP_QSTR_string_hmirror, MP_ARG_BOOL, {0}},
            {MP_QSTR_string_vflip, MP_ARG_BOOL, {0}},
    };
    img_image *image = image_object_pixels(pos[0]);
    int32_t at[2];
    size_t used = 1 + image_args_numbers(n_args - 1, pos + 1, 2, "(x, y)", at);
    mp_arg_val_t args[COUNT];
    mp_arg_parse_all(n_args - used, pos + used, kw, COUNT, allowed, args);
    img_text_style style = {
            .scale = to_scale(args[SCALE].u_obj),
            .x_spacing = (int32_t)args[X_SPACING].u_int,
            .y_spacing = (int32_t)args[Y_SPACING].u_int,
            .proportional = !args[MONO].u_bool,
            .letter_turn = quarters(args[LETTER_TURN].u_int),
            .letter_hmirror = args[LETTER_HMIRROR].u_bool,
            .letter_vflip = args[LETTER_VFLIP].u_bool,
            .turn = quarters(args[TURN].u_int),
            .hmirror = args[HMIRROR].u_bool,
            .vflip = args[VFLIP].u_bool,
    };
    img_text_styled(image, at[0], at[1], mp_obj_str_get_str(args[TEXT].u_obj),
            &style, image_args_color_or_white(image, args[TEXT_COLOR].u_obj));
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_string_obj, 3, draw_string);

// A box and its centre, as found: (x, y, w, h) or anything that begins so.
static mp_obj_t draw_detection(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { COLOR1, COLOR2, D_SIZE, D_THICKNESS, D_FILL, LABEL, OFFSET, COUNT };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_color1, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_color2, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_size, MP_ARG_INT, {.u_int = 5}},
            {MP_QSTR_thickness, MP_ARG_INT, {.u_int = 1}},
            {MP_QSTR_fill, MP_ARG_BOOL, {0}},
            {MP_QSTR_label, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_label_offset, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    img_image *image = image_object_pixels(pos[0]);
    mp_arg_val_t args[COUNT];
    mp_arg_parse_all(n_args - 2, pos + 2, kw, COUNT, allowed, args);
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(pos[1], &count, &items);
    int32_t box[4];
    mp_obj_t first = mp_obj_new_tuple(count < 4 ? count : 4, items);
    image_args_numbers(1, &first, 4, "(x, y, w, h, ...)", box);
    int32_t center[2] = {box[0] + box[2] / 2, box[1] + box[3] / 2};
    if (count >= 6) {
        first = mp_obj_new_tuple(2, items + 4);
        image_args_numbers(1, &first, 2, "(cx, cy)", center);
    }
    img_color color = image_args_color_or_white(image, args[COLOR1].u_obj);
    img_color cross = args[COLOR2].u_obj == mp_const_none
            ? color
            : image_args_color(image, args[COLOR2].u_obj);
    int32_t thickness = (int32_t)args[D_THICKNESS].u_int;
    if (args[D_FILL].u_bool) {
        img_fill(image, box[0], box[1], box[2], box[3], color);
    } else {
        img_rectangle(image, box[0], box[1], box[2], box[3], thickness, color);
    }
    img_cross(image, (img_point){center[0], center[1]},
            (int32_t)args[D_SIZE].u_int, thickness, cross);
    if (args[LABEL].u_obj != mp_const_none) {
        int32_t offset[2] = {0, -10};
        if (args[OFFSET].u_obj != mp_const_none) {
            image_args_numbers(1, &args[OFFSET].u_obj, 2, "(x, y)", offset);
        }
        img_text(image, box[0] + offset[0], box[1] + offset[1],
                mp_obj_str_get_str(args[LABEL].u_obj), 1, color);
    }
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_draw_detection_obj, 2, draw_detection);
