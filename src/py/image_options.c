// SPDX-License-Identifier: MIT
// Options that conversions and two-image methods share.

#include "src/py/image_options.h"

#include "image/palette.h"
#include "py/runtime.h"
#include "src/py/image_args.h"
#include "src/py/image_object.h"

img_box image_options_roi(const img_image *image, mp_obj_t roi) {
    if (roi == mp_const_none || roi == MP_OBJ_NULL) {
        return (img_box){0, 0, image->width, image->height};
    }
    int32_t n[4];
    image_args_numbers(1, &roi, 4, "roi (x, y, w, h)", n);
    int64_t left = n[0] > 0 ? n[0] : 0;
    int64_t top = n[1] > 0 ? n[1] : 0;
    int64_t right = (int64_t)n[0] + n[2];
    int64_t bottom = (int64_t)n[1] + n[3];
    right = right < image->width ? right : image->width;
    bottom = bottom < image->height ? bottom : image->height;
    if (n[2] < 1 || n[3] < 1 || left >= right || top >= bottom) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("roi (%d, %d, %d, %d) is outside the image of "
                              "%d x %d"),
                (int)n[0], (int)n[1], (int)n[2], (int)n[3], (int)image->width,
                (int)image->height);
    }
    return (img_box){(int32_t)left, (int32_t)top, (int32_t)(right - left),
            (int32_t)(bottom - top)};
}

static int32_t scaled(int32_t side, mp_float_t scale) {
    mp_float_t result = (mp_float_t)side * scale;
    if (!(scale > 0) || result >= IMG_MAX_SIDE + 1.0) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("a side of %d pixels cannot be scaled so: "
                              "expected 1 to %d pixels"),
                (int)side, IMG_MAX_SIDE);
    }
    return result < 1 ? 1 : (int32_t)result;
}

static mp_float_t scale_of(mp_obj_t value) {
    return value == mp_const_none ? 1 : mp_obj_get_float(value);
}

static img_sampling sampling_of(mp_int_t hint) {
    return hint & IMAGE_AREA        ? IMG_AREA
            : hint & IMAGE_BICUBIC  ? IMG_BICUBIC
            : hint & IMAGE_BILINEAR ? IMG_BILINEAR
                                    : IMG_NEAREST;
}

// Bytes of a palette: of the firmware, or of an image of 256 pixels.
static const uint8_t *palette_of(mp_obj_t value, img_format format) {
    if (value == mp_const_none) {
        return NULL;
    }
    mp_int_t number;
    if (mp_obj_get_int_maybe(value, &number)) {
        if (number < 0 || number >= IMAGE_PALETTES || format != IMG_RGB565) {
            mp_raise_ValueError(MP_ERROR_TEXT("no such palette"));
        }
        uint8_t *bytes = m_new(uint8_t, IMG_PALETTE_BYTES);
        img_palette_fill((img_palette)number, bytes);
        return bytes;
    }
    const img_image *image = image_object_get(value);
    if (image->format != format || image->width * image->height != 256) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("a palette is an image of 256 %s pixels, got "
                              "%d x %d"),
                format == IMG_RGB565 ? "RGB565" : "GRAYSCALE",
                (int)image->width, (int)image->height);
    }
    return image->data;
}

// So that the part fills `fit` as the hint wants.
static void fit_into(img_box *to, const img_image *fit, mp_int_t hint,
        bool turned) {
    int64_t w = turned ? to->h : to->w;
    int64_t h = turned ? to->w : to->h;
    bool wide = (int64_t)fit->width * h < (int64_t)fit->height * w;
    if (hint & IMAGE_SCALE_ASPECT_IGNORE) {
        to->w = fit->width;
        to->h = fit->height;
        return;
    }
    // Keeping shrinks until both sides fit, expanding until one does.
    bool by_width = hint & IMAGE_SCALE_ASPECT_KEEP ? wide : !wide;
    int64_t new_w = by_width ? fit->width : w * fit->height / h;
    int64_t new_h = by_width ? h * fit->width / w : fit->height;
    to->w = (int32_t)(new_w > 0 ? new_w : 1);
    to->h = (int32_t)(new_h > 0 ? new_h : 1);
}

