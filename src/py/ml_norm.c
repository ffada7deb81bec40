// SPDX-License-Identifier: MIT
// ml.preprocessing.Normalization.

#include "src/py/ml_norm.h"

#include "face/pixels.h"
#include "py/runtime.h"
#include "src/py/image_args.h"
#include "src/py/image_object.h"

void ml_norm_init(ml_norm *norm, mp_obj_t image) {
    *norm = (ml_norm){
            .base = {&ml_norm_type},
            .image = image,
            .scale = {0, 1},
            .stdev = {1, 1, 1},
    };
}

// Reals of black and white in channel c become mul and add of the element.
static void set_channel(const ml_norm *norm, const img_target *unit,
        double mean, double stdev, double *mul, double *add) {
    double low = ((double)norm->scale[0] - mean) / stdev;
    double step = ((double)norm->scale[1] - (double)norm->scale[0]) / stdev;
    // unit is the element for black 0 and white 1.
    *mul = unit->mul * step;
    *add = unit->mul * 255 * low + unit->add;
}

static void set_channels(const ml_norm *norm, img_target *target) {
    img_target unit = *target;
    const float *mean = norm->mean;
    const float *stdev = norm->stdev;
    if (target->channels == 1) {
        static const double weight[3] = {0.299, 0.587, 0.114};
        double m = 0;
        double s = 0;
        for (int c = 0; c < 3; c++) {
            m += weight[c] * (double)mean[c];
            s += weight[c] * (double)stdev[c];
        }
        set_channel(norm, &unit, m, s, &target->mul, &target->add);
        return;
    }
    target->apart = true;
    set_channel(norm, &unit, (double)mean[0], (double)stdev[0], &target->mul,
            &target->add);
    set_channel(norm, &unit, (double)mean[1], (double)stdev[1],
            &target->green[0], &target->green[1]);
    set_channel(norm, &unit, (double)mean[2], (double)stdev[2],
            &target->blue[0], &target->blue[1]);
}

static void refuse_tensor(const nn_tensor *t) {
    mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("an image goes into 1 x height x width x 1 or 3 of "
                          "float32, int8 or uint8; the model wants %s, "
                          "%u dimensions, the last of %d"),
            nn_type_name((nn_type)t->type), (unsigned)t->rank,
            (int)nn_tensor_dim(t, -1));
}

// Fills rows for a tensor whose black and white are low and high.
static void open_rows(ml_norm *norm, const nn_tensor *tensor, float low,
        float high, img_fit fit, img_rows *rows) {
    img_target target;
    low = norm->given ? 0 : low;
    high = norm->given ? 1 : high;
    if (!face_pixels_target(&target, tensor, low, high)) {
        refuse_tensor(tensor);
    }
    if (norm->given) {
        set_channels(norm, &target);
    }
    const img_image *image = image_object_pixels(norm->image);
    if (!norm->has_roi) {
        norm->roi[2] = image->width;
        norm->roi[3] = image->height;
    }
    img_rect roi = {(float)norm->roi[0], (float)norm->roi[1],
            (float)norm->roi[2], (float)norm->roi[3]};
    int err = img_rows_init(rows, image, &roi, fit, &target);
    if (err == IMG_ERR_INVALID) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("roi (%d, %d, %d, %d) has no pixels"),
                (int)norm->roi[0], (int)norm->roi[1], (int)norm->roi[2],
                (int)norm->roi[3]);
    }
    image_object_check(err);
    // What post-processors in Python take the tensor's edges for.
    norm->roi[0] = (int32_t)rows->map.origin_x;
    norm->roi[1] = (int32_t)rows->map.origin_y;
    norm->roi[2] = (int32_t)(rows->map.span_x + 0.5F);
    norm->roi[3] = (int32_t)(rows->map.span_y + 0.5F);
}

void ml_norm_open(ml_norm *norm, const ml_model *m, uint32_t k,
        img_rows *rows) {
    const nn_tensor *tensor = &m->graph.tensors[m->graph.inputs[k]];
    if (m->is_face) {
        open_rows(norm, tensor, m->face.low, m->face.high, IMG_LETTERBOX, rows);
        return;
    }
    float low;
    float high;
    face_pixels_range(&m->graph, k, &low, &high);
    open_rows(norm, tensor, low, high, IMG_STRETCH, rows);
}

