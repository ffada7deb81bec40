// SPDX-License-Identifier: MIT
// Methods of images: histograms and what they say.

#include <string.h>

#include "image/histogram.h"
#include "py/runtime.h"
#include "src/py/heap.h"
#include "src/py/image_args.h"
#include "src/py/image_methods.h"
#include "src/py/image_object.h"
#include "src/py/image_options.h"
#include "src/py/result.h"

typedef struct histogram_object {
    mp_obj_base_t base;
    uint32_t channels; // 1 or 3
    img_histogram h[3];
} histogram_object;

static const mp_obj_type_t histogram_type;

enum { STATISTICS = 8 }; // of one channel

static const result_field statistic_fields[] = {
        {MP_QSTR_mean, 0},
        {MP_QSTR_median, 1},
        {MP_QSTR_mode, 2},
        {MP_QSTR_stdev, 3},
        {MP_QSTR_min, 4},
        {MP_QSTR_max, 5},
        {MP_QSTR_lq, 6},
        {MP_QSTR_uq, 7},
        {MP_QSTR_l_mean, 8},
        {MP_QSTR_l_median, 9},
        {MP_QSTR_l_mode, 10},
        {MP_QSTR_l_stdev, 11},
        {MP_QSTR_l_min, 12},
        {MP_QSTR_l_max, 13},
        {MP_QSTR_l_lq, 14},
        {MP_QSTR_l_uq, 15},
        {MP_QSTR_a_mean, 16},
        {MP_QSTR_a_median, 17},
        {MP_QSTR_a_mode, 18},
        {MP_QSTR_a_stdev, 19},
        {MP_QSTR_a_min, 20},
        {MP_QSTR_a_max, 21},
        {MP_QSTR_a_lq, 22},
        {MP_QSTR_a_uq, 23},
        {MP_QSTR_b_mean, 24},
        {MP_QSTR_b_median, 25},
        {MP_QSTR_b_mode, 26},
        {MP_QSTR_b_stdev, 27},
        {MP_QSTR_b_min, 28},
        {MP_QSTR_b_max, 29},
        {MP_QSTR_b_lq, 30},
        {MP_QSTR_b_uq, 31},
};
static const result_kind statistic_kind = {statistic_fields,
        MP_ARRAY_SIZE(statistic_fields)};

static const result_field value_fields[] = {
        {MP_QSTR_value, 0},
        {MP_QSTR_l_value, 1},
        {MP_QSTR_a_value, 2},
        {MP_QSTR_b_value, 3},
};
static const result_kind value_kind = {value_fields,
        MP_ARRAY_SIZE(value_fields)};

static mp_obj_t new_statistics(const histogram_object *object) {
    mp_obj_t items[4 * STATISTICS];
    for (size_t part = 0; part < 4; part++) {
        // The first is gray, or L; then L, a and b.
        size_t channel = part > 0 ? part - 1 : 0;
        img_statistics s = {0};
        if (channel < object->channels) {
            s = img_histogram_statistics(&object->h[channel]);
        }
        const int32_t all[STATISTICS] = {s.mean, s.median, s.mode, s.stdev,
                s.min, s.max, s.lq, s.uq};
        for (size_t k = 0; k < STATISTICS; k++) {
            items[part * STATISTICS + k] = MP_OBJ_NEW_SMALL_INT(all[k]);
        }
    }
    return result_new(&statistic_kind, 4 * STATISTICS, items);
}

// threshold tuples: (lo, hi) of gray, up to six numbers of L, a and b.
static img_range *ranges_of(const img_image *image, mp_obj_t list,
        size_t *count) {
    uint32_t channels = img_histogram_channels(image);
    mp_obj_t *items;
    mp_obj_get_array(list, count, &items);
    img_range *ranges = m_new0(img_range, *count + 1);
    for (size_t k = 0; k < *count; k++) {
        size_t length;
        mp_obj_t *n;
        mp_obj_get_array(items[k], &length, &n);
        if (length < 2 || length % 2 != 0 || length > 6) {
            mp_raise_msg_varg(&mp_type_ValueError,
                    MP_ERROR_TEXT("a threshold has %s, got %u numbers"),
                    channels == 1 ? "(lo, hi)"
                                  : "(l_lo, l_hi, a_lo, a_hi, b_lo, b_hi)",
                    (unsigned)length);
        }
        for (size_t c = 0; c < 3; c++) {
            int low = 2 * c < length ? mp_obj_get_int(n[2 * c]) : -128;
            int high = 2 * c < length ? mp_obj_get_int(n[2 * c + 1]) : 255;
            ranges[k].low[c] = (int16_t)(low < high ? low : high);
            ranges[k].high[c] = (int16_t)(low < high ? high : low);
        }
    }
    return ranges;
}

