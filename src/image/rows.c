// SPDX-License-Identifier: MIT
// Samples an image bilinearly and writes network input rows.

#include "image/rows.h"

#include <math.h>

#include "image/bayer.h"
#include "image/pixel.h"
#include "image/rows_565.h"

// Samples at once: small enough for a stack, large enough that the choice of
// loops below costs nothing.
enum { CHUNK = 32 };

static const double one = 4294967296.0; // of 32.32 fixed point

static bool in_range(double value, double limit) {
    return value >= -limit && value <= limit;
}

static int32_t clamp_index(int32_t at, int32_t count) {
    return at < 0 ? 0 : at >= count ? count - 1 : at;
}

// Columns (or rows) whose centre lies in [low, high) of the image.
static void visible(int64_t first, int64_t step, int32_t count, double low,
        double high, int32_t *begin, int32_t *end) {
    // first is where interpolation begins, half a pixel before the centre.
    int64_t from = (int64_t)((low - 0.5) * one);
    int64_t to = (int64_t)((high - 0.5) * one);
    int32_t k = 0;
    while (k < count && first + k * step < from) {
        k++;
    }
    *begin = k;
    while (k < count && first + k * step < to) {
        k++;
    }
    *end = k;
}

// Finds mul, add and shift so that the products keep to 63 bits: a sample
// has 32 bits, mul gets at most 30 and add at most 61. The channels share the
// shift.
static int set_scale(img_rows *rows, const img_target *target) {
    double mul[3] = {target->mul, target->mul, target->mul};
    double add[3] = {target->add, target->add, target->add};
    if (target->apart) {
        mul[1] = target->green[0];
        add[1] = target->green[1];
        mul[2] = target->blue[0];
        add[2] = target->blue[1];
    }
    double most_mul = 0;
    double most_add = 0;
    for (int c = 0; c < 3; c++) {
        if (!in_range(mul[c], 1e6) || !in_range(add[c], 1e6)) {
            return IMG_ERR_RANGE;
        }
        rows->float_mul[c] = (float)(mul[c] / (1 << IMG_SAMPLE_BITS));
        rows->float_add[c] = (float)add[c];
        add[c] *= 1 << IMG_SAMPLE_BITS;
        most_mul = fmax(most_mul, fabs(mul[c]));
        most_add = fmax(most_add, fabs(add[c]));
    }
    int shift = IMG_SAMPLE_BITS;
    double scale = 1;
    while (shift < 60 && most_mul * scale <= 0x1p28 &&
            most_add * scale <= 0x1p59) {
        scale *= 2;
        shift++;
    }
    for (int c = 0; c < 3; c++) {
        double m = mul[c] * scale;
        rows->mul[c] = (int32_t)(m < 0 ? m - 0.5 : m + 0.5);
        // Half a step more, so that cutting the fraction rounds to the nearest.
        rows->add[c] = (int64_t)(add[c] * scale) + ((int64_t)1 << (shift - 1));
    }
    rows->shift = (uint8_t)shift;
    return 0;
}

int img_rows_init(img_rows *rows, const img_image *image, const img_rect *roi,
        img_fit fit, const img_target *target) {
    if (img_check(image) != 0 || target->width < 1 || target->height < 1 ||
            target->width > IMG_MAX_SIDE || target->height > IMG_MAX_SIDE ||
            (target->channels != 1 && target->channels != 3)) {
        return IMG_ERR_INVALID;
    }
    img_rect whole = {0, 0, (float)image->width, (float)image->height};
    double x = (roi != NULL ? roi : &whole)->x;
    double y = (roi != NULL ? roi : &whole)->y;
    double w = (roi != NULL ? roi : &whole)->w;
    double h = (roi != NULL ? roi : &whole)->h;
    if (!(w > 0) || !(h > 0)) {
        return IMG_ERR_INVALID;
    }
    if (!in_range(x, 1e6) || !in_range(y, 1e6) || w > 1e6 || h > 1e6) {
        return IMG_ERR_RANGE;
    }
    // The part of the plane that the whole tensor covers.
    double span_x = w;
    double span_y = h;
    if (fit == IMG_LETTERBOX) {
        if (w * target->height >= h * target->width) {
            span_y = w * target->height / target->width;
        } else {
            span_x = h * target->width / target->height;
        }
    }
    if (span_x > 0x1p24 || span_y > 0x1p24) {
        return IMG_ERR_RANGE;
    }
    double origin_x = x - (span_x - w) / 2;
    double origin_y = y - (span_y - h) / 2;
    double step_x = span_x / target->width;
    double step_y = span_y / target->height;

    rows->image = *image;
    rows->map = (img_map){(float)origin_x, (float)origin_y, (float)span_x,
            (float)span_y};
    rows->step_x = (int64_t)(step_x * one);
    rows->step_y = (int64_t)(step_y * one);
    rows->first_x = (int64_t)((origin_x + step_x / 2 - 0.5) * one);
    rows->first_y = (int64_t)((origin_y + step_y / 2 - 0.5) * one);
    rows->channels = (uint8_t)target->channels;
    rows->element = target->element;
    rows->width = target->width;
    rows->height = target->height;
    visible(rows->first_x, rows->step_x, target->width, x > 0 ? x : 0,
            x + w < image->width ? x + w : image->width, &rows->left,
            &rows->right);
    visible(rows->first_y, rows->step_y, target->height, y > 0 ? y : 0,
            y + h < image->height ? y + h : image->height, &rows->top,
            &rows->bottom);
    return set_scale(rows, target);
}

