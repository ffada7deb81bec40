// SPDX-License-Identifier: MIT
// One image drawn into another, and conversion in place, against slow code.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/convert.h"
#include "test/support/random.h"

static img_image new_image(random_source *r, int32_t w, int32_t h,
        img_format format) {
    img_image image = img_image_of(NULL, w, h, format);
    if (random_once_in(r, 3)) {
        image.stride += 4 * (uint32_t)random_in(r, 1, 3);
    }
    image.bayer = (img_bayer)random_in(r, IMG_BGGR, IMG_RGGB);
    image.data = malloc(img_bytes(&image));
    random_fill(r, image.data, img_bytes(&image));
    return image;
}

static img_format any_format(random_source *r) {
    return (img_format)random_in(r, IMG_GRAYSCALE, IMG_BAYER);
}

static void same_color(img_color got, img_color want, int slack,
        const char *what, int32_t x, int32_t y) {
    if (abs(got.r - want.r) > slack || abs(got.g - want.g) > slack ||
            abs(got.b - want.b) > slack) {
        fail_msg("%s: %d, %d is %d %d %d, expected %d %d %d", what, (int)x,
                (int)y, got.r, got.g, got.b, want.r, want.g, want.b);
    }
}

static int32_t clamped(int32_t at, int32_t first, int32_t count) {
    return at < first ? first : at >= first + count ? first + count - 1 : at;
}

// The place in the source, in pixels, that the header promises.
static void place_of(const img_blit *b, int32_t column, int32_t row, double *x,
        double *y) {
    double u = (column + 0.5) / b->to.w;
    double v = (row + 0.5) / b->to.h;
    double across = b->transpose ? v : u;
    double along = b->transpose ? u : v;
    *x = b->roi.x + (b->hmirror ? 1 - across : across) * b->roi.w;
    *y = b->roi.y + (b->vflip ? 1 - along : along) * b->roi.h;
}

static double part_of(img_color c, int k) {
    return k == 0 ? c.r : k == 1 ? c.g : c.b;
}

static img_color slow_bilinear(const img_image *from, const img_blit *b,
        double x, double y) {
    double left = floor(x - 0.5);
    double top = floor(y - 0.5);
    double sum[3] = {0};
    for (int k = 0; k < 4; k++) {
        double wx = k % 2 ? x - 0.5 - left : 1 - (x - 0.5 - left);
        double wy = k / 2 ? y - 0.5 - top : 1 - (y - 0.5 - top);
        img_color c = img_get(from,
                clamped((int32_t)left + k % 2, b->roi.x, b->roi.w),
                clamped((int32_t)top + k / 2, b->roi.y, b->roi.h));
        for (int i = 0; i < 3; i++) {
            sum[i] += wx * wy * part_of(c, i);
        }
    }
    return (img_color){(uint8_t)(sum[0] + 0.5), (uint8_t)(sum[1] + 0.5),
            (uint8_t)(sum[2] + 0.5)};
}

static img_box random_roi(random_source *r, const img_image *image) {
    img_box roi = {random_in(r, 0, image->width - 1),
            random_in(r, 0, image->height - 1), 0, 0};
    roi.w = random_in(r, 1, image->width - roi.x);
    roi.h = random_in(r, 1, image->height - roi.y);
    return roi;
}

static img_blit random_blit(random_source *r, const img_image *from) {
    img_blit b = img_blit_whole(from);
    if (random_once_in(r, 2)) {
        b.roi = random_roi(r, from);
    }
    b.transpose = random_once_in(r, 4);
    b.hmirror = random_once_in(r, 4);
    b.vflip = random_once_in(r, 4);
    b.to = (img_box){random_in(r, -9, 20), random_in(r, -9, 20), b.roi.w,
            b.roi.h};
    if (b.transpose) {
        b.to.w = b.roi.h;
        b.to.h = b.roi.w;
    }
    if (random_once_in(r, 2)) {
        b.to.w = random_in(r, 1, 40);
        b.to.h = random_in(r, 1, 40);
    }
    return b;
}

// What a pixel of the format becomes when it is set.
static img_color stored(img_format format, img_color c) {
    uint8_t bytes[8] = {0};
    img_image one = img_image_of(bytes, 1, 1, format);
    img_set(&one, 0, 0, c);
    return img_get(&one, 0, 0);
}

