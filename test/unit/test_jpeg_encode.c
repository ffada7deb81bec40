// SPDX-License-Identifier: MIT
// The encoder's files, as libjpeg reads them: how near they come to the
// picture, and how large they are beside libjpeg's own.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/photo/photo.h"
#include "image/jpeg.h"
#include "test/support/jpeg_peer.h"
#include "test/support/random.h"

enum { CAPACITY = 4 << 20 };

static const char *const photos[] = {"build/deps/grace_hopper.jpg",
        "../shared/faces/dev_001.jpg", "../shared/faces/dev_017.jpg",
        "../shared/faces/dev_100.jpg"};

static const img_jpeg_sampling samplings[] = {IMG_JPEG_444, IMG_JPEG_422,
        IMG_JPEG_420};

// What libjpeg calls them.
static int factor_h(img_jpeg_sampling s) {
    return s == IMG_JPEG_444 ? 1 : 2;
}
static int factor_v(img_jpeg_sampling s) {
    return s == IMG_JPEG_420 ? 2 : 1;
}

static img_image copy_as(const img_image *from, img_format format) {
    img_image to = img_image_of(NULL, from->width, from->height, format);
    to.data = malloc(img_bytes(&to));
    for (int32_t y = 0; y < to.height; y++) {
        for (int32_t x = 0; x < to.width; x++) {
            img_set(&to, x, y, img_get(from, x, y));
        }
    }
    return to;
}

// Any image as the peer takes it and gives it back.
static img_image copy_plain(const img_image *from) {
    return copy_as(from,
            from->format == IMG_GRAYSCALE || from->format == IMG_BINARY
                    ? IMG_GRAYSCALE
                    : IMG_RGB888);
}

static size_t encode(const img_image *image, int quality,
        img_jpeg_sampling sampling, img_image *seen) {
    uint8_t *file = malloc(CAPACITY);
    size_t bytes = 0;
    assert_int_equal(img_jpeg_encode(image, quality, sampling, file, CAPACITY,
                             &bytes),
            0);
    assert_true(jpeg_peer_decode(file, bytes, seen));
    free(file);
    assert_int_equal(seen->width, image->width);
    assert_int_equal(seen->height, image->height);
    return bytes;
}

// Ours against libjpeg's at the same settings: as good and as small. (Above 48
// dB a photo that
// was a JPEG file before favours who rounds samples as its maker did.)
static void compare(const img_image *image, int quality,
        img_jpeg_sampling sampling, const char *name) {
    img_image seen;
    img_image peer_seen;
    img_image plain = copy_plain(image);
    size_t ours = encode(image, quality, sampling, &seen);
    assert_int_equal(seen.format, plain.format);
    bool gray = plain.format == IMG_GRAYSCALE;
    jpeg_peer_options options = {.quality = quality,
            .h = gray ? 1 : factor_h(sampling),
            .v = gray ? 1 : factor_v(sampling),
            .interleave = true};
    size_t theirs = 0;
    uint8_t *file = jpeg_peer_encode(&plain, &options, &theirs);
    assert_true(jpeg_peer_decode(file, theirs, &peer_seen));
    double our_db = jpeg_psnr(&plain, &seen);
    double their_db = jpeg_psnr(&plain, &peer_seen);
    if (getenv("VERBOSE") != NULL) {
        printf("%s q%d %dx%d: %.2f dB in %zu, libjpeg %.2f dB in %zu\n", name,
                quality, options.h, options.v, our_db, ours, their_db, theirs);
    }
    double want = their_db < 48 ? their_db : 48;
    if (our_db < want - 0.15 || (double)ours > (double)theirs * 1.02 + 64) {
        fail_msg("%s q%d %dx%d: %.2f dB in %zu, libjpeg %.2f dB in %zu", name,
                quality, options.h, options.v, our_db, ours, their_db, theirs);
    }
    free(file);
    free(plain.data);
    free(seen.data);
    free(peer_seen.data);
}

static void photos_are_as_good_as_libjpegs(void **state) {
    (void)state;
    static const int qualities[] = {1, 10, 35, 50, 70, 90, 95, 100};
    for (size_t p = 0; p < sizeof photos / sizeof *photos; p++) {
        photo photo;
        if (photo_read(&photo, photos[p], NULL) != 0) {
            printf("skipped %s: not here\n", photos[p]);
            continue;
        }
        img_image gray = copy_as(&photo.image, IMG_GRAYSCALE);
        img_image packed = copy_as(&photo.image, IMG_RGB565);
        for (size_t q = 0; q < sizeof qualities / sizeof *qualities; q++) {
            for (size_t s = 0; s < 3; s++) {
                compare(&photo.image, qualities[q], samplings[s], "RGB888");
                compare(&packed, qualities[q], samplings[s], "RGB565");
            }
            compare(&gray, qualities[q], IMG_JPEG_AUTO, "GRAYSCALE");
        }
        free(gray.data);
        free(packed.data);
        photo_free(&photo);
    }
}