enum {
    X_SCALE,
    Y_SCALE,
    ROI,
    CHANNEL,
    ALPHA,
    PALETTE,
    ALPHA_PALETTE,
    HINT,
    TRANSFORM,
    COPY,
    TO_FRAME,
    QUALITY,
    SUBSAMPLING,
    MASK,
    COUNT
};

static const mp_arg_t allowed[] = {
        {MP_QSTR_x_scale, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_y_scale, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_roi, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_rgb_channel, MP_ARG_INT, {.u_int = -1}},
        {MP_QSTR_alpha, MP_ARG_INT, {.u_int = 255}},
        {MP_QSTR_color_palette, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_alpha_palette, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_hint, MP_ARG_INT, {.u_int = 0}},
        {MP_QSTR_transform, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_copy, MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_copy_to_fb, MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_quality, MP_ARG_INT, {.u_int = 90}},
        {MP_QSTR_subsampling, MP_ARG_INT,
                {.u_int = IMAGE_JPEG_SUBSAMPLING_AUTO}},
        {MP_QSTR_mask, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
};

image_options image_options_of(const img_image *from, const img_image *fit,
        size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    mp_obj_t roi = mp_const_none;
    if (n_args > 0 && !mp_obj_is_int(pos[0]) && !mp_obj_is_float(pos[0])) {
        roi = pos[0]; // copy(roi), crop(roi)
        n_args--;
        pos++;
    }
    mp_arg_val_t args[COUNT];
    mp_arg_parse_all(n_args, pos, kw, COUNT, allowed, args);
    roi = args[ROI].u_obj != mp_const_none ? args[ROI].u_obj : roi;
    if (args[TRANSFORM].u_obj != mp_const_none) {
        mp_raise_NotImplementedError(
                MP_ERROR_TEXT("transform is not there yet"));
    }
    mp_int_t alpha = args[ALPHA].u_int;
    mp_int_t channel = args[CHANNEL].u_int;
    if (alpha < 0 || alpha > 256 || channel < -1 || channel > 2) {
        mp_raise_ValueError(
                MP_ERROR_TEXT("alpha is 0 to 255, rgb_channel -1 to 2"));
    }
    image_options o = {
            .hint = args[HINT].u_int,
            .copy = args[COPY].u_bool,
            .to_frame = args[TO_FRAME].u_bool,
            .quality = args[QUALITY].u_int,
            .subsampling = args[SUBSAMPLING].u_int,
            .mask = args[MASK].u_obj,
    };
    img_blit *b = &o.blit;
    *b = img_blit_whole(from);
    b->roi = image_options_roi(from, roi);
    b->to = (img_box){0, 0, b->roi.w, b->roi.h};
    b->hmirror = o.hint & IMAGE_HMIRROR;
    b->vflip = o.hint & IMAGE_VFLIP;
    b->transpose = o.hint & IMAGE_TRANSPOSE;
    b->sampling = sampling_of(o.hint);
    b->channel = (int32_t)channel;
    b->alpha = (uint8_t)(alpha > 255 ? 255 : alpha);
    b->palette = palette_of(args[PALETTE].u_obj, IMG_RGB565);
    b->alpha_palette = palette_of(args[ALPHA_PALETTE].u_obj, IMG_GRAYSCALE);
    if (fit != NULL &&
            o.hint &
                    (IMAGE_SCALE_ASPECT_KEEP | IMAGE_SCALE_ASPECT_EXPAND |
                            IMAGE_SCALE_ASPECT_IGNORE)) {
        fit_into(&b->to, fit, o.hint, b->transpose);
    } else if (b->transpose) {
        b->to.w = b->roi.h;
        b->to.h = b->roi.w;
    }
    mp_obj_t x_scale = args[X_SCALE].u_obj;
    mp_obj_t y_scale = args[Y_SCALE].u_obj;
    b->to.w = scaled(b->to.w, scale_of(x_scale));
    b->to.h = scaled(b->to.h, scale_of(y_scale));
    if (o.mask != mp_const_none) {
        b->mask = image_object_pixels(o.mask);
    }
    return o;
}
