// SPDX-License-Identifier: MIT
// Files written and read in pieces of any size, formats and their numbers.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/bmp.h"
#include "image/code.h"
#include "image/pnm.h"
#include "test/support/random.h"

// A file in memory that gives and takes a few bytes at a time and may break.
typedef struct medium {
    uint8_t bytes[1 << 16];
    size_t size, at, piece, breaks_at;
} medium;

static int32_t give(void *user, uint8_t *to, size_t bytes) {
    medium *m = user;
    size_t left = m->size - m->at;
    size_t count = bytes < left ? bytes : left;
    count = count < m->piece ? count : m->piece;
    if (m->at + count > m->breaks_at) {
        return IMG_ERR_READ;
    }
    memcpy(to, m->bytes + m->at, count);
    m->at += count;
    return (int32_t)count;
}

static int take(void *user, const uint8_t *from, size_t bytes) {
    medium *m = user;
    if (m->size + bytes > m->breaks_at) {
        return IMG_ERR_READ;
    }
    assert_true(m->size + bytes <= sizeof(m->bytes));
    memcpy(m->bytes + m->size, from, bytes);
    m->size += bytes;
    return 0;
}

static medium file;

static img_image new_image(random_source *r, img_format format) {
    img_image image = img_image_of(NULL, random_in(r, 1, 40),
            random_in(r, 1, 40), format);
    image.data = malloc(img_bytes(&image));
    random_fill(r, image.data, img_bytes(&image));
    return image;
}

static int read_back(bool bmp, const img_image *to) {
    img_reader r;
    img_reader_open(&r, give, &file);
    file.at = 0;
    img_bmp b;
    img_pnm p;
    int err = bmp ? img_bmp_open(&b, &r) : img_pnm_open(&p, &r);
    if (err) {
        return err;
    }
    assert_int_equal(bmp ? b.width : p.width, to->width);
    assert_int_equal(bmp ? b.height : p.height, to->height);
    return bmp ? img_bmp_read(&b, &r, to) : img_pnm_read(&p, &r, to);
}

static void written_files_come_back(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        random_source r = random_from(seed);
        img_image image = new_image(&r,
                (img_format)random_in(&r, IMG_GRAYSCALE, IMG_BAYER));
        bool bmp = random_once_in(&r, 2);
        file = (medium){.piece = (size_t)random_in(&r, 1, 300),
                .breaks_at = SIZE_MAX};
        img_writer w;
        img_writer_open(&w, take, &file);
        assert_int_equal(bmp ? img_bmp_write(&image, &w)
                             : img_pnm_write(&image, &w),
                0);
        assert_true(bmp ? img_bmp_is(file.bytes) : img_pnm_is(file.bytes));
        img_image back = img_image_of(NULL, image.width, image.height,
                image.format == IMG_GRAYSCALE || image.format == IMG_BINARY
                        ? IMG_GRAYSCALE
                        : IMG_RGB888);
        back.data = malloc(img_bytes(&back));
        assert_int_equal(read_back(bmp, &back), 0);
        for (int32_t y = 0; y < image.height; y++) {
            for (int32_t x = 0; x < image.width; x++) {
                img_color a = img_get(&image, x, y);
                img_color b = img_get(&back, x, y);
                // 6 bits are 8 by repetition here, by rounding there.
                assert_true(abs(a.r - b.r) <= 1 && abs(a.g - b.g) <= 1 &&
                        abs(a.b - b.b) <= 1);
            }
        }
        free(back.data);
        free(image.data);
    }
}

// Cut anywhere, or broken anywhere, a file is refused and says why.
static void broken_files_are_refused(void **state) {
    (void)state;
    random_source r = random_from(3);
    for (int bmp = 0; bmp < 2; bmp++) {
        img_image image = new_image(&r, IMG_RGB565);
        file = (medium){.piece = 64, .breaks_at = SIZE_MAX};
        img_writer w;
        img_writer_open(&w, take, &file);
        assert_int_equal(bmp ? img_bmp_write(&image, &w)
                             : img_pnm_write(&image, &w),
                0);
        size_t whole = file.size;
        for (size_t size = 0; size + 4 < whole; size += 7) {
            file.size = size;
            assert_int_equal(read_back(bmp, &image), IMG_ERR_INVALID);
            file.size = whole;
            file.breaks_at = size;
            assert_true(read_back(bmp, &image) < 0);
            file.breaks_at = SIZE_MAX;
        }
        // A full card.
        file = (medium){.piece = 64, .breaks_at = whole / 2};
        img_writer_open(&w, take, &file);
        assert_int_equal(bmp ? img_bmp_write(&image, &w)
                             : img_pnm_write(&image, &w),
                IMG_ERR_READ);
        free(image.data);
    }
}

static void sizes_must_be_the_image_s(void **state) {
    (void)state;
    static const char ppm[] = "P5 2 2 255\n1234";
    uint8_t pixels[9];
    img_image image = img_image_of(pixels, 3, 3, IMG_GRAYSCALE);
    img_reader r;
    img_reader_memory(&r, ppm, sizeof(ppm) - 1);
    img_pnm pnm;
    assert_int_equal(img_pnm_open(&pnm, &r), 0);
    assert_int_equal(img_pnm_read(&pnm, &r, &image), IMG_ERR_INVALID);
}

static void codes_are_openmv_s(void **state) {
    (void)state;
    img_format format;
    assert_int_equal(img_code_of(IMG_GRAYSCALE), 0x08020001);
    assert_int_equal(img_code_of(IMG_RGB888), 0);
    for (int f = IMG_GRAYSCALE; f <= IMG_PNG; f++) {
        if (f != IMG_RGB888) {
            assert_true(img_code_format(img_code_of((img_format)f), &format));
            assert_int_equal(format, f);
        }
    }
    assert_true(img_code_format(0x05040301, &format));
    assert_int_equal(format, IMG_BAYER);
    assert_false(img_code_format(0x0C030302, &format));
    assert_false(img_code_format(0, &format));
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(written_files_come_back),
            cmocka_unit_test(broken_files_are_refused),
            cmocka_unit_test(sizes_must_be_the_image_s),
            cmocka_unit_test(codes_are_openmv_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
