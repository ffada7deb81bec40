// SPDX-License-Identifier: MIT
// Lines, circles, ellipses and polygons against what geometry says.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/shapes.h"
#include "test/support/random.h"

enum { SIDE = 64 };

static const double pi = 3.14159265358979323846;

static const img_color white = {255, 255, 255};
static uint8_t pixels[SIDE * SIDE];

static img_image blank(void) {
    memset(pixels, 0, sizeof(pixels));
    return img_image_of(pixels, SIDE, SIDE, IMG_GRAYSCALE);
}

static int count(void) {
    int set = 0;
    for (int k = 0; k < SIDE * SIDE; k++) {
        set += pixels[k] != 0;
    }
    return set;
}

static double distance_to_line(double x, double y, img_point a, img_point b) {
    double dx = b.x - a.x;
    double dy = b.y - a.y;
    double length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((x - a.x) * dx + (y - a.y) * dy) / length2 : 0;
    t = fmin(1, fmax(0, t));
    return hypot(x - a.x - t * dx, y - a.y - t * dy);
}

static void lines_are_straight_and_whole(void **state) {
    (void)state;
    random_source r = random_from(4);
    for (int k = 0; k < 2000; k++) {
        img_image image = blank();
        img_point a = {random_in(&r, -80, 140), random_in(&r, -80, 140)};
        img_point b = {random_in(&r, -80, 140), random_in(&r, -80, 140)};
        img_line(&image, a, b, 1, white);
        int drawn = 0;
        for (int at = 0; at < SIDE * SIDE; at++) {
            bool set = pixels[at] != 0;
            int row = at / SIDE;
            double far = distance_to_line(at % SIDE, row, a, b);
            assert_false(set && far > 0.75);
            drawn += set;
        }
        // One pixel for each step along the longer side, inside.
        int wanted = 0;
        int steps = abs(b.x - a.x) > abs(b.y - a.y) ? abs(b.x - a.x)
                                                    : abs(b.y - a.y);
        for (int i = 0; i <= steps; i++) {
            double t = steps > 0 ? (double)i / steps : 0;
            double x = a.x + t * (b.x - a.x);
            double y = a.y + t * (b.y - a.y);
            wanted += x > -0.49 && y > -0.49 && x < SIDE - 0.51 &&
                    y < SIDE - 0.51;
        }
        assert_true(drawn >= wanted - 1 && drawn <= wanted + 2);
    }
}

static void thick_lines_have_their_width(void **state) {
    (void)state;
    for (int thickness = 1; thickness <= 9; thickness++) {
        img_image image = blank();
        img_line(&image, (img_point){10, 32}, (img_point){50, 32}, thickness,
                white);
        int rows = 0;
        for (int y = 0; y < SIDE; y++) {
            rows += pixels[y * SIDE + 30] != 0;
        }
        // Even widths over two are a pixel wider: they have a middle.
        assert_in_range(rows, thickness, thickness + (thickness > 2));
    }
    img_image image = blank();
    img_line(&image, (img_point){10, 32}, (img_point){50, 32}, 0, white);
    img_line(&image, (img_point){10, 32}, (img_point){50, 32}, -3, white);
    assert_int_equal(count(), 0);
}

static void circles_are_rings(void **state) {
    (void)state;
    for (int radius = 0; radius < 28; radius++) {
        for (int thickness = 0; thickness < 6; thickness++) {
            img_image image = blank();
            img_circle(&image, (img_point){32, 32}, radius, thickness, white);
            int half = thickness / 2;
            double outer = radius + half + 0.5;
            double inner = radius + half - thickness + 0.5;
            for (int at = 0; at < SIDE * SIDE; at++) {
                int row = at / SIDE;
                double far = hypot(at % SIDE - 32, row - 32);
                bool want = far < outer && (thickness == 0 || far > inner);
                if (fabs(far - outer) > 0.3 && fabs(far - inner) > 0.3) {
                    assert_int_equal(pixels[at] != 0, want);
                }
            }
        }
    }
}

static void ellipses_turn(void **state) {
    (void)state;
    for (int turn = -400; turn <= 400; turn += 25) {
        img_image image = blank();
        img_ellipse(&image, (img_point){32, 32}, 25, 12, turn, 0, white);
        double s = sin(turn * pi / 180);
        double c = cos(turn * pi / 180);
        for (int at = 0; at < SIDE * SIDE; at++) {
            double x = at % SIDE - 32;
            int row = at / SIDE;
            double y = row - 32;
            double u = (x * c + y * s) / 25;
            double v = (-x * s + y * c) / 12;
            double far = hypot(u, v);
            if (fabs(far - 1) > 0.15) {
                assert_int_equal(pixels[at] != 0, far < 1);
            }
        }
    }
}

