// SPDX-License-Identifier: MIT
// Tells formats apart and takes memory for photographs.

#include "host/photo/photo.h"

#include <stdlib.h>
#include <string.h>

#include "host/file/file.h"
#include "host/photo/format.h"
#include "image/bmp.h"
#include "image/pnm.h"

typedef enum kind { UNKNOWN, JPEG, PNG, BMP, PNM } kind;

static kind kind_of(const uint8_t *bytes, size_t size) {
    static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n'};
    if (size >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF) {
        return JPEG;
    }
    if (size >= sizeof(png) && memcmp(bytes, png, sizeof(png)) == 0) {
        return PNG;
    }
    if (size >= PHOTO_SNIFF_BYTES && img_bmp_is(bytes)) {
        return BMP;
    }
    if (size >= 3 && img_pnm_is(bytes)) {
        return PNM;
    }
    return UNKNOWN;
}

int photo_is_known(const void *bytes, size_t size) {
    return kind_of(bytes, size) != UNKNOWN;
}

int photo_allocate(photo *out, uint64_t width, uint64_t height,
        uint32_t channels, const photo_file *file, uint64_t densest,
        nn_error *error) {
    if (width == 0 || height == 0) {
        return nn_fail(error, NN_ERR_INVALID, "the image has no pixels");
    }
    if ((width > IMG_MAX_SIDE || height > IMG_MAX_SIDE) &&
            width <= PHOTO_MAX_PIXELS / height) {
        return nn_fail(error, NN_ERR_RANGE,
                "the header claims a side of more than %d pixels",
                IMG_MAX_SIDE);
    }
    if (width > PHOTO_MAX_PIXELS / height) {
        return nn_fail(error, NN_ERR_RANGE,
                "the header claims more than %d million pixels",
                PHOTO_MAX_PIXELS / 1000000);
    }
    if (width * height / densest > file->size) {
        return nn_fail(error, NN_ERR_INVALID,
                "the header claims more pixels than the file can hold");
    }
    uint8_t *data = malloc((size_t)(width * height * channels));
    if (data == NULL) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    out->image =
            img_image_of(data, (int32_t)width, (int32_t)height, IMG_RGB888);
    return 0;
}

void photo_free(photo *p) {
    free(p->image.data);
    p->image.data = NULL;
}

int photo_decode(photo *out, const void *bytes, size_t size, nn_error *error) {
    const photo_file file = {.bytes = bytes, .size = size};
    int orientation = 1;
    int err;
    out->image.data = NULL;
    switch (kind_of(bytes, size)) {
    case JPEG:
        err = photo_decode_jpeg(out, &file, &orientation, error);
        break;
    case PNG:
        err = photo_decode_png(out, &file, &orientation, error);
        break;
    case BMP:
        err = photo_decode_bmp(out, &file, error);
        break;
    case PNM:
        err = photo_decode_pnm(out, &file, error);
        break;
    default:
        return nn_fail(error, NN_ERR_UNSUPPORTED, "%s",
                size == 0 ? "the file is empty"
                          : "not a JPEG, PNG, BMP, PGM or PPM image");
    }
    if (!err) {
        err = photo_turn(out, orientation, error);
    }
    if (err) {
        photo_free(out);
    }
    return err;
}

int photo_read(photo *out, const char *path, nn_error *error) {
    uint8_t *bytes;
    size_t size;
    int err = file_read(path, PHOTO_MAX_BYTES, &bytes, &size, error);
    if (err) {
        return err;
    }
    err = photo_decode(out, bytes, size, error);
    free(bytes);
    return err;
}