static void places_are_where_they_should_be(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        random_source r = random_from(seed);
        img_image from = new_image(&r, random_in(&r, 1, 30),
                random_in(&r, 1, 30), any_format(&r));
        img_image to = new_image(&r, random_in(&r, 1, 30), random_in(&r, 1, 30),
                IMG_RGB888);
        img_image before = to;
        before.data = malloc(img_bytes(&to));
        memcpy(before.data, to.data, img_bytes(&to));
        img_blit b = random_blit(&r, &from);
        b.sampling = random_once_in(&r, 2) ? IMG_NEAREST : IMG_BILINEAR;
        assert_int_equal(img_blit_run(&to, &from, &b), 0);
        for (int32_t y = 0; y < to.height; y++) {
            for (int32_t x = 0; x < to.width; x++) {
                img_color want = img_get(&before, x, y);
                int slack = 0;
                int32_t column = x - b.to.x;
                int32_t row = y - b.to.y;
                if (column >= 0 && row >= 0 && column < b.to.w &&
                        row < b.to.h) {
                    double u;
                    double v;
                    place_of(&b, column, row, &u, &v);
                    double edge = fmin(fabs(u - round(u)), fabs(v - round(v)));
                    if (b.sampling == IMG_BILINEAR) {
                        want = slow_bilinear(&from, &b, u, v);
                        // 8 bits of weight a side, and what 565 leaves.
                        slack = to.format == IMG_RGB565 ? 12 : 4;
                    } else if (edge < 0.01) {
                        continue; // either side will do
                    } else {
                        want = img_get(&from,
                                clamped((int32_t)u, b.roi.x, b.roi.w),
                                clamped((int32_t)v, b.roi.y, b.roi.h));
                    }
                    want = stored(to.format, want);
                }
                same_color(img_get(&to, x, y), want, slack, "blit", x, y);
            }
        }
        free(before.data);
        free(from.data);
        free(to.data);
    }
}

static void area_is_the_mean(void **state) {
    (void)state;
    random_source r = random_from(3);
    img_image from = img_image_of(malloc(12 * 8), 12, 8, IMG_GRAYSCALE);
    random_fill(&r, from.data, 96);
    uint8_t pixels[6];
    img_image to = img_image_of(pixels, 3, 2, IMG_GRAYSCALE);
    img_blit b = img_blit_whole(&from);
    b.to = (img_box){0, 0, 3, 2};
    b.sampling = IMG_AREA;
    assert_int_equal(img_blit_run(&to, &from, &b), 0);
    for (int32_t k = 0; k < 6; k++) {
        int32_t sum = 0;
        for (int32_t i = 0; i < 16; i++) {
            sum += from.data[(k / 3 * 4 + i / 4) * 12 + k % 3 * 4 + i % 4];
        }
        assert_int_equal(pixels[k], (sum + 8) / 16);
    }
    free(from.data);
}

static void cubic_keeps_lines_straight(void **state) {
    (void)state;
    uint8_t ramp[16];
    for (int k = 0; k < 16; k++) {
        ramp[k] = (uint8_t)(8 * k);
    }
    img_image from = img_image_of(ramp, 16, 1, IMG_GRAYSCALE);
    uint8_t pixels[64];
    img_image to = img_image_of(pixels, 64, 1, IMG_GRAYSCALE);
    img_blit b = img_blit_whole(&from);
    b.to = (img_box){0, 0, 64, 1};
    b.sampling = IMG_BICUBIC;
    assert_int_equal(img_blit_run(&to, &from, &b), 0);
    for (int k = 8; k < 56; k++) {
        double want = ((k + 0.5) / 4 - 0.5) * 8;
        assert_true(fabs(pixels[k] - want) <= 1);
    }
}

static int32_t slow_combine(img_op op, int32_t a, int32_t b) {
    switch (op) {
    case IMG_ADD:
        return a + b > 255 ? 255 : a + b;
    case IMG_SUB:
        return a - b < 0 ? 0 : a - b;
    case IMG_RSUB:
        return b - a < 0 ? 0 : b - a;
    case IMG_MIN:
        return a < b ? a : b;
    case IMG_MAX:
        return a > b ? a : b;
    case IMG_DIFFERENCE:
        return abs(a - b);
    case IMG_AND:
        return a & b;
    case IMG_NAND:
        return 255 - (a & b);
    case IMG_OR:
        return a | b;
    case IMG_NOR:
        return 255 - (a | b);
    case IMG_XOR:
        return a ^ b;
    case IMG_XNOR:
        return 255 - (a ^ b);
    default:
        return b;
    }
}

static void operations_work_by_channel(void **state) {
    (void)state;
    random_source r = random_from(9);
    for (int op = IMG_REPLACE; op <= IMG_XNOR; op++) {
        for (int alpha = 0; alpha <= 255; alpha += 51) {
            img_image from = new_image(&r, 5, 4, IMG_RGB888);
            img_image to = new_image(&r, 5, 4, IMG_RGB888);
            img_image mask = new_image(&r, 5, 4, IMG_BINARY);
            img_image before = to;
            before.data = malloc(img_bytes(&to));
            memcpy(before.data, to.data, img_bytes(&to));
            img_blit b = img_blit_whole(&from);
            b.op = (img_op)op;
            b.alpha = (uint8_t)alpha;
            b.mask = &mask;
            assert_int_equal(img_blit_run(&to, &from, &b), 0);
            for (int32_t k = 0; k < 20 * 3; k++) {
                int32_t x = k / 3 % 5;
                int32_t y = k / 3 / 5;
                double there = part_of(img_get(&before, x, y), k % 3);
                double coming = part_of(img_get(&from, x, y), k % 3);
                double want = slow_combine(b.op, (int)there, (int)coming);
                want = want * alpha / 255 + there * (255 - alpha) / 255;
                if (img_get(&mask, x, y).r == 0) {
                    want = there;
                }
                double got = part_of(img_get(&to, x, y), k % 3);
                assert_true(fabs(got - want) <= 0.51);
            }
            free(before.data);
            free(mask.data);
            free(from.data);
            free(to.data);
        }
    }
}

