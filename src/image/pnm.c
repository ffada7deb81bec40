// SPDX-License-Identifier: MIT
// Reads PGM and PPM files from beginning to end, and writes them.

#include "image/pnm.h"

#include "image/pixel.h"

static bool is_space(int c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool img_pnm_is(const uint8_t *bytes) {
    return bytes[0] == 'P' &&
            (bytes[1] == '2' || bytes[1] == '3' || bytes[1] == '5' ||
                    bytes[1] == '6') &&
            (is_space(bytes[2]) || bytes[2] == '#');
}

static void skip_space(img_reader *r) {
    bool comment = false;
    for (;;) {
        int c = img_peek_byte(r);
        if (c < 0 || (!comment && !is_space(c) && c != '#')) {
            return;
        }
        comment = c == '#' || (comment && c != '\n');
        img_read_byte(r);
    }
}

// A decimal number of at most max behind white space and comments.
static bool read_number(img_reader *r, uint32_t max, uint32_t *number) {
    skip_space(r);
    int c = img_peek_byte(r);
    uint32_t value = 0;
    if (c < '0' || c > '9') {
        return false;
    }
    while (c >= '0' && c <= '9') {
        value = value * 10 + (uint32_t)(c - '0');
        if (value > max) {
            return false;
        }
        img_read_byte(r);
        c = img_peek_byte(r);
    }
    *number = value;
    return true;
}

int img_pnm_open(img_pnm *pnm, img_reader *r) {
    uint8_t magic[2];
    int err = img_read_bytes(r, magic, 2);
    if (err) {
        return err;
    }
    pnm->plain = magic[1] <= '3';
    pnm->channels = magic[1] == '2' || magic[1] == '5' ? 1 : 3;
    if (!read_number(r, INT32_MAX / 10, &pnm->width) ||
            !read_number(r, INT32_MAX / 10, &pnm->height) ||
            !read_number(r, 65535, &pnm->max) || pnm->max == 0 ||
            !is_space(img_read_byte(r))) {
        return img_reader_fail(r, IMG_ERR_INVALID,
                "the header has no width, height and maximum");
    }
    return 0;
}

static int read_sample(const img_pnm *pnm, img_reader *r, uint8_t *byte) {
    uint32_t sample;
    if (pnm->plain) {
        if (!read_number(r, pnm->max, &sample)) {
            return img_reader_fail(r, IMG_ERR_INVALID,
                    img_peek_byte(r) < 0 ? "the file ends early"
                                         : "a pixel that is no number within "
                                           "the maximum");
        }
    } else {
        uint8_t raw[2];
        int err = img_read_bytes(r, raw, pnm->max > 255 ? 2 : 1);
        if (err) {
            return err;
        }
        sample = pnm->max > 255 ? (uint32_t)raw[0] << 8 | raw[1] : raw[0];
        sample = sample > pnm->max ? pnm->max : sample;
    }
    *byte = (uint8_t)((sample * 255 + pnm->max / 2) / pnm->max);
    return 0;
}

int img_pnm_read(const img_pnm *pnm, img_reader *r, const img_image *to) {
    int err = img_check(to);
    if (err || (uint32_t)to->width != pnm->width ||
            (uint32_t)to->height != pnm->height) {
        return IMG_ERR_INVALID;
    }
    for (int32_t y = 0; y < to->height; y++) {
        for (int32_t x = 0; x < to->width; x++) {
            uint8_t c[3] = {0};
            for (uint32_t k = 0; k < pnm->channels; k++) {
                err = read_sample(pnm, r, &c[k]);
                if (err) {
                    return err;
                }
            }
            img_color gray = pixel_gray(c[0]);
            img_set(to, x, y,
                    pnm->channels == 1 ? gray : (img_color){c[0], c[1], c[2]});
        }
    }
    return 0;
}

int img_pnm_write(const img_image *image, img_writer *w) {
    int err = img_check(image);
    if (err) {
        return err;
    }
    bool gray = image->format == IMG_GRAYSCALE || image->format == IMG_BINARY;
    img_write_text(w, gray ? "P5\n" : "P6\n");
    img_write_number(w, (uint32_t)image->width);
    img_write_text(w, " ");
    img_write_number(w, (uint32_t)image->height);
    img_write_text(w, "\n255\n");
    for (int32_t y = 0; y < image->height; y++) {
        for (int32_t x = 0; x < image->width; x++) {
            img_color c = img_get(image, x, y);
            img_write_byte(w, c.r);
            if (!gray) {
                img_write_byte(w, c.g);
                img_write_byte(w, c.b);
            }
        }
    }
    return img_writer_flush(w);
}
