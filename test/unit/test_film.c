// SPDX-License-Identifier: MIT
// Films: Y4M, MJPEG in AVI, JPEG files one after another; cut and wrong ones.

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/photo/film.h"
#include "test/support/photo_files.h"

static const uint64_t MILLISECOND = 1000000000;

// A file in the making.
typedef struct bytes {
    uint8_t data[1 << 16];
    size_t size;
} bytes;

static void put(bytes *b, const void *data, size_t size) {
    assert_true(b->size + size <= sizeof b->data);
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

static void put_text(bytes *b, const char *text) {
    put(b, text, strlen(text));
}

static void put_word(bytes *b, uint32_t value) {
    const uint8_t le[4] = {(uint8_t)value, (uint8_t)(value >> 8),
            (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    put(b, le, 4);
}

static img_color color(const film *f, size_t index, int32_t x, int32_t y) {
    photo p;
    nn_error error;
    if (film_frame(f, index, &p, &error) != 0) {
        fail_msg("frame %zu: %s", index, error.text);
    }
    img_color c = img_get(&p.image, x, y);
    photo_free(&p);
    return c;
}

static void assert_color(img_color got, int r, int g, int b, int slack) {
    if (abs(got.r - r) > slack || abs(got.g - g) > slack ||
            abs(got.b - b) > slack) {
        fail_msg("%d,%d,%d, expected %d,%d,%d", got.r, got.g, got.b, r, g, b);
    }
}

static void y4m_in_every_format(void **state) {
    (void)state;
    static const struct {
        const char *header;
        int across, down;
        bool full;
    } kinds[] = {{"YUV4MPEG2 W4 H2 F30000:1001 Ip A1:1\n", 2, 2, false},
            {"YUV4MPEG2 W4 H2 F30:1 C420jpeg XCOLORRANGE=FULL\n", 2, 2, true},
            {"YUV4MPEG2 W4 H2 F30:1 C422\n", 2, 1, false},
            {"YUV4MPEG2 C444 H2 W4 F30:1\n", 1, 1, false},
            {"YUV4MPEG2 W4 H2 F30:1 Cmono\n", 0, 0, false}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        bytes b = {.size = 0};
        put_text(&b, kinds[k].header);
        size_t chroma = kinds[k].across
                ? (size_t)(4 / kinds[k].across * (2 / kinds[k].down))
                : 0;
        for (int frame = 0; frame < 2; frame++) {
            put_text(&b, frame ? "FRAME Ip\n" : "FRAME\n");
            uint8_t plane[8];
            // Red, in BT.601; the second frame is white.
            int y = kinds[k].full ? 76 : 81;
            memset(plane, frame ? (kinds[k].full ? 255 : 235) : y, 8);
            put(&b, plane, 8);
            memset(plane, frame ? 128 : kinds[k].full ? 85 : 90, 8);
            put(&b, plane, chroma);
            memset(plane, frame ? 128 : kinds[k].full ? 255 : 240, 8);
            put(&b, plane, chroma);
        }
        film *f;
        nn_error error;
        assert_true(film_is_known(b.data, b.size));
        if (film_open(&f, b.data, b.size, &error) != 0) {
            fail_msg("%s: %s", kinds[k].header, error.text);
        }
        assert_int_equal(film_frames(f), 2);
        assert_in_range(film_period(f), 33 * MILLISECOND, 34 * MILLISECOND);
        if (chroma) {
            assert_color(color(f, 0, 3, 1), 255, 0, 0, 3);
        } else {
            assert_color(color(f, 0, 3, 1), 75, 75, 75, 1);
        }
        assert_color(color(f, 1, 0, 0), 255, 255, 255, 0);
        film_close(f);
        // Cut: the whole frames are left.
        assert_int_equal(film_open(&f, b.data, b.size - 1, NULL), 0);
        assert_int_equal(film_frames(f), 1);
        film_close(f);
    }
}

// A JPEG of the small picture.
static photo_sample *jpeg(photo_sample *samples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(samples[i].name);
        if (!samples[i].gray && length > 4 &&
                strcmp(samples[i].name + length - 4, ".jpg") == 0) {
            return &samples[i];
        }
    }
    fail_msg("no JPEG among the samples");
    return NULL;
}

static void jpegs_one_after_another(void **state) {
    (void)state;
    size_t count;
    photo_sample *samples = photo_samples(&count);
    const photo_sample *one = jpeg(samples, count);
    assert_false(film_is_known(one->bytes, one->size));
    bytes b = {.size = 0};
    for (int i = 0; i < 3; i++) {
        put(&b, one->bytes, one->size);
    }
    assert_true(film_is_known(b.data, b.size));
    film *f;
    assert_int_equal(film_open(&f, b.data, b.size - 1, NULL), 0);
    assert_int_equal(film_frames(f), 2);
    assert_int_equal(film_period(f), 40 * MILLISECOND);
    img_color want = picture_at(5, 4);
    assert_color(color(f, 1, 5, 4), want.r, want.g, want.b, one->slack);
    film_close(f);
    photo_samples_free(samples, count);
}

static void mjpeg_in_avi(void **state) {
    (void)state;
    size_t count;
    photo_sample *samples = photo_samples(&count);
    const photo_sample *one = jpeg(samples, count);
    bytes b = {.size = 0};
    put_text(&b, "RIFF");
    put_word(&b, 0);
    put_text(&b, "AVI LIST");
    put_word(&b, 4 + 8 + 4);
    put_text(&b, "hdrlavih");
    put_word(&b, 4);
    put_word(&b, 50000); // microseconds
    put_text(&b, "LIST");
    put_word(&b, 0);
    put_text(&b, "movi");
    for (int i = 0; i < 2; i++) {
        put_text(&b, "00dc");
        put_word(&b, (uint32_t)one->size);
        put(&b, one->bytes, one->size);
        put(&b, "", one->size & 1);
        put_text(&b, "01wb"); // sound
        put_word(&b, 2);
        put(&b, "xx", 2);
    }
    put_text(&b, "idx1");
    put_word(&b, 0);
    assert_true(film_is_known(b.data, b.size));
    film *f;
    assert_int_equal(film_open(&f, b.data, b.size, NULL), 0);
    assert_int_equal(film_frames(f), 2);
    assert_int_equal(film_period(f), 50 * MILLISECOND);
    img_color want = picture_at(5, 4);
    assert_color(color(f, 1, 5, 4), want.r, want.g, want.b, one->slack);
    film_close(f);
    photo_samples_free(samples, count);
}

static void wrong_ones_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text, *why;
    } wrong[] = {{"YUV4MPEG2 W4 H2 F30:1", "has no end"},
            {"YUV4MPEG2 W0 H2 F30:1\nFRAME\n", "width and height"},
            {"YUV4MPEG2 W4 H99999\nFRAME\n", "width and height"},
            {"YUV4MPEG2 W4 H2 C420p10\nFRAME\n", "C420p10"},
            {"YUV4MPEG2 W4 H2\nFRAME\n12345678", "no whole frame"},
            {"YUV4MPEG2 W4 H2\nframe\n12345678", "no FRAME"}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        film *f;
        nn_error error;
        const uint8_t *data = (const uint8_t *)wrong[k].text;
        size_t size = strlen(wrong[k].text);
        assert_true(film_is_known(data, size));
        assert_int_not_equal(film_open(&f, data, size, &error), 0);
        assert_non_null(strstr(error.text, wrong[k].why));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(y4m_in_every_format),
            cmocka_unit_test(jpegs_one_after_another),
            cmocka_unit_test(mjpeg_in_avi),
            cmocka_unit_test(wrong_ones_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
