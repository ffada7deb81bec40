// SPDX-License-Identifier: MIT
// Statistics of pixels against sorted lists of them, and L*a*b* against
// the formulas.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "image/histogram.h"
#include "image/lab.h"
#include "test/support/random.h"

static uint32_t counts[3][256];

static void count_all(const img_image *image, const img_box *roi,
        const img_range *ranges, uint32_t n, bool invert, img_histogram *h) {
    for (uint32_t c = 0; c < img_histogram_channels(image); c++) {
        h[c] = img_histogram_of(image, c);
        h[c].counts = counts[c];
    }
    assert_int_equal(img_histogram_count(image, roi, ranges, n, invert, h), 0);
}

static int by_value(const void *a, const void *b) {
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

static void statistics_are_those_of_the_list(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        random_source r = random_from(seed);
        int32_t side = random_in(&r, 1, 30);
        uint8_t pixels[900];
        img_image image = img_image_of(pixels, side, side, IMG_GRAYSCALE);
        int32_t low = random_in(&r, 0, 200);
        for (int32_t k = 0; k < side * side; k++) {
            pixels[k] = (uint8_t)random_in(&r, low, low + 55);
        }
        img_box roi = {0, 0, side, side};
        img_range range = {{(int16_t)random_in(&r, 0, 255)}, {255}};
        bool some = random_once_in(&r, 2);
        bool invert = random_once_in(&r, 2);
        img_histogram h[3];
        count_all(&image, &roi, &range, some ? 1 : 0, invert, h);
        uint8_t list[900];
        uint32_t n = 0;
        double sum = 0;
        double squares = 0;
        for (int32_t k = 0; k < side * side; k++) {
            if (!some || (pixels[k] >= range.low[0]) != invert) {
                list[n++] = pixels[k];
                sum += pixels[k];
                squares += pixels[k] * pixels[k];
            }
        }
        assert_int_equal(h[0].total, n);
        img_statistics s = img_histogram_statistics(h);
        if (n == 0) {
            assert_true(s.mean == 0 && s.max == 0);
            continue;
        }
        qsort(list, n, 1, by_value);
        double mean = sum / n;
        double deviation = sqrt(fmax(0, squares / n - mean * mean));
        assert_true(fabs(s.mean - mean) <= 0.5);
        assert_true(fabs(s.stdev - deviation) <= 0.76);
        assert_int_equal(s.min, list[0]);
        assert_int_equal(s.max, list[n - 1]);
        assert_int_equal(s.median, list[(n + 1) / 2 - 1]);
        assert_int_equal(s.lq, list[(n + 3) / 4 - 1]);
        assert_int_equal(s.uq, list[(3 * n + 3) / 4 - 1]);
    }
}

static void fewer_bins_stand_for_ranges(void **state) {
    (void)state;
    uint8_t pixels[256];
    for (int k = 0; k < 256; k++) {
        pixels[k] = (uint8_t)k;
    }
    img_image image = img_image_of(pixels, 16, 16, IMG_GRAYSCALE);
    img_histogram h = img_histogram_of(&image, 0);
    h.bins = 2;
    h.counts = counts[0];
    img_box roi = {0, 0, 16, 16};
    assert_int_equal(img_histogram_count(&image, &roi, NULL, 0, false, &h), 0);
    assert_int_equal(counts[0][0], 128);
    assert_int_equal(counts[0][1], 128);
    assert_int_equal(img_histogram_statistics(&h).max, 255);
}

static void colours_have_three_channels(void **state) {
    (void)state;
    uint8_t pixels[8] = {0x00, 0xF8, 0x00, 0xF8, 0xE0, 0x07, 0x00, 0xF8};
    img_image image = img_image_of(pixels, 4, 1, IMG_RGB565);
    img_box roi = {0, 0, 4, 1};
    img_histogram h[3];
    count_all(&image, &roi, NULL, 0, false, h);
    assert_int_equal(img_histogram_statistics(&h[0]).mode, 53);
    assert_int_equal(img_histogram_statistics(&h[1]).mode, 80);
    assert_int_equal(img_histogram_statistics(&h[2]).mode, 67);
    assert_int_equal(img_histogram_statistics(&h[0]).max, 88);
    assert_int_equal(img_histogram_statistics(&h[1]).min, -86);
    // Only what is green.
    img_range green = {{0, -128, -128}, {100, 0, 127}};
    count_all(&image, &roi, &green, 1, false, h);
    assert_int_equal(h[0].total, 1);
    roi.x = 3;
    roi.w = 2;
    assert_int_equal(img_histogram_count(&image, &roi, NULL, 0, false, h),
            IMG_ERR_INVALID);
}

static void thresholds_part_two_groups(void **state) {
    (void)state;
    random_source r = random_from(2);
    uint8_t pixels[1024];
    for (int k = 0; k < 1024; k++) {
        pixels[k] = (uint8_t)(k % 3 ? random_in(&r, 20, 60)
                                    : random_in(&r, 150, 220));
    }
    img_image image = img_image_of(pixels, 32, 32, IMG_GRAYSCALE);
    img_box roi = {0, 0, 32, 32};
    img_histogram h[3];
    count_all(&image, &roi, NULL, 0, false, h);
    assert_in_range(img_histogram_threshold(h), 60, 149);
}

static double linear(int v) {
    double c = v / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double f(double t) {
    return t > 216.0 / 24389 ? cbrt(t) : t * 841 / 108 + 4.0 / 29;
}

static void lab_is_near_the_formulas(void **state) {
    (void)state;
    int off = 0;
    int all = 0;
    for (int k = 0; k < 1 << 24; k += 211) {
        int r = k >> 16;
        int g = k >> 8 & 255;
        int b = k & 255;
        double x = 0.4124564 * linear(r) + 0.3575761 * linear(g) +
                0.1804375 * linear(b);
        double y = 0.2126729 * linear(r) + 0.7151522 * linear(g) +
                0.0721750 * linear(b);
        double z = 0.0193339 * linear(r) + 0.1191920 * linear(g) +
                0.9503041 * linear(b);
        img_color color = {(uint8_t)r, (uint8_t)g, (uint8_t)b};
        img_lab lab = img_lab_of(color);
        double worst = fabs(lab.l - (116 * f(y) - 16));
        worst = fmax(worst, fabs(lab.a - 500 * (f(x / 0.95047) - f(y))));
        worst = fmax(worst, fabs(lab.b - 200 * (f(y) - f(z / 1.08883))));
        assert_true(worst < 0.65);
        off += worst > 0.52;
        all++;
        // Back and forth again, the steps of both are to be seen.
        img_lab again = img_lab_of(img_lab_color(lab));
        assert_true(abs(again.l - lab.l) <= 1);
        assert_true(abs(again.a - lab.a) + abs(again.b - lab.b) <= 6);
    }
    assert_true(off * 100 < all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(statistics_are_those_of_the_list),
            cmocka_unit_test(fewer_bins_stand_for_ranges),
            cmocka_unit_test(colours_have_three_channels),
            cmocka_unit_test(thresholds_part_two_groups),
            cmocka_unit_test(lab_is_near_the_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
