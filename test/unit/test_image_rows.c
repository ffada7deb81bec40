// SPDX-License-Identifier: MIT
// Input rows: hand-computed cases, and random ones against real numbers.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/rows.h"
#include "test/support/random.h"

static img_target target_of(int32_t width, int32_t height, int32_t channels,
        img_element element, double mul, double add) {
    return (img_target){
            .width = width,
            .height = height,
            .channels = channels,
            .element = element,
            .mul = mul,
            .add = add,
    };
}

static img_target int8_gray(int32_t width, int32_t height) {
    return target_of(width, height, 1, IMG_INT8, 1, -128);
}

static void check_gray_row(const img_image *image, const img_rect *roi,
        img_fit fit, int32_t width, int32_t height, uint32_t row,
        const uint8_t *want) {
    img_target target = int8_gray(width, height);
    img_rows rows;
    int8_t got[64];
    assert_int_equal(img_rows_init(&rows, image, roi, fit, &target), 0);
    assert_int_equal(img_rows_read(&rows, row, got), 0);
    for (int32_t x = 0; x < width; x++) {
        assert_int_equal(got[x] + 128, want[x]);
    }
}

static void same_size_copies_pixels(void **state) {
    (void)state;
    uint8_t pixels[3 * 256];
    for (size_t k = 0; k < sizeof(pixels); k++) {
        pixels[k] = (uint8_t)(k * 7);
    }
    img_image image = img_image_of(pixels, 16, 16, IMG_RGB888);
    img_target target = target_of(16, 16, 3, IMG_UINT8, 1, 0);
    img_rows rows;
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_LETTERBOX, &target),
            0);
    for (uint32_t y = 0; y < 16; y++) {
        uint8_t row[48];
        assert_int_equal(img_rows_read(&rows, y, row), 0);
        assert_memory_equal(row, pixels + (size_t)y * 48, 48);
    }
}

static void enlarging_interpolates_at_centres(void **state) {
    (void)state;
    uint8_t pixels[] = {0, 100, 200, 40};
    img_image image = img_image_of(pixels, 2, 2, IMG_GRAYSCALE);
    // Centres at -0.25, 0.25, 0.75, 1.25 between pixels 0 and 1.
    static const uint8_t first[] = {0, 25, 75, 100};
    // A quarter of the way down: 0 and 100 become 50 and 85.
    static const uint8_t second[] = {50, 59, 76, 85};
    check_gray_row(&image, NULL, IMG_STRETCH, 4, 4, 0, first);
    check_gray_row(&image, NULL, IMG_STRETCH, 4, 4, 1, second);
}

static void halving_averages_two_by_two(void **state) {
    (void)state;
    uint8_t pixels[] = {10, 20, 30, 40, 50, 60, 70, 80};
    img_image image = img_image_of(pixels, 4, 2, IMG_GRAYSCALE);
    static const uint8_t want[] = {35, 55};
    check_gray_row(&image, NULL, IMG_STRETCH, 2, 1, 0, want);
}

static void letterbox_centres_between_black_bars(void **state) {
    (void)state;
    uint8_t pixels[16];
    memset(pixels, 200, sizeof(pixels));
    static const uint8_t black[4] = {0};
    static const uint8_t white[] = {200, 200, 200, 200};
    static const uint8_t middle[] = {0, 200, 200, 0};
    img_image wide = img_image_of(pixels, 8, 2, IMG_GRAYSCALE);
    // One row of the four shows the image, half a pixel above and below.
    check_gray_row(&wide, NULL, IMG_LETTERBOX, 4, 4, 0, black);
    check_gray_row(&wide, NULL, IMG_LETTERBOX, 4, 4, 3, black);
    img_image square = img_image_of(pixels, 4, 4, IMG_GRAYSCALE);
    check_gray_row(&square, NULL, IMG_LETTERBOX, 4, 4, 0, white);
    img_image tall = img_image_of(pixels, 2, 4, IMG_GRAYSCALE);
    check_gray_row(&tall, NULL, IMG_LETTERBOX, 4, 4, 2, middle);
}

static void roi_crops_with_fractions(void **state) {
    (void)state;
    uint8_t pixels[] = {0, 40, 80, 120, 160, 200};
    img_image image = img_image_of(pixels, 6, 1, IMG_GRAYSCALE);
    img_rect roi = {1.5F, 0, 2, 1};
    // Centres at 2 and 3, which is half-way between pixels.
    static const uint8_t want[] = {60, 100};
    check_gray_row(&image, &roi, IMG_STRETCH, 2, 1, 0, want);
}

