// SPDX-License-Identifier: MIT
// Photographs: every kind of file, turned, cut and hostile ones.

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/file/file.h"
#include "host/photo/photo.h"
#include "test/support/photo_files.h"
#include "test/support/random.h"

enum { W = PICTURE_WIDTH, H = PICTURE_HEIGHT };

static void check_color(const char *name, img_color got, img_color want,
        int slack, int32_t x, int32_t y) {
    if (abs(got.r - want.r) > slack || abs(got.g - want.g) > slack ||
            abs(got.b - want.b) > slack) {
        fail_msg("%s: pixel %d,%d is %d,%d,%d, expected %d,%d,%d", name, x, y,
                got.r, got.g, got.b, want.r, want.g, want.b);
    }
}

static img_color expected(const photo_sample *s, int32_t x, int32_t y) {
    img_color c = picture_at(x, y);
    if (s->gray) {
        int luma = (c.r * 299 + c.g * 587 + c.b * 114 + 500) / 1000;
        c = (img_color){(uint8_t)luma, (uint8_t)luma, (uint8_t)luma};
    }
    return c;
}

static void every_kind_shows_the_picture(void **state) {
    (void)state;
    size_t count;
    photo_sample *samples = photo_samples(&count);
    for (size_t k = 0; k < count; k++) {
        const photo_sample *s = &samples[k];
        nn_error error;
        photo p;
        assert_true(photo_is_known(s->bytes, PHOTO_SNIFF_BYTES));
        if (photo_decode(&p, s->bytes, s->size, &error) != 0) {
            fail_msg("%s: %s", s->name, error.text);
        }
        assert_int_equal(p.image.width, W);
        assert_int_equal(p.image.height, H);
        assert_int_equal(p.image.format, IMG_RGB888);
        for (int32_t y = 0; y < H; y++) {
            for (int32_t x = 0; x < W; x++) {
                check_color(s->name, img_get(&p.image, x, y), expected(s, x, y),
                        s->slack, x, y);
            }
        }
        photo_free(&p);
    }
    photo_samples_free(samples, count);
}

// The corpus that the fuzz target begins with.
static void samples_become_seeds(void **state) {
    (void)state;
    size_t count;
    photo_sample *samples = photo_samples(&count);
    mkdir("build", 0777);
    mkdir("build/test", 0777);
    mkdir("build/test/corpus", 0777);
    mkdir("build/test/corpus/photo", 0777);
    for (size_t k = 0; k < count; k++) {
        char path[128];
        snprintf(path, sizeof(path), "build/test/corpus/photo/%s",
                samples[k].name);
        assert_int_equal(file_write(path, samples[k].bytes, samples[k].size,
                                 NULL),
                0);
    }
    photo_samples_free(samples, count);
}

// A cut file gives an error or, where only its end is missing, the picture;
// the sanitizers see to the rest.
static void cut_files_are_refused(void **state) {
    (void)state;
    size_t count;
    photo_sample *samples = photo_samples(&count);
    for (size_t k = 0; k < count; k++) {
        for (size_t size = 0; size < samples[k].size; size++) {
            // Exactly as large as the file: one byte more would be seen.
            uint8_t *bytes = malloc(size + (size == 0));
            memcpy(bytes, samples[k].bytes, size);
            nn_error error = {0};
            photo p;
            int err = photo_decode(&p, bytes, size, &error);
            if (err == 0) {
                assert_true(size + 16 >= samples[k].size);
                photo_free(&p);
            } else {
                assert_true(strlen(error.text) > 10);
                assert_null(strchr(error.text, '\n'));
                assert_null(p.image.data);
            }
            free(bytes);
        }
    }
    photo_samples_free(samples, count);
}

static void damaged_files_do_no_harm(void **state) {
    (void)state;
    size_t count;
    photo_sample *samples = photo_samples(&count);
    random_source r = random_from(7);
    for (int round = 0; round < 4000; round++) {
        const photo_sample *s = &samples[random_in(&r, 0, (int32_t)count - 1)];
        uint8_t *bytes = malloc(s->size);
        memcpy(bytes, s->bytes, s->size);
        for (int k = random_in(&r, 1, 6); k > 0; k--) {
            bytes[random_in(&r, 0, (int32_t)s->size - 1)] =
                    (uint8_t)random_bits(&r);
        }
        photo p;
        if (photo_decode(&p, bytes, s->size, NULL) == 0) {
            photo_free(&p);
        }
        free(bytes);
    }
    photo_samples_free(samples, count);
}

static void refuses(const void *bytes, size_t size, const char *why) {
    nn_error error = {0};
    photo p;
    assert_true(photo_decode(&p, bytes, size, &error) < 0);
    if (strstr(error.text, why) == NULL) {
        fail_msg("'%s' does not say '%s'", error.text, why);
    }
}

