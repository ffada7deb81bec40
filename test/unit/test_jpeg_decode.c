// SPDX-License-Identifier: MIT
// The decoder against libjpeg's on the same files, which libjpeg made.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "host/photo/photo.h"
#include "image/jpeg.h"
#include "test/support/jpeg_peer.h"
#include "test/support/random.h"

static const char *const photos[] = {"build/deps/grace_hopper.jpg",
        "../shared/faces/dev_001.jpg", "../shared/faces/dev_017.jpg",
        "../shared/faces/dev_100.jpg"};

// Not aligned and not a byte larger than asked for.
static int decode(const uint8_t *file, size_t bytes, img_image *out,
        img_format format) {
    img_jpeg_info info;
    out->data = NULL;
    int err = img_jpeg_read_info(file, bytes, &info);
    if (err) {
        return err;
    }
    *out = img_image_of(NULL, info.width, info.height, format);
    out->data = malloc(img_bytes(out));
    uint8_t *scratch = malloc(info.scratch_bytes + 1);
    assert_in_range(info.scratch_bytes, 1, 8192);
    err = img_jpeg_decode(file, bytes, out, scratch + 1, info.scratch_bytes);
    free(scratch);
    return err;
}

static int distance(const img_image *a, const img_image *b) {
    int most = 0;
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    for (int32_t y = 0; y < a->height; y++) {
        for (int32_t x = 0; x < a->width; x++) {
            img_color c = img_get(a, x, y);
            img_color d = img_get(b, x, y);
            int off[3] = {abs(c.r - d.r), abs(c.g - d.g), abs(c.b - d.b)};
            for (int k = 0; k < 3; k++) {
                most = off[k] > most ? off[k] : most;
            }
        }
    }
    return most;
}

// The same file through both: at most one step apart, and in RGB565 what is
// left of that.
static void compare(const img_image *image, const jpeg_peer_options *options) {
    size_t bytes = 0;
    uint8_t *file = jpeg_peer_encode(image, options, &bytes);
    img_image peer;
    img_image ours;
    assert_true(jpeg_peer_decode(file, bytes, &peer));
    assert_int_equal(decode(file, bytes, &ours, peer.format), 0);
    int most = distance(&ours, &peer);
    if (most > (peer.format == IMG_GRAYSCALE ? 0 : 1)) {
        fail_msg("quality %d, %dx%d, restart %u: %d off", options->quality,
                options->h, options->v, options->restart, most);
    }
    img_image other;
    assert_int_equal(decode(file, bytes, &other, IMG_RGB565), 0);
    assert_in_range(distance(&other, &ours), 0, 7);
    free(other.data);
    assert_int_equal(decode(file, bytes, &other, IMG_GRAYSCALE), 0);
    assert_true(other.data != NULL);
    free(other.data);
    free(ours.data);
    free(peer.data);
    free(file);
}

static void photos_are_what_libjpeg_sees(void **state) {
    (void)state;
    static const jpeg_peer_options kinds[] = {
            {.quality = 90, .h = 1, .v = 1, .interleave = true},
            {.quality = 75, .h = 2, .v = 1, .interleave = true},
            {.quality = 50, .h = 2, .v = 2, .interleave = true},
            {.quality = 97, .h = 1, .v = 2, .interleave = true},
            {.quality = 30, .h = 4, .v = 1, .interleave = true},
            {.quality = 85, .h = 4, .v = 2, .interleave = true},
            {.quality = 70, .h = 1, .v = 4, .interleave = true},
            {.quality = 5, .h = 2, .v = 2, .interleave = true, .restart = 1},
            {.quality = 80, .h = 2, .v = 1, .interleave = true, .restart = 7},
            {.quality = 100, .h = 1, .v = 1, .interleave = true, .restart = 99},
            {.quality = 75, .h = 2, .v = 2, .interleave = true, .optimise = 1},
            {.quality = 80, .h = 1, .v = 1, .interleave = true, .rgb = true},
            {.quality = 3, .h = 2, .v = 2, .interleave = true, .wide = true},
    };
    for (size_t p = 0; p < sizeof photos / sizeof *photos; p++) {
        photo photo;
        if (photo_read(&photo, photos[p], NULL) != 0) {
            printf("skipped %s: not here\n", photos[p]);
            continue;
        }
        img_image gray = img_image_of(malloc((size_t)photo.image.width *
                                              (size_t)photo.image.height),
                photo.image.width, photo.image.height, IMG_GRAYSCALE);
        for (int32_t y = 0; y < gray.height; y++) {
            for (int32_t x = 0; x < gray.width; x++) {
                img_set(&gray, x, y, img_get(&photo.image, x, y));
            }
        }
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            compare(&photo.image, &kinds[k]);
            compare(&gray, &kinds[k]);
        }
        free(gray.data);
        photo_free(&photo);
    }
}

static img_image noise(random_source *random, int32_t width, int32_t height) {
    img_image image = img_image_of(malloc((size_t)width * (size_t)height * 3),
            width, height, IMG_RGB888);
    random_fill(random, image.data, img_bytes(&image));
    return image;
}