static void outside_is_black(void **state) {
    (void)state;
    uint8_t pixels[16];
    memset(pixels, 255, sizeof(pixels));
    img_image image = img_image_of(pixels, 4, 4, IMG_GRAYSCALE);
    img_rect corner = {-2, -2, 4, 4};
    static const uint8_t want[] = {0, 0, 255, 255};
    static const uint8_t black[4] = {0};
    check_gray_row(&image, &corner, IMG_STRETCH, 4, 4, 1, black);
    check_gray_row(&image, &corner, IMG_STRETCH, 4, 4, 2, want);
    img_rect beside = {100, 100, 4, 4};
    check_gray_row(&image, &beside, IMG_STRETCH, 4, 4, 2, black);
    img_rect below = {0, 100, 4, 4};
    check_gray_row(&image, &below, IMG_STRETCH, 4, 4, 2, black);
}

static void map_leads_back(void **state) {
    (void)state;
    uint8_t pixel = 0;
    img_image image = img_image_of(&pixel, 640, 480, IMG_GRAYSCALE);
    img_target target = int8_gray(128, 128);
    img_rows rows;
    img_rect roi = {100, 50, 200, 100};
    assert_int_equal(img_rows_init(&rows, &image, &roi, IMG_LETTERBOX, &target),
            0);
    assert_float_equal(rows.map.origin_x, 100, 1e-4);
    assert_float_equal(rows.map.origin_y, 0, 1e-4);
    assert_float_equal(rows.map.span_x, 200, 1e-4);
    assert_float_equal(rows.map.span_y, 200, 1e-4);
    assert_int_equal(img_rows_init(&rows, &image, &roi, IMG_STRETCH, &target),
            0);
    assert_float_equal(rows.map.origin_y, 50, 1e-4);
    assert_float_equal(rows.map.span_y, 100, 1e-4);
}

static void elements_round_once_and_saturate(void **state) {
    (void)state;
    uint8_t pixels[] = {0, 1, 2, 127, 128, 254, 255, 3};
    img_image image = img_image_of(pixels, 8, 1, IMG_GRAYSCALE);
    img_rows rows;
    int8_t out[8];
    img_target half = target_of(8, 1, 1, IMG_INT8, 0.5, -64);
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &half), 0);
    assert_int_equal(img_rows_read(&rows, 0, out), 0);
    static const int8_t halves[] = {-64, -63, -63, 0, 0, 63, 64, -62};
    assert_memory_equal(out, halves, 8);
    img_target steep = target_of(8, 1, 1, IMG_INT8, -300, 1000);
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &steep),
            0);
    assert_int_equal(img_rows_read(&rows, 0, out), 0);
    static const int8_t clamped[] = {127, 127, 127, -128, -128, -128, -128,
            100};
    assert_memory_equal(out, clamped, 8);
    float real[8];
    img_target normal = target_of(8, 1, 1, IMG_FLOAT32, 2.0 / 255, -1);
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &normal),
            0);
    assert_int_equal(img_rows_read(&rows, 0, real), 0);
    assert_float_equal(real[0], -1, 1e-6);
    assert_float_equal(real[6], 1, 1e-6);
}

static void colours_convert(void **state) {
    (void)state;
    img_rows rows;
    uint8_t out[6];
    uint8_t red565[] = {0x00, 0xF8, 0xE0, 0x07}; // red, green
    img_image image = img_image_of(red565, 2, 1, IMG_RGB565);
    img_target rgb = target_of(2, 1, 3, IMG_UINT8, 1, 0);
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &rgb), 0);
    assert_int_equal(img_rows_read(&rows, 0, out), 0);
    static const uint8_t red_green[] = {255, 0, 0, 0, 255, 0};
    assert_memory_equal(out, red_green, 6);
    uint8_t yuv[] = {76, 85, 76, 255}; // red, as JPEG has it
    image = img_image_of(yuv, 2, 1, IMG_YUV422);
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &rgb), 0);
    assert_int_equal(img_rows_read(&rows, 0, out), 0);
    static const uint8_t red_red[] = {254, 0, 0, 254, 0, 0};
    assert_memory_equal(out, red_red, 6);
    img_target gray = target_of(2, 1, 1, IMG_UINT8, 1, 0);
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &gray), 0);
    assert_int_equal(img_rows_read(&rows, 0, out), 0);
    assert_int_equal(out[0], 76);
    uint8_t rgb888[] = {255, 0, 0, 0, 255, 0};
    image = img_image_of(rgb888, 2, 1, IMG_RGB888);
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &gray), 0);
    assert_int_equal(img_rows_read(&rows, 0, out), 0);
    assert_int_equal(out[0], 76);
    assert_int_equal(out[1], 150);
}