static mp_int_t bins_of(const mp_arg_val_t *own, const mp_arg_val_t *all,
        mp_int_t usual) {
    mp_int_t bins = own->u_int > 0 ? own->u_int
            : all->u_int > 0       ? all->u_int
                                   : usual;
    if (bins < 2 || bins > usual) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("2 to %d bins, got %d"), (int)usual, (int)bins);
    }
    return bins;
}

static histogram_object *count_pixels(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { THRESHOLDS, INVERT, ROI, BINS, L_BINS, A_BINS, B_BINS, DIFFERENCE };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_thresholds, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_invert, MP_ARG_BOOL, {.u_bool = false}},
            {MP_QSTR_roi, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_bins, MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_l_bins, MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_a_bins, MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_b_bins, MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_difference, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[8];
    mp_arg_parse_all(n_args - 1, pos + 1, kw, 8, allowed, args);
    img_image *image = image_object_pixels(pos[0]);
    size_t ranges_count = 0;
    img_range *ranges = NULL;
    if (args[THRESHOLDS].u_obj != mp_const_none) {
        ranges = ranges_of(image, args[THRESHOLDS].u_obj, &ranges_count);
    }
    img_box roi = image_options_roi(image, args[ROI].u_obj);
    const img_image *other = args[DIFFERENCE].u_obj != mp_const_none
            ? image_object_pixels(args[DIFFERENCE].u_obj)
            : NULL;
    histogram_object *object = mp_obj_malloc(histogram_object, &histogram_type);
    object->channels = img_histogram_channels(image);
    for (uint32_t c = 0; c < 3; c++) {
        img_histogram *h = &object->h[c];
        *h = img_histogram_of(image, c);
        if (c < object->channels) {
            h->bins = (int32_t)bins_of(&args[L_BINS + c], &args[BINS], h->bins);
            h->counts = heap_take("the histogram",
                    (size_t)h->bins * sizeof(*h->counts));
        }
    }
    // From here on nothing is raised before the scratch is given back.
    img_image changed = *image;
    image_scratch scratch;
    int err = 0;
    if (other != NULL) {
        // The difference of both, beside.
        changed.data = image_scratch_take(&scratch, img_bytes(image));
        memcpy(changed.data, image->data, img_bytes(image));
        img_blit b = img_blit_whole(other);
        b.op = IMG_DIFFERENCE;
        err = img_blit_run(&changed, other, &b);
    }
    if (err == 0) {
        err = img_histogram_count(&changed, &roi, ranges,
                (uint32_t)ranges_count, args[INVERT].u_bool, object->h);
    }
    if (other != NULL) {
        image_scratch_give(&scratch);
    }
    if (ranges != NULL) {
        m_del(img_range, ranges, ranges_count + 1);
    }
    image_object_check(err);
    return object;
}

static mp_obj_t get_histogram(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    return MP_OBJ_FROM_PTR(count_pixels(n_args, pos, kw));
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_get_histogram_obj, 1, get_histogram);

static mp_obj_t get_statistics(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    histogram_object *object = count_pixels(n_args, pos, kw);
    mp_obj_t result = new_statistics(object);
    for (uint32_t c = 0; c < object->channels; c++) {
        m_free(object->h[c].counts);
    }
    m_del_obj(histogram_object, object);
    return result;
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_get_statistics_obj, 1, get_statistics);

// What one value a channel makes: value, l_value, a_value, b_value.
static mp_obj_t new_value(const histogram_object *object,
        const int32_t value[3]) {
    mp_obj_t items[4] = {
            MP_OBJ_NEW_SMALL_INT(value[0]),
            MP_OBJ_NEW_SMALL_INT(value[0]),
            MP_OBJ_NEW_SMALL_INT(object->channels > 1 ? value[1] : 0),
            MP_OBJ_NEW_SMALL_INT(object->channels > 1 ? value[2] : 0),
    };
    return result_new(&value_kind, 4, items);
}

