// SPDX-License-Identifier: MIT
// Drawing: what is set, what is left alone, and that nothing is outside.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/draw.h"
#include "image/font.h"
#include "test/support/random.h"

static const img_color white = {255, 255, 255};

// 8 x 8 gray pixels, drawn as a text: '#' set, '.' not.
static void check_gray(const uint8_t *pixels, const char *want) {
    for (size_t k = 0; k < 64; k++) {
        if ((want[k] == '#') != (pixels[k] == 255)) {
            fail_msg("pixel %d,%d is %d", (int)(k % 8), (int)(k / 8),
                    pixels[k]);
        }
    }
}

static void rectangle_has_its_lines_inside(void **state) {
    (void)state;
    uint8_t pixels[64] = {0};
    img_image image = img_image_of(pixels, 8, 8, IMG_GRAYSCALE);
    img_rectangle(&image, 1, 2, 6, 5, 1, white);
    check_gray(pixels,
            "........"
            "........"
            ".######."
            ".#....#."
            ".#....#."
            ".#....#."
            ".######."
            "........");
    // Thicker than half the box: filled, and nothing else.
    memset(pixels, 0, sizeof(pixels));
    img_rectangle(&image, 2, 2, 3, 4, 9, white);
    check_gray(pixels,
            "........"
            "........"
            "..###..."
            "..###..."
            "..###..."
            "..###..."
            "........"
            "........");
}

static void disc_is_round(void **state) {
    (void)state;
    uint8_t pixels[64] = {0};
    img_image image = img_image_of(pixels, 8, 8, IMG_GRAYSCALE);
    img_disc(&image, 3, 3, 2, white);
    check_gray(pixels,
            "........"
            "..###..."
            ".#####.."
            ".#####.."
            ".#####.."
            "..###..."
            "........"
            "........");
}

static void what_lies_outside_is_cut(void **state) {
    (void)state;
    uint8_t pixels[64] = {0};
    img_image image = img_image_of(pixels, 8, 8, IMG_GRAYSCALE);
    img_fill(&image, -3, 6, 5, 100, white);
    check_gray(pixels,
            "........"
            "........"
            "........"
            "........"
            "........"
            "........"
            "##......"
            "##......");
}

static void letters_sit_in_their_cells(void **state) {
    (void)state;
    uint8_t pixels[16 * 10] = {0};
    img_image image = img_image_of(pixels, 16, 10, IMG_GRAYSCALE);
    img_text(&image, 8, 0, "L", 1, white);
    for (int32_t y = 0; y < 10; y++) {
        for (int32_t x = 0; x < 16; x++) {
            int set = (x == 9 && y >= 1 && y <= 7) ||
                    (y == 7 && x >= 9 && x <= 13);
            assert_int_equal(pixels[y * 16 + x], set ? 255 : 0);
        }
    }
    assert_int_equal(img_text_width("ab\nabc", 2), 48);
    assert_int_equal(img_text_width("", 2), 0);
    assert_ptr_equal(font_glyph('\x07'), font_glyph('?'));
    assert_ptr_equal(font_glyph('\xFF'), font_glyph('?'));
}

static void every_glyph_differs(void **state) {
    (void)state;
    for (int a = ' '; a <= '~'; a++) {
        for (int b = a + 1; b <= '~'; b++) {
            if (memcmp(font_glyph((char)a), font_glyph((char)b), FONT_ROWS) ==
                    0) {
                fail_msg("%c looks like %c", a, b);
            }
        }
        for (int row = 0; row < FONT_ROWS; row++) {
            assert_true(font_glyph((char)a)[row] < 1 << FONT_COLUMNS);
        }
    }
}

static void pixels_come_back_in_every_format(void **state) {
    (void)state;
    static const int slack[] = {0, 8, 4, 0};
    static const img_color colors[] = {{0, 0, 0}, {255, 255, 255}, {255, 0, 0},
            {16, 200, 90}};
    for (int format = IMG_GRAYSCALE; format <= IMG_RGB888; format++) {
        uint8_t pixels[5 * 3 * 3] = {0};
        img_image image = img_image_of(pixels, 5, 3, (img_format)format);
        for (size_t k = 0; k < 4; k++) {
            img_fill(&image, 0, 0, 5, 3, colors[k]);
            img_color got = img_get(&image, 4, 2);
            img_color want = colors[k];
            if (format == IMG_GRAYSCALE) {
                int luma = (299 * want.r + 587 * want.g + 114 * want.b + 500) /
                        1000;
                want = (img_color){(uint8_t)luma, (uint8_t)luma, (uint8_t)luma};
            }
            assert_in_range(got.r + slack[format], want.r,
                    want.r + 2 * slack[format]);
            assert_in_range(got.g + slack[format], want.g,
                    want.g + 2 * slack[format]);
            assert_in_range(got.b + slack[format], want.b,
                    want.b + 2 * slack[format]);
        }
    }
}

// Numbers of any size are safe and quick; the sanitizers watch.
static void hostile_numbers_do_no_harm(void **state) {
    (void)state;
    random_source r = random_from(5);
    for (int k = 0; k < 2000; k++) {
        int32_t n[5];
        for (int i = 0; i < 5; i++) {
            n[i] = random_once_in(&r, 2) ? (int32_t)random_bits(&r)
                                         : random_in(&r, -20, 20);
            if (random_once_in(&r, 10)) {
                n[i] = random_once_in(&r, 2) ? INT32_MIN : INT32_MAX;
            }
        }
        img_format format = (img_format)random_in(&r, IMG_GRAYSCALE, IMG_BAYER);
        int32_t side = random_in(&r, 1, 9);
        uint8_t *pixels = malloc((size_t)side * img_row_bytes(format, side));
        img_image image = img_image_of(pixels, side, side, format);
        img_fill(&image, n[0], n[1], n[2], n[3], white);
        img_rectangle(&image, n[0], n[1], n[2], n[3], n[4], white);
        img_disc(&image, n[0], n[1], n[2] % 1000, white);
        img_text(&image, n[0], n[1], "g\nA~", n[2], white);
        img_text_width("text", n[2]);
        free(pixels);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(rectangle_has_its_lines_inside),
            cmocka_unit_test(disc_is_round),
            cmocka_unit_test(what_lies_outside_is_cut),
            cmocka_unit_test(letters_sit_in_their_cells),
            cmocka_unit_test(every_glyph_differs),
            cmocka_unit_test(pixels_come_back_in_every_format),
            cmocka_unit_test(hostile_numbers_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
