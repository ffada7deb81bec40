// SPDX-License-Identifier: MIT
// One image drawn into another.

#include "image/blit.h"

#include <string.h>

#include "image/bayer.h"
#include "image/pixel.h"

enum { ONE = 1 << 16 }; // places have 16 fraction bits

img_blit img_blit_whole(const img_image *from) {
    img_box box = {0, 0, from->width, from->height};
    return (img_blit){.roi = box, .to = box, .channel = -1, .alpha = 255};
}

static bool inside(const img_box *box, const img_image *image) {
    return box->x >= 0 && box->y >= 0 && box->w >= 1 && box->h >= 1 &&
            box->w <= image->width - box->x && box->h <= image->height - box->y;
}

static int check(const img_image *to, const img_image *from,
        const img_blit *blit) {
    if (img_check(to) != 0 || img_check(from) != 0 ||
            !inside(&blit->roi, from) || blit->to.w < 1 || blit->to.h < 1 ||
            blit->to.w > IMG_MAX_SIDE || blit->to.h > IMG_MAX_SIDE) {
        return IMG_ERR_INVALID;
    }
    const img_image *mask = blit->mask;
    if (mask != NULL &&
            (img_check(mask) != 0 || mask->width != to->width ||
                    mask->height != to->height)) {
        return IMG_ERR_INVALID;
    }
    return 0;
}

// Where pixels of the destination come from. Along its columns: begin and
// step of the source's column, or of its row where it is transposed.
typedef struct walk {
    const img_image *from;
    const img_blit *blit;
    int64_t begin_u, step_u; // along the destination's columns
    int64_t begin_v, step_v; // along its rows
    bool swapped;            // u is the source's y
} walk;

// Begin and step along one side: `count` pixels that show `length` of the
// source from `first` on, backwards where mirrored.
static void lay_out(int32_t first, int32_t length, int32_t count, bool mirrored,
        int64_t *begin, int64_t *step) {
    *step = (int64_t)length * ONE / count;
    *begin = (int64_t)first * ONE + *step / 2;
    if (mirrored) {
        *begin += *step * (count - 1);
        *step = -*step;
    }
}

static walk walk_of(const img_image *from, const img_blit *b) {
    walk w = {.from = from, .blit = b, .swapped = b->transpose};
    if (b->transpose) {
        lay_out(b->roi.y, b->roi.h, b->to.w, b->vflip, &w.begin_u, &w.step_u);
        lay_out(b->roi.x, b->roi.w, b->to.h, b->hmirror, &w.begin_v, &w.step_v);
    } else {
        lay_out(b->roi.x, b->roi.w, b->to.w, b->hmirror, &w.begin_u, &w.step_u);
        lay_out(b->roi.y, b->roi.h, b->to.h, b->vflip, &w.begin_v, &w.step_v);
    }
    return w;
}

static int32_t clamp(int32_t at, int32_t first, int32_t count) {
    return at < first ? first : at >= first + count ? first + count - 1 : at;
}

// A pixel of the roi; outside, the nearest one inside.
static img_color at(const walk *w, int32_t x, int32_t y) {
    const img_box *roi = &w->blit->roi;
    return img_get(w->from, clamp(x, roi->x, roi->w), clamp(y, roi->y, roi->h));
}

static img_color mix(const int32_t sum[3], int32_t shift) {
    int32_t half = 1 << (shift - 1);
    return (img_color){pixel_clamp((sum[0] + half) >> shift),
            pixel_clamp((sum[1] + half) >> shift),
            pixel_clamp((sum[2] + half) >> shift)};
}

static void add(int32_t sum[3], img_color c, int32_t weight) {
    sum[0] += c.r * weight;
    sum[1] += c.g * weight;
    sum[2] += c.b * weight;
}