static mp_obj_t get_percentile(mp_obj_t self, mp_obj_t part) {
    const histogram_object *object = MP_OBJ_TO_PTR(self);
    mp_float_t p = mp_obj_get_float(part);
    if (!(p >= 0 && p <= 1)) {
        mp_raise_ValueError(MP_ERROR_TEXT("a percentile is 0 to 1"));
    }
    int32_t value[3] = {0};
    for (uint32_t c = 0; c < object->channels; c++) {
        value[c] =
                img_histogram_percentile(&object->h[c], (uint32_t)(p * 65536));
    }
    return new_value(object, value);
}
static MP_DEFINE_CONST_FUN_OBJ_2(get_percentile_obj, get_percentile);

static mp_obj_t get_threshold(mp_obj_t self) {
    const histogram_object *object = MP_OBJ_TO_PTR(self);
    int32_t value[3] = {0};
    for (uint32_t c = 0; c < object->channels; c++) {
        value[c] = img_histogram_threshold(&object->h[c]);
    }
    return new_value(object, value);
}
static MP_DEFINE_CONST_FUN_OBJ_1(get_threshold_obj, get_threshold);

static mp_obj_t get_stats(mp_obj_t self) {
    return new_statistics(MP_OBJ_TO_PTR(self));
}
static MP_DEFINE_CONST_FUN_OBJ_1(get_stats_obj, get_stats);

// Parts of all pixels, which sum up to 1.
static mp_obj_t list_bins(const img_histogram *h) {
    mp_obj_t list = mp_obj_new_list((size_t)h->bins, NULL);
    for (int32_t k = 0; k < h->bins; k++) {
        mp_float_t part = h->total > 0
                ? (mp_float_t)h->counts[k] / (mp_float_t)h->total
                : 0;
        mp_obj_list_store(list, MP_OBJ_NEW_SMALL_INT(k),
                mp_obj_new_float(part));
    }
    return list;
}

static mp_obj_t channel_bins(const histogram_object *object, uint32_t channel) {
    return result_value(channel < object->channels
                    ? list_bins(&object->h[channel])
                    : mp_obj_new_list(0, NULL));
}

static void histogram_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    const histogram_object *object = MP_OBJ_TO_PTR(self);
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be set
    }
    switch (attr) {
    case MP_QSTR_bins:
    case MP_QSTR_l_bins:
        dest[0] = channel_bins(object, 0);
        break;
    case MP_QSTR_a_bins:
        dest[0] = channel_bins(object, 1);
        break;
    case MP_QSTR_b_bins:
        dest[0] = channel_bins(object, 2);
        break;
    default:
        dest[1] = MP_OBJ_SENTINEL; // look among the methods
    }
}

static mp_obj_t histogram_subscr(mp_obj_t self, mp_obj_t index,
        mp_obj_t value) {
    const histogram_object *object = MP_OBJ_TO_PTR(self);
    if (value != MP_OBJ_SENTINEL) {
        return MP_OBJ_NULL;
    }
    size_t at = mp_get_index(&histogram_type, object->channels, index, false);
    return list_bins(&object->h[at]);
}

static const mp_rom_map_elem_t histogram_table[] = {
        {MP_ROM_QSTR(MP_QSTR_get_percentile), MP_ROM_PTR(&get_percentile_obj)},
        {MP_ROM_QSTR(MP_QSTR_get_threshold), MP_ROM_PTR(&get_threshold_obj)},
        {MP_ROM_QSTR(MP_QSTR_get_statistics), MP_ROM_PTR(&get_stats_obj)},
        {MP_ROM_QSTR(MP_QSTR_get_stats), MP_ROM_PTR(&get_stats_obj)},
        {MP_ROM_QSTR(MP_QSTR_statistics), MP_ROM_PTR(&get_stats_obj)},
};
static MP_DEFINE_CONST_DICT(histogram_methods, histogram_table);

static MP_DEFINE_CONST_OBJ_TYPE(histogram_type, MP_QSTR_histogram,
        MP_TYPE_FLAG_NONE, attr, histogram_attr, subscr, histogram_subscr,
        locals_dict, &histogram_methods);