// The corpus that the fuzz target begins with.
static void keep_seed(const img_image *image, const jpeg_peer_options *options,
        int number) {
    char path[64];
    size_t bytes = 0;
    uint8_t *file = jpeg_peer_encode(image, options, &bytes);
    mkdir("build/test", 0777);
    mkdir("build/test/corpus", 0777);
    mkdir("build/test/corpus/jpeg", 0777);
    snprintf(path, sizeof path, "build/test/corpus/jpeg/%d.jpg", number);
    FILE *to = fopen(path, "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(file, 1, bytes, to), bytes);
    fclose(to);
    free(file);
}

static void every_size_and_sampling_is_read(void **state) {
    (void)state;
    random_source random = random_from(9);
    for (int round = 0; round < 300; round++) {
        img_image image = noise(&random, random_in(&random, 1, 70),
                random_in(&random, 1, 70));
        jpeg_peer_options options = {.quality = random_in(&random, 1, 100),
                .h = random_in(&random, 1, 4),
                .v = random_in(&random, 1, 2),
                .restart = (unsigned)random_in(&random, 0, 3),
                .optimise = round % 2,
                .interleave = true};
        compare(&image, &options);
        if (round < 40) {
            keep_seed(&image, &options, round);
        }
        free(image.data);
    }
}

static void other_kinds_are_refused(void **state) {
    (void)state;
    random_source random = random_from(10);
    img_image image = noise(&random, 40, 30);
    static const jpeg_peer_options kinds[] = {
            {.quality = 75, .h = 2, .v = 2, .progressive = true},
            {.quality = 75, .h = 2, .v = 2, .interleave = 1, .arithmetic = 1},
            {.quality = 75, .h = 2, .v = 2, .interleave = false},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t bytes = 0;
        uint8_t *file = jpeg_peer_encode(&image, &kinds[k], &bytes);
        img_jpeg_info info;
        assert_int_equal(img_jpeg_read_info(file, bytes, &info),
                IMG_JPEG_ERR_UNSUPPORTED);
        free(file);
    }
    free(image.data);
}

// Whatever is cut off is noticed, but for the mark at the very end.
static void short_files_are_refused(void **state) {
    (void)state;
    random_source random = random_from(11);
    img_image image = noise(&random, 33, 20);
    jpeg_peer_options options = {.quality = 60,
            .h = 2,
            .v = 2,
            .interleave = 1,
            .restart = 2};
    size_t bytes = 0;
    uint8_t *file = jpeg_peer_encode(&image, &options, &bytes);
    for (size_t size = 0; size < bytes; size++) {
        uint8_t *part = malloc(size + 1);
        memcpy(part, file, size);
        img_image out;
        int err = decode(part, size, &out, IMG_RGB565);
        if (size + 2 < bytes) {
            assert_int_equal(err, IMG_JPEG_ERR_DAMAGED);
        } else {
            assert_int_equal(err, 0);
        }
        free(out.data);
        free(part);
    }
    free(file);
    free(image.data);
}

// A changed byte may give another picture or an error, and no more.
static void damaged_files_do_no_harm(void **state) {
    (void)state;
    random_source random = random_from(12);
    img_image image = noise(&random, 48, 40);
    jpeg_peer_options options = {.quality = 90,
            .h = 2,
            .v = 1,
            .interleave = 1,
            .restart = 3};
    size_t bytes = 0;
    uint8_t *file = jpeg_peer_encode(&image, &options, &bytes);
    for (int round = 0; round < 3000; round++) {
        uint8_t *copy = malloc(bytes);
        memcpy(copy, file, bytes);
        for (int n = random_in(&random, 1, 4); n > 0; n--) {
            copy[random_bits(&random) % bytes] = (uint8_t)random_bits(&random);
        }
        img_jpeg_info info;
        if (img_jpeg_read_info(copy, bytes, &info) == 0 &&
                (int64_t)info.width * info.height < 1 << 20) {
            img_image out;
            int err = decode(copy, bytes, &out, IMG_RGB888);
            assert_true(err == 0 || err == IMG_JPEG_ERR_DAMAGED);
            free(out.data);
        }
        free(copy);
    }
    free(file);
    free(image.data);
}

// What the camera writes, the camera reads.
static void own_files_are_read(void **state) {
    (void)state;
    random_source random = random_from(13);
    img_image image = noise(&random, 64, 48);
    memset(image.data, 77, img_bytes(&image));
    uint8_t file[8192];
    size_t bytes = 0;
    assert_int_equal(img_jpeg_encode(&image, 90, IMG_JPEG_AUTO, file,
                             sizeof file, &bytes),
            0);
    img_image out;
    assert_int_equal(decode(file, bytes, &out, IMG_RGB888), 0);
    assert_in_range(distance(&out, &image), 0, 1);
    uint8_t scratch[16];
    assert_int_equal(img_jpeg_decode(file, bytes, &out, scratch,
                             sizeof scratch),
            IMG_JPEG_ERR_SCRATCH);
    out.width--;
    uint8_t enough[8192];
    assert_int_equal(img_jpeg_decode(file, bytes, &out, enough, sizeof enough),
            IMG_ERR_INVALID);
    free(out.data);
    free(image.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(photos_are_what_libjpeg_sees),
            cmocka_unit_test(every_size_and_sampling_is_read),
            cmocka_unit_test(other_kinds_are_refused),
            cmocka_unit_test(short_files_are_refused),
            cmocka_unit_test(damaged_files_do_no_harm),
            cmocka_unit_test(own_files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
