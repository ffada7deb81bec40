// SPDX-License-Identifier: MIT
// From what the camera looks at to the bytes that a sensor sends.

#include "host/vcam/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/pixel.h"

const struct vcam_tone VCAM_TONE_PLAIN = {.light = {1, 1, 1},
        .contrast = 1,
        .centre = 128,
        .saturation_u = 1,
        .saturation_v = 1};

// Photographs are taken for this gamma.
static const double GAMMA = 2.2;

// --- scaling --------------------------------------------------------------

// Where pixel i of `to` lies in `from` pixels, both in units of 1/to: the
// pixels [first, last] take part, the inner ones with weight `to`.
struct span {
    int32_t first, last;
    int64_t head, tail; // weights of the two ends
};

static struct span span_of(int32_t i, int32_t from, int32_t to) {
    int64_t begin = (int64_t)i * from;
    int64_t end = begin + from;
    struct span s = {.first = (int32_t)(begin / to),
            .last = (int32_t)((end - 1) / to)};
    s.head = (int64_t)(s.first + 1) * to - begin;
    s.tail = end - (int64_t)s.last * to;
    if (s.first == s.last) {
        s.head = s.tail = from;
    }
    return s;
}

static int64_t weight(const struct span *s, int32_t at, int32_t to) {
    return at == s->first ? s->head : at == s->last ? s->tail : to;
}

static const uint8_t *pixel(const img_image *image, int32_t x, int32_t y) {
    return image->data + (size_t)y * image->stride + 3 * (size_t)x;
}

// The mean over an area, by whole numbers, rounded once.
static void mean(const img_image *array, const struct vcam_view *v,
        const struct span *sx, const struct span *sy, int32_t to_w,
        int32_t to_h, uint8_t *rgb) {
    uint64_t sum[3] = {0, 0, 0};
    for (int32_t y = sy->first; y <= sy->last; y++) {
        uint64_t row[3] = {0, 0, 0};
        const uint8_t *p = pixel(array, v->left + sx->first, v->top + y);
        for (int32_t x = sx->first; x <= sx->last; x++, p += 3) {
            uint64_t w = (uint64_t)weight(sx, x, to_w);
            row[0] += w * p[0];
            row[1] += w * p[1];
            row[2] += w * p[2];
        }
        uint64_t w = (uint64_t)weight(sy, y, to_h);
        sum[0] += w * row[0];
        sum[1] += w * row[1];
        sum[2] += w * row[2];
    }
    uint64_t all = (uint64_t)v->width * (uint64_t)v->height;
    for (unsigned c = 0; c < 3; c++) {
        rgb[c] = (uint8_t)((sum[c] + all / 2) / all);
    }
}

void vcam_picture_view(const img_image *array, const struct vcam_view *view,
        const img_image *frame) {
    for (int32_t y = 0; y < frame->height; y++) {
        int32_t from_y = view->flip ? frame->height - 1 - y : y;
        struct span sy = span_of(from_y, view->height, frame->height);
        uint8_t *to = frame->data + (size_t)y * frame->stride;
        for (int32_t x = 0; x < frame->width; x++, to += 3) {
            int32_t from_x = view->mirror ? frame->width - 1 - x : x;
            struct span sx = span_of(from_x, view->width, frame->width);
            mean(array, view, &sx, &sy, frame->width, frame->height, to);
        }
    }
}

// A small picture is enlarged between its pixels' centres.
static void enlarge(const img_image *scene, const img_image *to) {
    for (int32_t y = 0; y < to->height; y++) {
        double v = (y + 0.5) * scene->height / to->height - 0.5;
        int32_t y0 = v < 0 ? 0 : (int32_t)v;
        int32_t y1 = y0 + 1 < scene->height ? y0 + 1 : y0;
        double fy = v < 0 ? 0 : v - y0;
        uint8_t *out = to->data + (size_t)y * to->stride;
        for (int32_t x = 0; x < to->width; x++, out += 3) {
            double u = (x + 0.5) * scene->width / to->width - 0.5;
            int32_t x0 = u < 0 ? 0 : (int32_t)u;
            int32_t x1 = x0 + 1 < scene->width ? x0 + 1 : x0;
            double fx = u < 0 ? 0 : u - x0;
            for (unsigned c = 0; c < 3; c++) {
                double a = pixel(scene, x0, y0)[c] * (1 - fx) +
                        pixel(scene, x1, y0)[c] * fx;
                double b = pixel(scene, x0, y1)[c] * (1 - fx) +
                        pixel(scene, x1, y1)[c] * fx;
                out[c] = (uint8_t)(a * (1 - fy) + b * fy + 0.5);
            }
        }
    }
}

void vcam_picture_fit(const img_image *scene, const img_image *array) {
    int64_t w = array->width;
    int64_t h = array->height;
    if (w * scene->height > h * scene->width) {
        w = (h * scene->width + scene->height / 2) / scene->height;
    } else {
        h = (w * scene->height + scene->width / 2) / scene->width;
    }
    w = w < 1 ? 1 : w;
    h = h < 1 ? 1 : h;
    memset(array->data, 0, (size_t)array->stride * (size_t)array->height);
    img_image inner = *array;
    inner.width = (int32_t)w;
    inner.height = (int32_t)h;
    inner.data += (size_t)((array->height - h) / 2) * array->stride +
            3 * (size_t)((array->width - w) / 2);
    if (w > scene->width && h > scene->height) {
        enlarge(scene, &inner);
    } else {
        const struct vcam_view all = {.width = scene->width,
                .height = scene->height};
        vcam_picture_view(scene, &all, &inner);
    }
}