static void bad_arguments_are_refused(void **state) {
    (void)state;
    uint8_t pixels[16] = {0};
    img_image image = img_image_of(pixels, 4, 4, IMG_GRAYSCALE);
    img_rows rows;
    img_target good = int8_gray(4, 4);
    img_target bad = good;
    const img_rect rois[] = {{0, 0, 0, 1}, {0, 0, 1, -1}, {0, 0, NAN, 1}};
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(img_rows_init(&rows, &image, &rois[k], IMG_STRETCH,
                                 &good),
                IMG_ERR_INVALID);
    }
    const img_rect far[] = {{NAN, 0, 1, 1}, {1e7F, 0, 1, 1},
            {0, 0, INFINITY, 1}, {0, 0, 1e7F, 1}};
    for (size_t k = 0; k < 4; k++) {
        assert_int_equal(img_rows_init(&rows, &image, &far[k], IMG_STRETCH,
                                 &good),
                IMG_ERR_RANGE);
    }
    bad.channels = 2;
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &bad),
            IMG_ERR_INVALID);
    bad = good;
    bad.mul = NAN;
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &bad),
            IMG_ERR_RANGE);
    // One pixel row against a tensor of one column: the bars would be larger
    // than any number here can say.
    bad = target_of(1, IMG_MAX_SIDE, 1, IMG_INT8, 1, 0);
    img_rect long_one = {0, 0, 1e6F, 1};
    assert_int_equal(img_rows_init(&rows, &image, &long_one, IMG_LETTERBOX,
                             &bad),
            IMG_ERR_RANGE);
    image.stride = 3;
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &good),
            IMG_ERR_INVALID);
    image.stride = 4;
    assert_int_equal(img_rows_init(&rows, &image, NULL, IMG_STRETCH, &good), 0);
    assert_int_equal(img_rows_read(&rows, 4, pixels), IMG_ERR_INVALID);
}

// What the header promises, in real numbers and as slowly as it gets.

typedef struct real_color {
    double c[3];
} real_color;

static real_color slow_pixel(const img_image *image, int32_t x, int32_t y) {
    x = x < 0 ? 0 : x >= image->width ? image->width - 1 : x;
    y = y < 0 ? 0 : y >= image->height ? image->height - 1 : y;
    img_color c = img_get(image, x, y);
    return (real_color){{c.r, c.g, c.b}};
}

static real_color slow_sample(const img_image *image, double x, double y) {
    double x0 = floor(x - 0.5);
    double y0 = floor(y - 0.5);
    double fx = x - 0.5 - x0;
    double fy = y - 0.5 - y0;
    real_color sum = {{0}};
    for (int k = 0; k < 4; k++) {
        int dx = k % 2;
        int dy = k / 2;
        double weight = (dx ? fx : 1 - fx) * (dy ? fy : 1 - fy);
        real_color p = slow_pixel(image, (int32_t)x0 + dx, (int32_t)y0 + dy);
        for (int c = 0; c < 3; c++) {
            sum.c[c] += weight * p.c[c];
        }
    }
    return sum;
}

static real_color slow_value(const img_image *image, const img_rect *roi,
        const img_map *map, const img_target *target, int32_t x, int32_t y,
        bool *on_edge) {
    double at_x =
            map->origin_x + (x + 0.5) / target->width * (double)map->span_x;
    double at_y =
            map->origin_y + (y + 0.5) / target->height * (double)map->span_y;
    double left = fmax(0, roi->x);
    double top = fmax(0, roi->y);
    double right = fmin(image->width, (double)roi->x + roi->w);
    double bottom = fmin(image->height, (double)roi->y + roi->h);
    double closest = fmin(fmin(fabs(at_x - left), fabs(at_x - right)),
            fmin(fabs(at_y - top), fabs(at_y - bottom)));
    *on_edge = closest < 1e-3;
    if (at_x < left || at_x >= right || at_y < top || at_y >= bottom) {
        return (real_color){{0}};
    }
    return slow_sample(image, at_x, at_y);
}