static void bad_blits_are_refused(void **state) {
    (void)state;
    uint8_t a[64] = {0};
    uint8_t c[64] = {0};
    img_image from = img_image_of(a, 8, 8, IMG_GRAYSCALE);
    img_image to = img_image_of(c, 8, 8, IMG_GRAYSCALE);
    const img_box rois[] = {{-1, 0, 4, 4}, {0, 0, 9, 8}, {0, 0, 0, 8},
            {8, 0, 1, 1}, {0, 0, 8, INT32_MAX}, {INT32_MAX, 0, 1, 1}};
    for (size_t k = 0; k < sizeof(rois) / sizeof(rois[0]); k++) {
        img_blit b = img_blit_whole(&from);
        b.roi = rois[k];
        assert_int_equal(img_blit_run(&to, &from, &b), IMG_ERR_INVALID);
    }
    img_blit b = img_blit_whole(&from);
    b.to.w = 0;
    assert_int_equal(img_blit_run(&to, &from, &b), IMG_ERR_INVALID);
    b.to.w = IMG_MAX_SIDE + 1;
    assert_int_equal(img_blit_run(&to, &from, &b), IMG_ERR_INVALID);
    // Far away is nowhere, and quick.
    b = img_blit_whole(&from);
    b.to = (img_box){INT32_MAX, INT32_MIN, IMG_MAX_SIDE, IMG_MAX_SIDE};
    assert_int_equal(img_blit_run(&to, &from, &b), 0);
    from.format = IMG_JPEG;
    assert_int_equal(img_blit_run(&to, &from, &b), IMG_ERR_INVALID);
}

// In place is what drawing into a new image would have been.
static void conversion_in_place_equals_drawing(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        random_source r = random_from(seed);
        img_image image = new_image(&r, random_in(&r, 1, 24),
                random_in(&r, 1, 24), any_format(&r));
        img_format format =
                random_once_in(&r, 2) ? image.format : any_format(&r);
        img_blit b = random_blit(&r, &image);
        b.to.x = 0;
        b.to.y = 0;
        // A mosaic's pixels are not blended one by one.
        bool blends = format != IMG_BAYER && random_once_in(&r, 4);
        b.alpha = blends ? 100 : 255;
        img_image want = img_image_of(NULL, b.to.w, b.to.h, format);
        img_image cut = img_image_of(NULL, b.roi.w, b.roi.h, image.format);
        want.bayer = (img_bayer)((uint32_t)image.bayer ^
                ((uint32_t)b.roi.x & 1) ^ ((uint32_t)b.roi.y & 1) << 1);
        cut.bayer = want.bayer;
        // The part by itself, so that a Bayer pixel at its edge is the same.
        cut.data = calloc(1, img_bytes(&cut));
        for (int32_t y = 0; y < cut.height; y++) {
            for (int32_t x = 0; x < cut.width; x++) {
                if (image.format == IMG_BAYER) {
                    cut.data[y * (int32_t)cut.stride + x] =
                            image.data[(b.roi.y + y) * (int32_t)image.stride +
                                    b.roi.x + x];
                } else {
                    img_set(&cut, x, y,
                            img_get(&image, b.roi.x + x, b.roi.y + y));
                }
            }
        }
        want.data = calloc(1, img_bytes(&want));
        img_blit plain = b;
        plain.roi = (img_box){0, 0, b.roi.w, b.roi.h};
        assert_int_equal(img_blit_run(&want, &cut, &plain), 0);
        size_t room = img_bytes(&image) > img_bytes(&want) ? img_bytes(&image)
                                                           : img_bytes(&want);
        image.data = realloc(image.data, room);
        void *scratch = malloc(img_convert_scratch(&image, &b));
        assert_int_equal(img_convert(&image, img_bytes(&want) - 1, &b, format,
                                 scratch),
                IMG_ERR_NO_MEMORY);
        img_format was = image.format;
        assert_int_equal(img_convert(&image, room, &b, format, scratch), 0);
        // The chroma of pairs is cut in two where a part begins between them.
        int slack = was == IMG_YUV422 || format == IMG_YUV422 ? 255 : 0;
        for (int32_t y = 0; y < want.height; y++) {
            for (int32_t x = 0; x < want.width; x++) {
                same_color(img_get(&image, x, y), img_get(&want, x, y), slack,
                        "in place", x, y);
            }
        }
        assert_int_equal(image.stride, want.stride);
        free(scratch);
        free(cut.data);
        free(want.data);
        free(image.data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(places_are_where_they_should_be),
            cmocka_unit_test(area_is_the_mean),
            cmocka_unit_test(cubic_keeps_lines_straight),
            cmocka_unit_test(operations_work_by_channel),
            cmocka_unit_test(bad_blits_are_refused),
            cmocka_unit_test(conversion_in_place_equals_drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