// Noise and extremes: the largest coefficients there can be.
static void any_pixels_make_a_file(void **state) {
    (void)state;
    random_source random = random_from(6);
    static const img_format formats[] = {IMG_GRAYSCALE, IMG_RGB565, IMG_YUV422,
            IMG_RGB888, IMG_BINARY, IMG_BAYER};
    for (int round = 0; round < 240; round++) {
        img_image image = img_image_of(NULL, random_in(&random, 1, 50),
                random_in(&random, 1, 50), formats[round % 6]);
        image.stride += (uint32_t)random_in(&random, 0, 3) * 4;
        image.bayer = (img_bayer)random_in(&random, 0, 3);
        size_t size = (size_t)image.stride * (size_t)image.height;
        image.data = malloc(size);
        random_fill(&random, image.data, size);
        // Black and white only, in patches as wide as waves of the transform.
        int period = random_in(&random, 1, 8);
        for (size_t i = 0; round % 3 == 0 && i < size; i++) {
            size_t x = i % image.stride / (size_t)period;
            size_t y = i / image.stride / (size_t)period;
            image.data[i] = (x + y) % 2 ? 0xFF : 0;
        }
        int quality = round % 2 ? 100 : random_in(&random, 1, 100);
        for (int s = IMG_JPEG_AUTO; s <= IMG_JPEG_420; s++) {
            img_image seen;
            encode(&image, quality, (img_jpeg_sampling)s, &seen);
            img_image plain = copy_plain(&image);
            // Nothing lost but what the colours share and rounding takes.
            bool whole = quality == 100 && image.format != IMG_YUV422 &&
                    (s == IMG_JPEG_444 || plain.format == IMG_GRAYSCALE);
            if (whole && jpeg_psnr(&plain, &seen) < 44) {
                fail_msg("format %d, %dx%d: %.1f dB", (int)image.format,
                        (int)image.width, (int)image.height,
                        jpeg_psnr(&plain, &seen));
            }
            free(plain.data);
            free(seen.data);
        }
        free(image.data);
    }
}

// The frame's own colour samples go into the file as they are.
static void yuv422_keeps_its_samples(void **state) {
    (void)state;
    random_source random = random_from(7);
    for (int width = 1; width < 40; width++) {
        img_image image = img_image_of(NULL, width, 11, IMG_YUV422);
        image.data = malloc(img_bytes(&image));
        for (size_t i = 0; i < img_bytes(&image); i++) {
            // Smooth and within the gamut, so that nothing is cut off.
            image.data[i] = (uint8_t)(i % 2 ? random_in(&random, 120, 135)
                                            : random_in(&random, 40, 200));
        }
        img_image seen;
        encode(&image, 100, IMG_JPEG_422, &seen);
        img_image plain = copy_plain(&image);
        if (jpeg_psnr(&plain, &seen) < 46) {
            fail_msg("width %d: %.1f dB", width, jpeg_psnr(&plain, &seen));
        }
        free(plain.data);
        free(seen.data);
        free(image.data);
    }
}

static void what_does_not_fit_is_refused(void **state) {
    (void)state;
    random_source random = random_from(8);
    img_image image = img_image_of(NULL, 33, 21, IMG_RGB565);
    image.data = malloc(img_bytes(&image));
    random_fill(&random, image.data, img_bytes(&image));
    uint8_t *whole = malloc(CAPACITY);
    size_t bytes = 0;
    assert_int_equal(img_jpeg_encode(&image, 80, IMG_JPEG_420, whole, CAPACITY,
                             &bytes),
            0);
    for (size_t capacity = 0; capacity <= bytes; capacity++) {
        // Exactly as large as said, so that a byte too many is noticed.
        uint8_t *file = malloc(capacity + 1);
        size_t got = 1;
        int err =
                img_jpeg_encode(&image, 80, IMG_JPEG_420, file, capacity, &got);
        if (capacity < bytes) {
            assert_int_equal(err, IMG_JPEG_ERR_FULL);
            assert_int_equal(got, 0);
        } else {
            assert_int_equal(err, 0);
            assert_int_equal(got, bytes);
            assert_memory_equal(file, whole, bytes);
        }
        free(file);
    }
    free(whole);
    free(image.data);
}

static void nonsense_is_refused(void **state) {
    (void)state;
    uint8_t pixel[16] = {0};
    uint8_t file[2000];
    size_t bytes = 0;
    img_image image = img_image_of(pixel, 1, 1, IMG_RGB888);
    assert_int_equal(img_jpeg_encode(&image, 1, IMG_JPEG_AUTO, file,
                             sizeof file, &bytes),
            0);
    assert_int_equal(img_jpeg_encode(&image, 0, IMG_JPEG_AUTO, file,
                             sizeof file, &bytes),
            IMG_ERR_INVALID);
    assert_int_equal(img_jpeg_encode(&image, 101, IMG_JPEG_AUTO, file,
                             sizeof file, &bytes),
            IMG_ERR_INVALID);
    assert_int_equal(img_jpeg_encode(&image, 50, (img_jpeg_sampling)4, file,
                             sizeof file, &bytes),
            IMG_ERR_INVALID);
    image.format = IMG_JPEG;
    assert_int_equal(img_jpeg_encode(&image, 50, IMG_JPEG_AUTO, file,
                             sizeof file, &bytes),
            IMG_ERR_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(photos_are_as_good_as_libjpegs),
            cmocka_unit_test(any_pixels_make_a_file),
            cmocka_unit_test(yuv422_keeps_its_samples),
            cmocka_unit_test(what_does_not_fit_is_refused),
            cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