static void polygons_fill_their_inside(void **state) {
    (void)state;
    random_source r = random_from(6);
    for (int k = 0; k < 500; k++) {
        img_image image = blank();
        img_point corner[4];
        for (int i = 0; i < 4; i++) {
            corner[i] =
                    (img_point){random_in(&r, -20, 80), random_in(&r, -20, 80)};
        }
        img_polygon(&image, corner, 4, 0, white);
        for (int at = 0; at < SIDE * SIDE; at++) {
            double x = at % SIDE;
            int row = at / SIDE;
            double y = row;
            bool inside = false;
            double edge = 1e9;
            for (int i = 0; i < 4; i++) {
                img_point a = corner[i];
                img_point b = corner[(i + 1) % 4];
                edge = fmin(edge, distance_to_line(x, y, a, b));
                if ((a.y > y) != (b.y > y) &&
                        x < a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y)) {
                    inside = !inside;
                }
            }
            if (edge > 1.2) {
                assert_int_equal(pixels[at] != 0, inside);
            }
        }
    }
}

static void marks_have_their_size(void **state) {
    (void)state;
    img_image image = blank();
    img_cross(&image, (img_point){20, 20}, 5, 1, white);
    assert_int_equal(count(), 21);
    image = blank();
    img_arrow(&image, (img_point){10, 30}, (img_point){50, 30}, 10, 1, white);
    assert_true(pixels[30 * SIDE + 50] && pixels[35 * SIDE + 41] &&
            pixels[25 * SIDE + 41]);
    image = blank();
    img_arrow(&image, (img_point){9, 9}, (img_point){9, 9}, 10, 1, white);
    assert_int_equal(count(), 1);
    img_point turned = img_turned((img_point){100, 0}, 90);
    assert_true(turned.x == 0 && turned.y == 100);
    turned = img_turned((img_point){100, 0}, -450);
    assert_true(turned.x == 0 && turned.y == -100);
}

static void text_turns_and_stretches(void **state) {
    (void)state;
    img_image image = blank();
    img_text_style style = {.scale = 1 << 16};
    img_text_styled(&image, 8, 8, "L", &style, white);
    int once = count();
    style.scale = 3 << 16;
    image = blank();
    img_text_styled(&image, 8, 8, "L", &style, white);
    assert_int_equal(count(), 9 * once);
    style.scale = 1 << 16;
    // The lower bar of an L is on the left of one turned by a quarter.
    style.letter_turn = 1;
    image = blank();
    img_text_styled(&image, 8, 8, "L", &style, white);
    assert_int_equal(count(), once);
    style.letter_turn = 0;
    style.letter_hmirror = true;
    image = blank();
    img_text_styled(&image, 8, 8, "L", &style, white);
    assert_int_equal(count(), once);
    style.turn = 3;
    image = blank();
    img_text_styled(&image, 8, 50, "LLL", &style, white);
    assert_int_equal(count(), 3 * once);
    style = (img_text_style){.scale = 1 << 15, .x_spacing = 4};
    image = blank();
    img_text_styled(&image, 0, 0, "LL", &style, white);
    assert_true(count() > 0);
}

static void hostile_numbers_do_no_harm(void **state) {
    (void)state;
    random_source r = random_from(8);
    for (int k = 0; k < 1500; k++) {
        int32_t n[8];
        for (int i = 0; i < 8; i++) {
            n[i] = random_once_in(&r, 2) ? (int32_t)random_bits(&r)
                                         : random_in(&r, -20, 80);
        }
        img_image image = blank();
        img_point p[4];
        memcpy(p, n, sizeof(p));
        int32_t thin = random_in(&r, -2, 4);
        img_line(&image, p[0], p[1], random_once_in(&r, 3) ? n[4] : thin,
                white);
        img_circle(&image, p[0], n[2] % 3000, thin < 0 ? 0 : thin, white);
        img_ellipse(&image, p[0], n[2] % 1000, n[3] % 1000, n[4],
                thin < 0 ? 0 : thin, white);
        img_polygon(&image, p, 4, thin < 0 ? 0 : thin, white);
        img_cross(&image, p[0], n[2] % 100000, thin, white);
        img_arrow(&image, p[0], p[1], n[4], thin, white);
        img_text_style style = {.scale = n[0],
                .x_spacing = n[1],
                .y_spacing = n[2],
                .turn = (uint8_t)n[3],
                .letter_turn = (uint8_t)n[4],
                .proportional = n[5] & 1,
                .hmirror = n[5] & 2};
        img_text_styled(&image, n[6], n[7], "ab\n c", &style, white);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(lines_are_straight_and_whole),
            cmocka_unit_test(thick_lines_have_their_width),
            cmocka_unit_test(circles_are_rings),
            cmocka_unit_test(ellipses_turn),
            cmocka_unit_test(polygons_fill_their_inside),
            cmocka_unit_test(marks_have_their_size),
            cmocka_unit_test(text_turns_and_stretches),
            cmocka_unit_test(hostile_numbers_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