static void check_element(const img_target *target, const void *out, int32_t at,
        double pixel) {
    double mul = target->mul;
    double add = target->add;
    int channel = at % target->channels;
    if (target->apart && channel > 0) {
        const double *scale = channel == 1 ? target->green : target->blue;
        mul = scale[0];
        add = scale[1];
    }
    double want = pixel * mul + add;
    // A weight is off by at most 2^-13 in each direction, a map's float by
    // about as much; img_get() rounds luma.
    double slack = 0.3 * fabs(mul) + 1e-5;
    double got;
    if (target->element == IMG_FLOAT32) {
        got = (double)((const float *)out)[at];
    } else {
        bool is_signed = target->element == IMG_INT8;
        got = is_signed ? ((const int8_t *)out)[at]
                        : ((const uint8_t *)out)[at];
        double low = is_signed ? -128 : 0;
        want = fmax(low, fmin(low + 255, want));
        slack += 0.5;
    }
    if (fabs(got - want) > slack) {
        fail_msg("element %d is %g, expected %g", (int)at, got, want);
    }
}

static void check_random_case(uint64_t seed) {
    random_source r = random_from(seed);
    img_format format = (img_format)random_in(&r, IMG_GRAYSCALE, IMG_BAYER);
    int32_t width = random_in(&r, 1, 40);
    int32_t height = random_in(&r, 1, 40);
    uint32_t stride =
            img_row_bytes(format, width) + (uint32_t)random_in(&r, 0, 5);
    img_image image = img_image_of(malloc((size_t)height * stride), width,
            height, format);
    image.stride = stride;
    image.bayer = (img_bayer)random_in(&r, IMG_BGGR, IMG_RGGB);
    random_fill(&r, image.data, (size_t)height * stride);
    img_rect roi = {0, 0, (float)width, (float)height};
    if (random_once_in(&r, 2)) {
        roi = (img_rect){random_float(&r, -10, 40), random_float(&r, -10, 40),
                random_float(&r, 0.5F, 60), random_float(&r, 0.5F, 60)};
    }
    img_target target = target_of(random_in(&r, 1, 70), random_in(&r, 1, 20),
            random_once_in(&r, 2) ? 1 : 3, (img_element)random_in(&r, 0, 2),
            (double)random_float(&r, -3, 3), (double)random_float(&r, -99, 99));
    target.apart = random_once_in(&r, 2);
    for (int k = 0; target.apart && k < 2; k++) {
        target.green[k] = (double)random_float(&r, -3, 3);
        target.blue[k] = (double)random_float(&r, -3, 3);
    }
    img_fit fit = random_once_in(&r, 2) ? IMG_LETTERBOX : IMG_STRETCH;
    img_rows rows;
    assert_int_equal(img_rows_init(&rows, &image, &roi, fit, &target), 0);
    size_t elements = (size_t)target.width * (size_t)target.channels;
    size_t bytes = elements * (target.element == IMG_FLOAT32 ? 4 : 1);
    // Exactly as long as a row: the sanitizer sees a byte too many.
    void *out = malloc(bytes);
    for (int32_t y = 0; y < target.height; y++) {
        assert_int_equal(img_rows_read(&rows, (uint32_t)y, out), 0);
        for (int32_t x = 0; x < target.width; x++) {
            bool on_edge;
            real_color want = slow_value(&image, &roi, &rows.map, &target, x, y,
                    &on_edge);
            if (on_edge) {
                continue;
            }
            if (target.channels == 3) {
                for (int32_t c = 0; c < 3; c++) {
                    check_element(&target, out, 3 * x + c, want.c[c]);
                }
            } else if (format != IMG_YUV422) {
                check_element(&target, out, x,
                        0.299 * want.c[0] + 0.587 * want.c[1] +
                                0.114 * want.c[2]);
            }
        }
    }
    free(out);
    free(image.data);
}

static void random_cases_match_real_numbers(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        check_random_case(seed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(same_size_copies_pixels),
            cmocka_unit_test(enlarging_interpolates_at_centres),
            cmocka_unit_test(halving_averages_two_by_two),
            cmocka_unit_test(letterbox_centres_between_black_bars),
            cmocka_unit_test(roi_crops_with_fractions),
            cmocka_unit_test(outside_is_black),
            cmocka_unit_test(map_leads_back),
            cmocka_unit_test(elements_round_once_and_saturate),
            cmocka_unit_test(colours_convert),
            cmocka_unit_test(bad_arguments_are_refused),
            cmocka_unit_test(random_cases_match_real_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