static void sizes_are_refused_before_memory_is_taken(void **state) {
    (void)state;
    static const char ppm[] = "P6 60000 60000 255\n";
    refuses(ppm, sizeof(ppm) - 1, "more than 134 million pixels");
    static const char wide[] = "P5 70000 1 255\n";
    refuses(wide, sizeof(wide) - 1, "a side of more than 65535 pixels");
    static const char large[] = "P5 11000 11000 255\n";
    refuses(large, sizeof(large) - 1, "more pixels than the file can hold");
    static const char none[] = "P5 0 7 255\n";
    refuses(none, sizeof(none) - 1, "no pixels");
    size_t count;
    photo_sample *samples = photo_samples(&count);
    for (size_t k = 0; k < count; k++) {
        uint8_t *b = samples[k].bytes;
        if (strcmp(samples[k].name, "baseline.jpg") == 0) {
            for (size_t at = 0; at + 8 < samples[k].size; at++) {
                if (b[at] == 0xFF && b[at + 1] == 0xC0) {
                    memset(b + at + 5, 0xEA, 4);
                    break;
                }
            }
            refuses(b, samples[k].size, "more than 134 million pixels");
            static const uint8_t smaller[] = {0x20, 0, 0x20, 0};
            for (size_t at = 0; at + 8 < samples[k].size; at++) {
                if (b[at] == 0xFF && b[at + 1] == 0xC0) {
                    memcpy(b + at + 5, smaller, 4);
                    break;
                }
            }
            refuses(b, samples[k].size, "more pixels than the file can hold");
        }
        if (strcmp(samples[k].name, "rgb24.bmp") == 0) {
            static const uint8_t sides[] = {0x60, 0xEA, 0, 0, 0x60, 0xEA, 0, 0};
            memcpy(b + 18, sides, sizeof(sides));
            refuses(b, samples[k].size, "more than 134 million pixels");
        }
    }
    photo_samples_free(samples, count);
}

static void other_files_are_named(void **state) {
    (void)state;
    refuses("", 0, "empty");
    refuses("hello", 5, "not a JPEG, PNG, BMP, PGM or PPM image");
    refuses("GIF89a.............", 19, "not a JPEG, PNG");
    refuses("P6 1 1 0\n...", 12, "maximum");
    refuses("P6 1 x 255\n...", 14, "width, height");
    refuses("P3 1 1 9 1 2 10 ", 16, "no number within the maximum");
    refuses("BMxxxxxxxxxxxx\x28\0\0\0xxxxxxxxxxxxxxxxxxxx", 38, "BMP");
    nn_error error;
    photo p;
    assert_int_equal(photo_read(&p, "/nonexistent", &error), NN_ERR_INPUT);
    assert_string_equal(error.text, "No such file or directory");
    assert_int_equal(photo_read(&p, "/", &error), NN_ERR_INPUT);
    assert_string_equal(error.text, "is a directory");
}

// EXIF's orientation in a JPEG: the block goes behind the first marker.
static void turned(int orientation, bool big_endian, photo *p) {
    static const uint8_t little[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0,
            0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0};
    static const uint8_t big[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
            'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 0,
            0, 0, 0, 0, 0, 0};
    size_t count;
    photo_sample *samples = photo_samples(&count);
    assert_string_equal(samples[0].name, "baseline.jpg");
    uint8_t *bytes = malloc(samples[0].size + sizeof(little));
    memcpy(bytes, samples[0].bytes, 2);
    memcpy(bytes + 2, big_endian ? big : little, sizeof(little));
    bytes[2 + (big_endian ? 29 : 28)] = (uint8_t)orientation;
    memcpy(bytes + 2 + sizeof(little), samples[0].bytes + 2,
            samples[0].size - 2);
    assert_int_equal(photo_decode(p, bytes, samples[0].size + sizeof(little),
                             NULL),
            0);
    free(bytes);
    photo_samples_free(samples, count);
}

// EXIF 2.3, tag 0x0112: where the picture's top left corner is stored, and
// the corner to the right of it.
static void orientation_is_applied(void **state) {
    (void)state;
    static const struct {
        int first_x, first_y; // stored place of the upright first pixel
        int next_x, next_y;   // and of its right neighbour, as steps
    } want[] = {
            {0, 0, 1, 0},
            {W - 1, 0, -1, 0},
            {W - 1, H - 1, -1, 0},
            {0, H - 1, 1, 0},
            {0, 0, 0, 1},
            {0, H - 1, 0, -1},
            {W - 1, H - 1, 0, -1},
            {W - 1, 0, 0, 1},
    };
    for (int o = 1; o <= 8; o++) {
        for (int big = 0; big < 2; big++) {
            photo p;
            turned(o, big, &p);
            assert_int_equal(p.image.width, o >= 5 ? H : W);
            assert_int_equal(p.image.height, o >= 5 ? W : H);
            int x = want[o - 1].first_x;
            int y = want[o - 1].first_y;
            check_color("first", img_get(&p.image, 0, 0), picture_at(x, y), 12,
                    0, 0);
            for (int k = 0; k < p.image.width; k++) {
                check_color("row", img_get(&p.image, k, 0), picture_at(x, y),
                        12, k, 0);
                x += want[o - 1].next_x;
                y += want[o - 1].next_y;
            }
            photo_free(&p);
        }
    }
    photo p;
    turned(9, false, &p); // no such orientation
    assert_int_equal(p.image.width, W);
    photo_free(&p);
}