static img_taps taps_of(const img_rows *rows, uint32_t row) {
    const img_image *image = &rows->image;
    img_taps t;
    int32_t y = img_split(rows->first_y + (int64_t)row * rows->step_y,
            &t.lower_weight);
    t.upper_weight = (1U << IMG_WEIGHT_BITS) - t.lower_weight;
    t.upper =
            image->data + (size_t)clamp_index(y, image->height) * image->stride;
    t.lower = image->data +
            (size_t)clamp_index(y + 1, image->height) * image->stride;
    return t;
}

static inline img_color load(const img_rows *rows, img_format format,
        const uint8_t *row, int32_t x) {
    if (format == IMG_BAYER) {
        uint32_t y = (uint32_t)((size_t)(row - rows->image.data) /
                rows->image.stride);
        return img_bayer_color(&rows->image, x, (int32_t)y);
    }
    return pixel_load(format, row, x, rows->image.width);
}

// Samples count pixels from the place at. Inlined once a format, so that the
// format is a constant in the loop. channels is what is sampled: 1 where the
// image's luma is all there is to know.
static inline void sample(const img_rows *rows, const img_taps *t, int64_t at,
        int32_t count, img_format format, bool luma, uint32_t *out) {
    int32_t width = rows->image.width;
    for (int32_t k = 0; k < count; k++) {
        uint32_t right_weight;
        int32_t x = img_split(at, &right_weight);
        uint32_t left_weight = (1U << IMG_WEIGHT_BITS) - right_weight;
        int32_t x0 = clamp_index(x, width);
        int32_t x1 = clamp_index(x + 1, width);
        uint32_t w00 = t->upper_weight * left_weight;
        uint32_t w01 = t->upper_weight * right_weight;
        uint32_t w10 = t->lower_weight * left_weight;
        uint32_t w11 = t->lower_weight * right_weight;
        at += rows->step_x;
        if (luma) {
            // Y comes first in each pair of bytes of YUV422.
            int32_t size = format == IMG_YUV422 ? 2 : 1;
            *out++ = w00 * t->upper[x0 * size] + w01 * t->upper[x1 * size] +
                    w10 * t->lower[x0 * size] + w11 * t->lower[x1 * size];
            continue;
        }
        img_color c00 = load(rows, format, t->upper, x0);
        img_color c01 = load(rows, format, t->upper, x1);
        img_color c10 = load(rows, format, t->lower, x0);
        img_color c11 = load(rows, format, t->lower, x1);
        *out++ = w00 * c00.r + w01 * c01.r + w10 * c10.r + w11 * c11.r;
        *out++ = w00 * c00.g + w01 * c01.g + w10 * c10.g + w11 * c11.g;
        *out++ = w00 * c00.b + w01 * c01.b + w10 * c10.b + w11 * c11.b;
    }
}

// Samples count pixels, as many values a pixel as the tensor has channels.
static void sample_chunk(const img_rows *rows, const img_taps *t, int64_t at,
        int32_t count, uint32_t *out) {
    bool gray = rows->channels == 1;
    switch (rows->image.format) {
    case IMG_GRAYSCALE:
        sample(rows, t, at, count, IMG_GRAYSCALE, true, out);
        break;
    case IMG_YUV422:
        if (gray) {
            sample(rows, t, at, count, IMG_YUV422, true, out);
        } else {
            sample(rows, t, at, count, IMG_YUV422, false, out);
        }
        break;
    case IMG_RGB565:
        img_sample_565(t, at, rows->step_x, rows->image.width, count, out);
        break;
    case IMG_RGB888:
        sample(rows, t, at, count, IMG_RGB888, false, out);
        break;
    case IMG_BINARY:
        sample(rows, t, at, count, IMG_BINARY, false, out);
        break;
    case IMG_BAYER:
        sample(rows, t, at, count, IMG_BAYER, false, out);
        break;
    case IMG_JPEG:
    case IMG_PNG:
        break; // img_check() has refused them
    }
    if (rows->image.format == IMG_GRAYSCALE && !gray) {
        for (int32_t k = count - 1; k >= 0; k--) {
            out[3 * k] = out[3 * k + 1] = out[3 * k + 2] = out[k];
        }
    } else if (gray && rows->image.format != IMG_GRAYSCALE &&
            rows->image.format != IMG_YUV422) {
        for (int32_t k = 0; k < count; k++) {
            out[k] =
                    (uint32_t)((PIXEL_LUMA_R * (uint64_t)out[3 * k] +
                                       PIXEL_LUMA_G * (uint64_t)out[3 * k + 1] +
                                       PIXEL_LUMA_B *
                                               (uint64_t)out[3 * k + 2]) >>
                            16);
        }
    }
}