static img_color bilinear(const walk *w, int64_t x, int64_t y) {
    x -= ONE / 2;
    y -= ONE / 2;
    int32_t left = (int32_t)(x >> 16);
    int32_t top = (int32_t)(y >> 16);
    int32_t fx = (int32_t)(x & (ONE - 1)) >> 8;
    int32_t fy = (int32_t)(y & (ONE - 1)) >> 8;
    int32_t sum[3] = {0};
    add(sum, at(w, left, top), (256 - fx) * (256 - fy));
    add(sum, at(w, left + 1, top), fx * (256 - fy));
    add(sum, at(w, left, top + 1), (256 - fx) * fy);
    add(sum, at(w, left + 1, top + 1), fx * fy);
    return mix(sum, 16);
}

// Weights of four pixels in 1/128 for a place f/128 behind the second.
static void cubic_weights(int32_t f, int32_t weight[4]) {
    int32_t f2 = f * f;  // 14 bits
    int32_t f3 = f2 * f; // 21 bits
    int32_t g = f << 14;
    int32_t g2 = f2 << 7;
    int32_t one = 1 << 21;
    weight[0] = (-g + 2 * g2 - f3) / 2;
    weight[2] = (g + 4 * g2 - 3 * f3) / 2;
    weight[3] = (-g2 + f3) / 2;
    for (int k = 0; k < 4; k++) {
        weight[k] = (weight[k] + (1 << 13)) >> 14;
    }
    weight[1] = (one >> 14) - weight[0] - weight[2] - weight[3];
}

static img_color bicubic(const walk *w, int64_t x, int64_t y) {
    x -= ONE / 2;
    y -= ONE / 2;
    int32_t left = (int32_t)(x >> 16) - 1;
    int32_t top = (int32_t)(y >> 16) - 1;
    int32_t across[4];
    int32_t along[4];
    cubic_weights((int32_t)(x & (ONE - 1)) >> 9, across);
    cubic_weights((int32_t)(y & (ONE - 1)) >> 9, along);
    int32_t sum[3] = {0};
    for (int32_t j = 0; j < 4; j++) {
        for (int32_t i = 0; i < 4; i++) {
            add(sum, at(w, left + i, top + j), across[i] * along[j]);
        }
    }
    return mix(sum, 14);
}

// The first pixel of a step around a place, and how many it covers.
static int32_t covered(int64_t place, int64_t step, int32_t *count) {
    step = step < 0 ? -step : step;
    int64_t low = place - step / 2;
    int64_t first = low >> 16;
    int64_t end = (low + step + ONE - 1) >> 16;
    *count = (int32_t)(end > first ? end - first : 1);
    return (int32_t)first;
}

static img_color area(const walk *w, int64_t x, int64_t y, int64_t step_x,
        int64_t step_y) {
    int32_t columns;
    int32_t rows;
    int32_t left = covered(x, step_x, &columns);
    int32_t top = covered(y, step_y, &rows);
    uint64_t sum[3] = {0};
    for (int32_t j = 0; j < rows; j++) {
        for (int32_t i = 0; i < columns; i++) {
            img_color c = at(w, left + i, top + j);
            sum[0] += c.r;
            sum[1] += c.g;
            sum[2] += c.b;
        }
    }
    uint64_t n = (uint64_t)columns * (uint64_t)rows;
    return (img_color){(uint8_t)((sum[0] + n / 2) / n),
            (uint8_t)((sum[1] + n / 2) / n), (uint8_t)((sum[2] + n / 2) / n)};
}

static img_color sample(const walk *w, int64_t u, int64_t v) {
    int64_t x = w->swapped ? v : u;
    int64_t y = w->swapped ? u : v;
    switch (w->blit->sampling) {
    case IMG_BILINEAR:
        return bilinear(w, x, y);
    case IMG_BICUBIC:
        return bicubic(w, x, y);
    case IMG_AREA:
        return area(w, x, y, w->swapped ? w->step_v : w->step_u,
                w->swapped ? w->step_u : w->step_v);
    default:
        return at(w, (int32_t)(x >> 16), (int32_t)(y >> 16));
    }
}