static void get_floats(mp_obj_t value, size_t count, const char *what,
        float *to) {
    size_t length;
    mp_obj_t *items;
    mp_obj_get_array(value, &length, &items);
    if (length != count) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("%s has %u numbers, got %u"), what,
                (unsigned)count, (unsigned)length);
    }
    for (size_t k = 0; k < count; k++) {
        to[k] = (float)mp_obj_get_float(items[k]);
    }
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
        const mp_obj_t *all) {
    enum { SCALE, MEAN, STDEV, ROI };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_scale, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_mean, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_stdev, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_roi, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[4];
    mp_arg_parse_all_kw_array(n_args, n_kw, all, 4, allowed, args);
    ml_norm *norm = mp_obj_malloc(ml_norm, type);
    ml_norm_init(norm, mp_const_none);
    if (args[SCALE].u_obj != mp_const_none) {
        get_floats(args[SCALE].u_obj, 2, "scale", norm->scale);
        norm->given = true;
    }
    if (args[MEAN].u_obj != mp_const_none) {
        get_floats(args[MEAN].u_obj, 3, "mean", norm->mean);
        norm->given = true;
    }
    if (args[STDEV].u_obj != mp_const_none) {
        get_floats(args[STDEV].u_obj, 3, "stdev", norm->stdev);
        norm->given = true;
    }
    for (int c = 0; c < 3; c++) {
        if (!(norm->stdev[c] != 0)) {
            mp_raise_ValueError(MP_ERROR_TEXT("stdev may not be 0"));
        }
    }
    if (args[ROI].u_obj != mp_const_none) {
        image_args_numbers(1, &args[ROI].u_obj, 4, "roi (x, y, w, h)",
                norm->roi);
        norm->has_roi = true;
    }
    return MP_OBJ_FROM_PTR(norm);
}

static mp_obj_t bound_to(const ml_norm *norm, mp_obj_t image) {
    image_object_get(image);
    ml_norm *bound = m_new_obj(ml_norm);
    *bound = *norm;
    bound->image = image;
    return MP_OBJ_FROM_PTR(bound);
}

// Fills a buffer as a tensor of that shape and type whose quantisation is the
// usual one, 1/255 a step with black lowest.
static void fill(ml_norm *norm, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[0], &buffer, MP_BUFFER_WRITE);
    size_t rank;
    mp_obj_t *dims;
    mp_obj_get_array(args[1], &rank, &dims);
    mp_int_t dtype = mp_obj_get_int(args[2]);
    nn_tensor t = {
            .rank = rank <= NN_MAX_RANK ? (uint8_t)rank : 0,
            .type = dtype == 'f'   ? NN_FLOAT32
                    : dtype == 'b' ? NN_INT8
                                   : NN_UINT8,
            .scale_count = 1,
            .scale = 1.0F / 255,
            .zero_point = dtype == 'b' ? -128 : 0,
    };
    size_t elements = 1;
    for (size_t k = 0; k < t.rank; k++) {
        t.dim[k] = (int32_t)mp_obj_get_int(dims[k]);
        elements *= (size_t)t.dim[k];
    }
    img_rows rows;
    open_rows(norm, &t, 0, 1, IMG_STRETCH, &rows);
    size_t bytes = elements * nn_type_bytes((nn_type)t.type);
    if (buffer.len != bytes || ((uintptr_t)buffer.buf & 3) != 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("the tensor has %u bytes, the buffer %u"),
                (unsigned)bytes, (unsigned)buffer.len);
    }
    for (int32_t y = 0; y < t.dim[1]; y++) {
        img_rows_read(&rows, (uint32_t)y,
                (uint8_t *)buffer.buf + bytes / (size_t)t.dim[1] * (size_t)y);
    }
}

// normalization(image) is one that is bound to the image; bound ones are
// called with (buffer, shape, dtype) and fill it.
static mp_obj_t norm_call(mp_obj_t self, size_t n_args, size_t n_kw,
        const mp_obj_t *args) {
    ml_norm *norm = MP_OBJ_TO_PTR(self);
    mp_arg_check_num(n_args, n_kw, 1, 3, false);
    if (n_args == 1) {
        return bound_to(norm, args[0]);
    }
    if (n_args != 3 || norm->image == mp_const_none) {
        mp_raise_TypeError(MP_ERROR_TEXT("expected an Image, or of one that "
                                         "has it (buffer, shape, dtype)"));
    }
    fill(norm, args);
    return mp_const_none;
}

static mp_obj_t tuple_of_floats(const float *values, size_t count) {
    mp_obj_t items[3];
    for (size_t k = 0; k < count; k++) {
        items[k] = mp_obj_new_float((mp_float_t)values[k]);
    }
    return mp_obj_new_tuple(count, items);
}

static void norm_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    const ml_norm *norm = MP_OBJ_TO_PTR(self);
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be set
    }
    switch (attr) {
    case MP_QSTR_scale:
        dest[0] = tuple_of_floats(norm->scale, 2);
        break;
    case MP_QSTR_mean:
        dest[0] = tuple_of_floats(norm->mean, 3);
        break;
    case MP_QSTR_stdev:
        dest[0] = tuple_of_floats(norm->stdev, 3);
        break;
    case MP_QSTR_roi:
        dest[0] = mp_const_none;
        if (norm->roi[2] > 0) {
            mp_obj_t items[4];
            for (size_t k = 0; k < 4; k++) {
                items[k] = MP_OBJ_NEW_SMALL_INT(norm->roi[k]);
            }
            dest[0] = mp_obj_new_tuple(4, items);
        }
        break;
    default:
        break;
    }
}

MP_DEFINE_CONST_OBJ_TYPE(ml_norm_type, MP_QSTR_Normalization, MP_TYPE_FLAG_NONE,
        make_new, make_new, call, norm_call, attr, norm_attr);