// --- tones ----------------------------------------------------------------

static void make_table(uint8_t table[256], double light,
        const struct vcam_tone *tone) {
    for (int i = 0; i < 256; i++) {
        double v = i;
        if (light != 1) {
            double linear = pow(i / 255.0, GAMMA) * light;
            v = 255 * pow(linear > 1 ? 1 : linear < 0 ? 0 : linear, 1 / GAMMA);
        }
        v = (v - tone->centre) * tone->contrast + tone->centre +
                tone->brightness;
        v = v < 0 ? 0 : v > 255 ? 255 : v;
        table[i] = (uint8_t)(tone->negative ? 255.5 - v : v + 0.5);
    }
}

static void change_chroma(uint8_t *p, const struct vcam_tone *t) {
    img_color c = {p[0], p[1], p[2]};
    double u = (pixel_u(c) - 128) * t->saturation_u + 128;
    double v = (pixel_v(c) - 128) * t->saturation_v + 128;
    u = t->fixed_u ? t->u : u < 0 ? 0 : u > 255 ? 255 : u;
    v = t->fixed_v ? t->v : v < 0 ? 0 : v > 255 ? 255 : v;
    c = pixel_from_yuv(pixel_luma(c), (int32_t)(u + 0.5), (int32_t)(v + 0.5));
    p[0] = c.r;
    p[1] = c.g;
    p[2] = c.b;
}

void vcam_picture_tone(const img_image *frame, const struct vcam_tone *tone) {
    uint8_t table[3][256];
    for (unsigned c = 0; c < 3; c++) {
        make_table(table[c], tone->light[c], tone);
    }
    bool chroma = tone->saturation_u != 1 || tone->saturation_v != 1 ||
            tone->fixed_u || tone->fixed_v;
    for (int32_t y = 0; y < frame->height; y++) {
        uint8_t *p = frame->data + (size_t)y * frame->stride;
        for (int32_t x = 0; x < frame->width; x++, p += 3) {
            for (unsigned c = 0; c < 3; c++) {
                p[c] = table[c][p[c]];
            }
            if (chroma) {
                change_chroma(p, tone);
            }
        }
    }
}

void vcam_picture_bars(const img_image *frame) {
    for (int32_t y = 0; y < frame->height; y++) {
        uint8_t *p = frame->data + (size_t)y * frame->stride;
        for (int32_t x = 0; x < frame->width; x++, p += 3) {
            // White, yellow, cyan, green, magenta, red, blue, black.
            int32_t bar = 7 - x * 8 / frame->width;
            p[0] = bar & 2 ? 255 : 0;
            p[1] = bar & 4 ? 255 : 0;
            p[2] = bar & 1 ? 255 : 0;
        }
    }
}

// --- formats --------------------------------------------------------------

size_t vcam_video_line_bytes(const struct vcam_video *video) {
    return (size_t)video->width * (video->format == VIDEO_BAYER ? 1 : 2);
}

static img_color color_at(const uint8_t *p) {
    return (img_color){p[0], p[1], p[2]};
}

static void line_rgb565(const struct vcam_video *video, const uint8_t *p,
        uint8_t *bytes) {
    for (unsigned x = 0; x < video->width; x++, p += 3, bytes += 2) {
        img_color c = color_at(p);
        if (video->blue_first) {
            c = (img_color){c.b, c.g, c.r};
        }
        uint32_t word = pixel_to_565(c);
        bytes[video->swapped] = (uint8_t)(word >> 8);
        bytes[!video->swapped] = (uint8_t)word;
    }
}

static void line_yuv422(const struct vcam_video *video, const uint8_t *p,
        uint8_t *bytes) {
    for (unsigned x = 0; x < video->width; x += 2, p += 6, bytes += 4) {
        img_color a = color_at(p);
        img_color b = x + 1 < video->width ? color_at(p + 3) : a;
        uint8_t u = (uint8_t)((pixel_u(a) + pixel_u(b) + 1) / 2);
        uint8_t v = (uint8_t)((pixel_v(a) + pixel_v(b) + 1) / 2);
        unsigned y_at = !video->swapped;
        bytes[!y_at] = video->v_first ? v : u;
        bytes[y_at] = pixel_luma(a);
        if (x + 1 < video->width) {
            bytes[2 + !y_at] = video->v_first ? u : v;
            bytes[2 + y_at] = pixel_luma(b);
        }
    }
}

static void line_bayer(const struct vcam_video *video, const uint8_t *p,
        unsigned y, uint8_t *bytes) {
    // Against BGGR bit 0 exchanges columns and bit 1 rows, as in img_bayer.
    for (unsigned x = 0; x < video->width; x++, p += 3) {
        unsigned column = (x ^ video->bayer) & 1;
        unsigned row = (y ^ (unsigned)video->bayer >> 1) & 1;
        bytes[x] = p[column != row ? 1 : column ? 0 : 2];
    }
}

void vcam_video_line(const struct vcam_video *video, const img_image *frame,
        int32_t y, uint8_t *bytes) {
    const uint8_t *p = frame->data + (size_t)y * frame->stride;
    switch (video->format) {
    case VIDEO_RGB565:
        line_rgb565(video, p, bytes);
        break;
    case VIDEO_YUV422:
        line_yuv422(video, p, bytes);
        break;
    case VIDEO_BAYER:
        line_bayer(video, p, (unsigned)y, bytes);
        break;
    }
}