static uint8_t combine(img_op op, int32_t there, int32_t coming) {
    switch (op) {
    case IMG_ADD:
        return pixel_clamp(there + coming);
    case IMG_SUB:
        return pixel_clamp(there - coming);
    case IMG_RSUB:
        return pixel_clamp(coming - there);
    case IMG_MIN:
        return (uint8_t)(there < coming ? there : coming);
    case IMG_MAX:
        return (uint8_t)(there > coming ? there : coming);
    case IMG_DIFFERENCE:
        return (uint8_t)(there > coming ? there - coming : coming - there);
    case IMG_AND:
        return (uint8_t)(there & coming);
    case IMG_NAND:
        return (uint8_t) ~(there & coming);
    case IMG_OR:
        return (uint8_t)(there | coming);
    case IMG_NOR:
        return (uint8_t) ~(there | coming);
    case IMG_XOR:
        return (uint8_t)(there ^ coming);
    case IMG_XNOR:
        return (uint8_t) ~(there ^ coming);
    default:
        return (uint8_t)coming;
    }
}

static uint8_t fade(uint8_t there, uint8_t coming, uint32_t alpha) {
    return (uint8_t)((coming * alpha + there * (255 - alpha) + 127) / 255);
}

// What comes, as the options change it; *alpha is what of it counts.
static img_color prepare(const img_blit *b, img_color c, bool gray,
        uint32_t *alpha) {
    if (b->channel >= 0) {
        c = pixel_gray(b->channel == 0 ? c.r : b->channel == 1 ? c.g : c.b);
    }
    uint8_t level = gray || b->channel >= 0 ? c.r : pixel_luma(c);
    *alpha = b->alpha;
    if (b->alpha_palette != NULL) {
        *alpha = *alpha * b->alpha_palette[level] / 255;
    }
    if (b->palette != NULL) {
        c = pixel_from_565(pixel_load_565(b->palette + 2 * (size_t)level));
    }
    return c;
}

static void put(const img_image *to, const img_blit *b, int32_t x, int32_t y,
        img_color c, bool gray) {
    if (b->mask != NULL && img_get(b->mask, x, y).g == 0) {
        return;
    }
    uint32_t alpha;
    c = prepare(b, c, gray, &alpha);
    if (b->op != IMG_REPLACE || alpha < 255) {
        img_color there = img_get(to, x, y);
        if (to->format == IMG_GRAYSCALE) {
            c = pixel_gray(pixel_luma(c));
        }
        c.r = combine(b->op, there.r, c.r);
        c.g = combine(b->op, there.g, c.g);
        c.b = combine(b->op, there.b, c.b);
        if (alpha < 255) {
            c.r = fade(there.r, c.r, alpha);
            c.g = fade(there.g, c.g, alpha);
            c.b = fade(there.b, c.b, alpha);
        }
    }
    img_set(to, x, y, c);
}

// Whether pixels can be copied as they lie: chroma and filters must fall on
// their like.
static bool same_bytes(const img_image *to, const img_image *from,
        const img_blit *b) {
    int32_t x = b->roi.x - b->to.x;
    int32_t y = b->roi.y - b->to.y;
    switch (to->format) {
    case IMG_GRAYSCALE:
    case IMG_RGB565:
    case IMG_RGB888:
        return true;
    case IMG_YUV422:
        return x % 2 == 0 && b->to.x % 2 == 0 && b->roi.w % 2 == 0;
    case IMG_BAYER:
        return img_bayer_shifted(from->bayer, x, y) == to->bayer;
    default:
        return false;
    }
}

bool img_blit_is_copy(const img_image *to, const img_image *from,
        const img_blit *b) {
    return to->format == from->format && same_bytes(to, from, b) &&
            b->op == IMG_REPLACE && b->alpha == 255 &&
            b->alpha_palette == NULL && b->mask == NULL && b->palette == NULL &&
            b->channel < 0 && !b->hmirror && !b->vflip && !b->transpose &&
            b->roi.w == b->to.w && b->roi.h == b->to.h;
}

