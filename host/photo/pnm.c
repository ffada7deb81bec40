// SPDX-License-Identifier: MIT
// PGM and PPM files, plain (P2, P3) and raw (P5, P6); see pgm(5), ppm(5).

#include <stdbool.h>
#include <stdlib.h>

#include "host/photo/format.h"

typedef struct reader {
    const uint8_t *at, *end;
} reader;

static bool is_space(uint8_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(reader *r) {
    while (r->at < r->end && (is_space(*r->at) || *r->at == '#')) {
        if (*r->at == '#') {
            while (r->at < r->end && *r->at != '\n') {
                r->at++;
            }
        } else {
            r->at++;
        }
    }
}

// A decimal number of at most max behind white space and comments.
static bool read_number(reader *r, uint32_t max, uint32_t *number) {
    skip_space(r);
    if (r->at == r->end || *r->at < '0' || *r->at > '9') {
        return false;
    }
    uint32_t value = 0;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        value = value * 10 + (uint32_t)(*r->at++ - '0');
        if (value > max) {
            return false;
        }
    }
    *number = value;
    return true;
}

static bool read_sample(reader *r, bool plain, uint32_t max, uint32_t *sample) {
    if (plain) {
        return read_number(r, max, sample);
    }
    *sample = *r->at++;
    if (max > 255) {
        *sample = *sample << 8 | *r->at++;
    }
    if (*sample > max) {
        *sample = max;
    }
    return true;
}

int photo_decode_pnm(photo *out, const photo_file *file, nn_error *error) {
    reader r = {.at = file->bytes + 2, .end = file->bytes + file->size};
    bool plain = file->bytes[1] <= '3';
    uint32_t channels = file->bytes[1] == '2' || file->bytes[1] == '5' ? 1 : 3;
    uint32_t width, height, max;
    if (!read_number(&r, INT32_MAX / 10, &width) ||
            !read_number(&r, INT32_MAX / 10, &height) ||
            !read_number(&r, 65535, &max) || max == 0 || r.at == r.end ||
            !is_space(*r.at)) {
        return nn_fail(error, NN_ERR_INVALID,
                "damaged PGM or PPM: the header has no width, height and "
                "maximum");
    }
    r.at++;
    int err = photo_allocate(out, width, height, 3, file, 1, error);
    if (err) {
        return err;
    }
    // Plain samples have at least one digit and, but for the last, a space.
    uint64_t samples = (uint64_t)width * height * channels;
    uint64_t least = plain ? 2 * samples - 1 : samples * (max > 255 ? 2 : 1);
    if ((uint64_t)(r.end - r.at) < least) {
        return nn_fail(error, NN_ERR_INVALID,
                "damaged PGM or PPM: the file ends early");
    }
    uint32_t copies = 3 / channels;
    uint8_t *to = out->image.data;
    for (uint64_t k = 0; k < samples; k++) {
        uint32_t sample;
        if (!read_sample(&r, plain, max, &sample)) {
            return nn_fail(error, NN_ERR_INVALID,
                    "damaged PGM or PPM: pixel %u is no number up to %u",
                    (uint32_t)(k / channels), max);
        }
        uint8_t byte = (uint8_t)((sample * 255 + max / 2) / max);
        for (uint32_t c = 0; c < copies; c++) {
            *to++ = byte;
        }
    }
    return 0;
}