static uint8_t to_integer(const img_rows *rows, uint32_t value, int64_t low,
        uint32_t channel) {
    int64_t q = ((int64_t)value * rows->mul[channel] + rows->add[channel]) >>
            rows->shift;
    return (uint8_t)(q < low ? low : q > low + 255 ? low + 255 : q);
}

// The same without 64-bit shifts, for factors that are not negative and a
// shift of 32 and more. Inlined once for each low, so that it is a constant.
static inline void emit_bytes(const img_rows *rows, const uint32_t *samples,
        int32_t count, int32_t low, uint8_t *to) {
    const uint32_t down = rows->shift - 32U;
    for (uint32_t c = 0; c < rows->channels; c++) {
        const uint32_t mul = (uint32_t)rows->mul[c];
        const uint64_t add = (uint64_t)rows->add[c];
        const uint32_t step = rows->channels;
        const uint32_t *from = samples + c;
        uint8_t *at = to + c;
        for (int32_t k = 0; k < count; k++, from += step, at += step) {
            uint64_t product = (uint64_t)*from * mul + add;
            int32_t q = (int32_t)(product >> 32) >> down;
            q = q < low ? low : q;
            *at = (uint8_t)(q > low + 255 ? low + 255 : q);
        }
    }
}

static bool is_plain(const img_rows *rows) {
    return rows->shift >= 32 && rows->mul[0] >= 0 && rows->mul[1] >= 0 &&
            rows->mul[2] >= 0;
}

// Writes count pixels as elements; returns where the next one belongs.
static void *emit(const img_rows *rows, const uint32_t *samples, int32_t count,
        void *out) {
    uint32_t channels = rows->channels;
    uint32_t values = (uint32_t)count * channels;
    if (rows->element == IMG_FLOAT32) {
        float *to = out;
        for (uint32_t i = 0; i < values; i++) {
            to[i] = (float)samples[i] * rows->float_mul[i % channels] +
                    rows->float_add[i % channels];
        }
        return to + values;
    }
    uint8_t *to = out;
    bool is_signed = rows->element == IMG_INT8;
    if (is_plain(rows) && is_signed) {
        emit_bytes(rows, samples, count, -128, to);
    } else if (is_plain(rows)) {
        emit_bytes(rows, samples, count, 0, to);
    } else {
        for (uint32_t i = 0; i < values; i++) {
            to[i] = to_integer(rows, samples[i], is_signed ? -128 : 0,
                    i % channels);
        }
    }
    return to + values;
}

static void *emit_black(const img_rows *rows, int32_t pixels, void *out) {
    static const uint32_t black[CHUNK * 3];
    while (pixels > 0) {
        int32_t count = pixels < CHUNK ? pixels : CHUNK;
        out = emit(rows, black, count, out);
        pixels -= count;
    }
    return out;
}

int img_rows_read(void *context, uint32_t row, void *out) {
    const img_rows *rows = context;
    if (row >= (uint32_t)rows->height) {
        return IMG_ERR_INVALID;
    }
    if ((int32_t)row < rows->top || (int32_t)row >= rows->bottom ||
            rows->left == rows->right) {
        emit_black(rows, rows->width, out);
        return 0;
    }
    img_taps t = taps_of(rows, row);
    uint32_t samples[CHUNK * 3];
    out = emit_black(rows, rows->left, out);
    for (int32_t x = rows->left; x < rows->right; x += CHUNK) {
        int32_t count = rows->right - x < CHUNK ? rows->right - x : CHUNK;
        sample_chunk(rows, &t, rows->first_x + x * rows->step_x, count,
                samples);
        out = emit(rows, samples, count, out);
    }
    emit_black(rows, rows->width - rows->right, out);
    return 0;
}