// A row of gray or RGB565 pixels out of such a row, with nothing to mix.
// Inlined once a pair of formats.
static inline void take_row(img_format from, img_format to, const uint8_t *row,
        int64_t u, int64_t step, uint8_t *out, int32_t count) {
    for (int32_t k = 0; k < count; k++, u += step) {
        img_color c = pixel_load(from, row, (int32_t)(u >> 16), 0);
        if (to == IMG_GRAYSCALE) {
            *out++ = from == IMG_GRAYSCALE ? c.r : pixel_luma(c);
        } else {
            uint32_t word = pixel_to_565(c);
            *out++ = (uint8_t)word;
            *out++ = (uint8_t)(word >> 8);
        }
    }
}

static bool is_gray_or_565(img_format format) {
    return format == IMG_GRAYSCALE || format == IMG_RGB565;
}

static bool is_plain(const img_image *to, const img_image *from,
        const img_blit *b) {
    return is_gray_or_565(to->format) && is_gray_or_565(from->format) &&
            b->sampling == IMG_NEAREST && b->op == IMG_REPLACE &&
            b->alpha == 255 && b->alpha_palette == NULL && b->mask == NULL &&
            b->palette == NULL && b->channel < 0 && !b->transpose;
}

static void plain_row(const img_image *to, const walk *w, int64_t u, int64_t v,
        uint8_t *out, int32_t count) {
    const img_image *from = w->from;
    const uint8_t *row = from->data + (size_t)(v >> 16) * from->stride;
    if (from->format == IMG_GRAYSCALE && to->format == IMG_GRAYSCALE) {
        take_row(IMG_GRAYSCALE, IMG_GRAYSCALE, row, u, w->step_u, out, count);
    } else if (from->format == IMG_GRAYSCALE) {
        take_row(IMG_GRAYSCALE, IMG_RGB565, row, u, w->step_u, out, count);
    } else if (to->format == IMG_GRAYSCALE) {
        take_row(IMG_RGB565, IMG_GRAYSCALE, row, u, w->step_u, out, count);
    } else {
        take_row(IMG_RGB565, IMG_RGB565, row, u, w->step_u, out, count);
    }
}

void img_blit_row(const img_image *to, const img_image *from, const img_blit *b,
        int32_t row) {
    int64_t left = b->to.x > 0 ? b->to.x : 0;
    int64_t right = (int64_t)b->to.x + b->to.w;
    right = right < to->width ? right : to->width;
    int64_t y = (int64_t)b->to.y + row;
    if (y < 0 || y >= to->height || left >= right) {
        return;
    }
    int64_t skipped = left - b->to.x;
    if (img_blit_is_copy(to, from, b)) {
        uint32_t size = img_row_bytes(to->format, 1);
        memcpy(to->data + (size_t)y * to->stride + (size_t)left * size,
                from->data + (size_t)(b->roi.y + row) * from->stride +
                        (size_t)(b->roi.x + skipped) * size,
                (size_t)(right - left) * size);
        return;
    }
    walk w = walk_of(from, b);
    bool gray = from->format == IMG_GRAYSCALE || from->format == IMG_BINARY;
    int64_t u = w.begin_u + skipped * w.step_u;
    int64_t v = w.begin_v + row * w.step_v;
    if (is_plain(to, from, b)) {
        uint8_t *out = to->data + (size_t)y * to->stride +
                (size_t)left * img_row_bytes(to->format, 1);
        plain_row(to, &w, u, v, out, (int32_t)(right - left));
        return;
    }
    for (int64_t x = left; x < right; x++, u += w.step_u) {
        put(to, b, (int32_t)x, (int32_t)y, sample(&w, u, v), gray);
    }
}

int img_blit_run(const img_image *to, const img_image *from,
        const img_blit *b) {
    int err = check(to, from, b);
    if (err) {
        return err;
    }
    int64_t first = b->to.y < 0 ? -(int64_t)b->to.y : 0;
    int64_t end = (int64_t)to->height - b->to.y;
    end = end < b->to.h ? end : b->to.h;
    for (int64_t row = first; row < end; row++) {
        img_blit_row(to, from, b, (int32_t)row);
    }
    return 0;
}