static void alpha_lies_on_white(void **state) {
    (void)state;
    // 1 x 1 RGBA: half-transparent black, written by hand.
    static const uint8_t png[] = {0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A,
            0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
            0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00,
            0x1F, 0x15, 0xC4, 0x89, 0x00, 0x00, 0x00, 0x10, 0x49, 0x44, 0x41,
            0x54, 0x78, 0x01, 0x01, 0x05, 0x00, 0xFA, 0xFF, 0x00, 0x00, 0x00,
            0x00, 0x80, 0x00, 0x85, 0x00, 0x81, 0xD9, 0x13, 0xBD, 0x0A, 0x00,
            0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82};
    photo p;
    nn_error error;
    int err = photo_decode(&p, png, sizeof(png), &error);
    if (err != 0) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(img_get(&p.image, 0, 0).r, 127);
    photo_free(&p);
}

static void low_depth_bitmaps(void **state) {
    (void)state;
    // 5 x 2, 1 bit: "10110" at the bottom, "00001" on top; black and red.
    static const uint8_t bits[] = {'B', 'M', 0, 0, 0, 0, 0, 0, 0, 0, 62, 0, 0,
            0, 40, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 255, 0, 0xB0, 0, 0, 0, 0x08, 0, 0, 0};
    photo p;
    assert_int_equal(photo_decode(&p, bits, sizeof(bits), NULL), 0);
    static const uint8_t want[] = {0, 0, 0, 0, 1, 1, 0, 1, 1, 0};
    for (int32_t k = 0; k < 10; k++) {
        assert_int_equal(img_get(&p.image, k % 5, k / 5).r, want[k] ? 255 : 0);
    }
    photo_free(&p);
    // 5 x 2, RLE4, colour 1 is red: a run of 3 alternating, end of line, then
    // three single values.
    static const uint8_t rle[] = {'B', 'M', 0, 0, 0, 0, 0, 0, 0, 0, 62, 0, 0, 0,
            40, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 1, 0, 4, 0, 2, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 255, 0, 3, 0x10, 0, 0, 0, 3, 0x01, 0x10, 0, 1};
    assert_int_equal(photo_decode(&p, rle, sizeof(rle), NULL), 0);
    static const uint8_t runs[] = {0, 1, 1, 0, 0, 1, 0, 1, 0, 0};
    for (int32_t k = 0; k < 10; k++) {
        assert_int_equal(img_get(&p.image, k % 5, k / 5).r, runs[k] ? 255 : 0);
    }
    photo_free(&p);
}

static void written_files_come_back(void **state) {
    (void)state;
    static const struct {
        const char *suffix;
        int slack;
    } kinds[] = {{".png", 0}, {".PPM", 0}, {".jpg", 20}, {".jpeg", 20}};
    uint8_t pixels[W * H * 3];
    img_image image = img_image_of(pixels, W, H, IMG_RGB888);
    for (int32_t k = 0; k < W * H; k++) {
        img_set(&image, k % W, k / W, picture_at(k % W, k / W));
    }
    char folder[] = "/tmp/test_photo.XXXXXX";
    assert_non_null(mkdtemp(folder));
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        char path[64];
        snprintf(path, sizeof(path), "%s/a%s", folder, kinds[k].suffix);
        assert_true(photo_can_write(path));
        assert_int_equal(photo_write(path, &image, NULL), 0);
        photo p;
        assert_int_equal(photo_read(&p, path, NULL), 0);
        for (int32_t y = 0; y < H; y++) {
            for (int32_t x = 0; x < W; x++) {
                check_color(path, img_get(&p.image, x, y), picture_at(x, y),
                        kinds[k].slack, x, y);
            }
        }
        photo_free(&p);
        assert_int_equal(unlink(path), 0);
    }
    assert_false(photo_can_write("a.gif"));
    assert_false(photo_can_write(".png"));
    // Nothing else may be left.
    assert_int_equal(rmdir(folder), 0);
    nn_error error;
    assert_int_equal(photo_write("/nonexistent/a.png", &image, &error),
            NN_ERR_INPUT);
    assert_int_equal(photo_write("a.gif", &image, &error), NN_ERR_UNSUPPORTED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_kind_shows_the_picture),
            cmocka_unit_test(samples_become_seeds),
            cmocka_unit_test(cut_files_are_refused),
            cmocka_unit_test(damaged_files_do_no_harm),
            cmocka_unit_test(sizes_are_refused_before_memory_is_taken),
            cmocka_unit_test(other_files_are_named),
            cmocka_unit_test(orientation_is_applied),
            cmocka_unit_test(alpha_lies_on_white),
            cmocka_unit_test(low_depth_bitmaps),
            cmocka_unit_test(written_files_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
